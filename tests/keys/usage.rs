use serde_json::{Value, json};

use crate::support::{Key, START, World};

/// A key's usage as the operator sees it, once the functions' processes have ended.
async fn usage(world: &World, key: &Key, query: &str) -> Value {
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}/usage?{query}", key.id);
    let answer = world.operate("GET", &path, Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

async fn courses(world: &World, key: &Key, status: u16) {
    assert_eq!(world.get("/api/v1/courses", key).await.status, status);
}

async fn patch(world: &World, key: &Key, change: Value) {
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("PATCH", &path, change).await.status, 200);
}

#[tokio::test]
async fn usage_is_shown_by_the_hour_with_totals_and_rates() {
    let (world, key) = World::academy("pro").await;
    for _ in 0..3 {
        courses(&world, &key, 200).await;
    }
    assert_eq!(world.get("/api/v1/courses/7", &key).await.status, 400);
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}/usage?from=2030-06-14T23:10:00Z", key.id);
    let none = r#""requests":0,"successes":0,"clientErrors":0,"serverErrors":0,"verifications":0,"refused":{"total":0,"byReason":{}},"successRate":null,"errorRate":null"#;
    let some = r#""requests":4,"successes":3,"clientErrors":1,"serverErrors":0,"verifications":0,"refused":{"total":0,"byReason":{}},"successRate":0.75,"errorRate":0.25"#;
    let body = format!(
        r#"{{"data":{{"keyId":"{}","lastUsedAt":"{START}","granularity":"hour","from":"2030-06-14T23:00:00Z","to":"2030-06-15T01:00:00Z","totals":{{{some}}},"buckets":[{{"from":"2030-06-14T23:00:00Z","to":"2030-06-15T00:00:00Z",{none}}},{{"from":"2030-06-15T00:00:00Z","to":"2030-06-15T01:00:00Z",{some}}}]}}}}"#,
        key.id
    );
    world.operate("GET", &path, Value::Null).await.is(200, &[], &body);
}

#[tokio::test]
async fn each_outcome_is_counted_once_and_refusals_by_their_reason() {
    let (world, _) = World::academy("pro").await;
    let order = json!({"name": "a", "scopes": ["read"], "expiresAt": "2030-06-15T00:59:00Z"});
    let key = world.key("acme", order).await;
    let verify = async |scopes: Value, valid: bool| {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret, "scopes": scopes})).await;
        assert_eq!(answer.json()["data"]["valid"], valid);
    };
    let terms = async |terms: Value| world.organization("acme", terms).await;
    let fault = || local::dynamodb::Fault::error(400, "ValidationException", "ours").times(1).about("ReferenceTable");

    courses(&world, &key, 200).await;
    courses(&world, &key, 200).await;
    assert_eq!(world.get("/api/v1/courses/00000000-0000-4000-8000-000000000000", &key).await.status, 404);
    world.stack.dynamodb().inject(fault());
    courses(&world, &key, 500).await;
    verify(json!(["read"]), true).await;
    verify(json!(["write"]), false).await;
    terms(json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    courses(&world, &key, 429).await;
    verify(json!([]), false).await;
    terms(json!({"limits": null, "status": "locked"})).await;
    courses(&world, &key, 402).await;
    terms(json!({"status": "active", "plan": "trial"})).await;
    courses(&world, &key, 402).await;
    terms(json!({"plan": "pro"})).await;
    patch(&world, &key, json!({"status": "inactive"})).await;
    courses(&world, &key, 401).await;
    patch(&world, &key, json!({"status": "active"})).await;
    world.at("2030-06-15T00:59:00Z");
    courses(&world, &key, 401).await;

    let reasons = json!({
        "inactive_key": 1, "expired_key": 1, "organization_locked": 1, "no_api_on_plan": 1, "missing_scope": 1, "rate_limited": 2,
    });
    let expected = json!({
        "requests": 12, "successes": 2, "clientErrors": 1, "serverErrors": 1, "verifications": 1,
        "refused": {"total": 7, "byReason": reasons},
        // Two of the eleven whose outcome is known.
        "successRate": 0.181_818, "errorRate": 0.818_182,
    });
    assert_eq!(usage(&world, &key, "").await["totals"], expected);
}

#[tokio::test]
async fn a_scope_that_a_function_asks_for_in_vain_is_a_refusal() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    assert_eq!(world.register_run(&key.secret).await.status, 403);
    let totals = usage(&world, &key, "").await["totals"].clone();
    assert_eq!((&totals["clientErrors"], &totals["refused"]["byReason"]), (&json!(0), &json!({"missing_scope": 1})));
}

#[tokio::test]
async fn a_request_belongs_to_the_hour_and_day_in_which_the_gateway_took_it_in() {
    let (world, key) = World::academy("pro").await;
    for (at, times) in [
        ("2030-06-14T23:59:59.999Z", 1),
        ("2030-06-15T00:00:00Z", 2),
        ("2030-06-15T00:59:59.999Z", 1),
        ("2030-06-15T01:00:00Z", 1),
        ("2030-06-15T23:59:59.999Z", 4),
        ("2030-06-16T00:00:00Z", 5),
    ] {
        world.at(at);
        for _ in 0..times {
            courses(&world, &key, 200).await;
        }
    }
    let counts = async |query: &str| -> Vec<(String, i64)> {
        let usage = usage(&world, &key, query).await;
        let buckets = usage["buckets"].as_array().unwrap().iter();
        let counts = buckets.map(|bucket| (bucket["from"].to_string(), bucket["requests"].as_i64().unwrap()));
        counts.filter(|(_, requests)| *requests > 0).collect()
    };
    let at = |time: &str, requests| (format!("\"{time}\""), requests);
    let by_hour = [
        at("2030-06-14T23:00:00Z", 1),
        at("2030-06-15T00:00:00Z", 3),
        at("2030-06-15T01:00:00Z", 1),
        at("2030-06-15T23:00:00Z", 4),
        at("2030-06-16T00:00:00Z", 5),
    ];
    assert_eq!(counts("from=2030-06-14T00:00:00Z").await, by_hour);
    let by_day = [at("2030-06-14T00:00:00Z", 1), at("2030-06-15T00:00:00Z", 8), at("2030-06-16T00:00:00Z", 5)];
    assert_eq!(counts("granularity=day").await, by_day);
    // A part of a bucket counts as all of it, and buckets that are not asked for are not told.
    assert_eq!(counts("from=2030-06-15T00:30:00Z&to=2030-06-15T01:00:00Z").await, by_hour[1..2]);
    assert_eq!(counts("granularity=day&from=2030-06-15T23:00:00Z&to=2030-06-16T00:00:00Z").await, by_day[1..2]);
    assert_eq!(counts("from=2030-06-15T02:00:00Z&to=2030-06-15T23:00:00Z").await, []);
}

#[tokio::test]
async fn a_key_that_nobody_used_has_the_last_24_hours_or_30_days_of_nothing() {
    let (world, key) = World::academy("pro").await;
    for (query, from, to, buckets) in [
        ("", "2030-06-14T01:00:00Z", "2030-06-15T01:00:00Z", 24),
        ("granularity=day", "2030-05-17T00:00:00Z", "2030-06-16T00:00:00Z", 30),
    ] {
        let usage = usage(&world, &key, query).await;
        assert_eq!((&usage["from"], &usage["to"], &usage["lastUsedAt"]), (&json!(from), &json!(to), &json!(null)));
        assert_eq!(usage["buckets"].as_array().unwrap().len(), buckets);
        let totals = &usage["totals"];
        let [requests, success, error] = ["requests", "successRate", "errorRate"].map(|name| totals[name].clone());
        assert_eq!((requests, success, error), (json!(0), json!(null), json!(null)));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_400_and_names_the_field() {
    let (world, key) = World::academy("pro").await;
    for (query, message) in [
        ("granularity=week", "granularity must be hour or day"),
        ("granularity=", "granularity must be hour or day"),
        ("from=yesterday", "from must be a time like 2026-11-20T10:00:00Z"),
        ("to=2030-06-15", "to must be a time like 2026-11-20T10:00:00Z"),
        ("to=", "to must be a time like 2026-11-20T10:00:00Z"),
        ("from=2030-06-15T00:00:00Z&from=2030-06-14T00:00:00Z", "from must not be given twice"),
        ("from=2030-06-15T00:00:00Z&to=2030-06-15T00:00:00Z", "from must be before to"),
        ("from=2030-06-15T00:00:31Z", "from must not be in the future"),
        ("from=2030-05-15T00:59:59Z", "from must be at most 31 days before to"),
        ("granularity=day&from=2029-05-11T00:00:00Z", "from must be at most 400 days before to"),
    ] {
        let path = format!("/organizations/acme/api-keys/{}/usage?{query}", key.id);
        let answer = world.operate("GET", &path, Value::Null).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{query}");
    }
    let answer = world.operate("GET", "/organizations/acme/api-keys/key_1/usage", Value::Null).await;
    assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!("id must be the id of a key")));
}

#[tokio::test]
async fn the_usage_of_anothers_key_or_of_a_deleted_one_that_was_never_used_is_like_that_of_one_that_never_was() {
    let (world, key) = World::academy("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    courses(&world, &key, 200).await;
    world.stack.end_processes().await;
    let ask = async |org: &str, id: &str| {
        let path = format!("/organizations/{org}/api-keys/{id}/usage");
        let answer = world.operate("GET", &path, Value::Null).await;
        (answer.status, answer.body.clone(), answer.own_headers())
    };
    let nobodys = "key_00000000000000000000000000";
    let never = ask("other", nobodys).await;
    assert_eq!(never.0, 404);
    assert_eq!(ask("other", &key.id).await, never);
    let unused = world.key("acme", json!({"name": "b"})).await;
    for id in [&unused.id, &key.id] {
        world.operate("DELETE", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await;
    }
    assert_eq!(ask("acme", &unused.id).await, never);
    assert_eq!(ask("acme", &key.id).await.0, 200);
    assert_eq!(ask("other", &key.id).await, never);
    assert_eq!(ask("nobody", nobodys).await.0, 404);
}

#[tokio::test]
async fn callers_see_the_usage_of_their_organizations_keys_where_the_contract_opens_it() {
    for (contract, order, status) in [
        ("fayne", json!({"name": "a"}), 404),
        ("thefaq", json!({"name": "a"}), 404),
        ("fabraix", json!({"name": "a", "type": "admin"}), 200),
        ("fabraix", json!({"name": "a", "type": "production"}), 403),
        ("fanfare", json!({"name": "a", "type": "secret"}), 200),
        ("fanfare", json!({"name": "a", "type": "secret", "scopes": ["read:analytics"]}), 403),
    ] {
        let world = World::serving(contract).await;
        let plan = if contract == "fabraix" { "standard" } else { "pro" };
        world.organization("acme", json!({"plan": plan})).await;
        let key = world.key("acme", order.clone()).await;
        let path = format!("/api/v1/acme/api-keys/{}/usage", key.id);
        let answer = world.get(&path, &key).await;
        assert_eq!(answer.status, status, "{contract} {order}");
        if status == 200 {
            // Looking at it uses the key.
            assert_eq!(answer.json()["data"]["lastUsedAt"], START);
            assert_eq!(usage(&world, &key, "").await["totals"]["successes"], 1);
            let others = world.get(&path.replace("acme", "other"), &key).await;
            assert_eq!(others.status, 404);
        }
    }
}

#[tokio::test]
async fn what_is_no_key_is_nobodys_usage() {
    let (world, key) = World::academy("pro").await;
    let deleted = world.key("acme", json!({"name": "a"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", deleted.id), Value::Null).await;
    let unknown = format!("fa_live_{}", "0".repeat(32));
    for secret in ["junk", unknown.as_str(), deleted.secret.as_str()] {
        assert_eq!(world.call("GET", "/api/v1/courses", secret, None).await.status, 401);
        let answer = world.operate("POST", "/verify", json!({"key": secret})).await;
        assert_eq!(answer.json()["data"]["reason"], "unknown_key");
    }
    assert_eq!(world.anonymous("GET", "/api/v1/courses").await.status, 401);
    world.call("GET", "/nowhere", &key.secret, None).await;
    world.stack.end_processes().await;
    assert_eq!(world.items("UsageTable").await, Vec::<String>::new());
}
