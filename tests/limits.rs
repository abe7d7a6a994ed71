//! The promise: limits are exact. N requests at once against a limit of L admit L, and a refusal costs nothing.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::{World, all, millis, own_contract};

fn statuses(answers: Vec<crate::support::Answer>) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn of_many_callers_at_once_exactly_as_many_as_the_limit_are_admitted() {
    // Each in a process of its own, as on Lambda.
    let world = World::build("fayne", |builder| builder.max_instances(32)).await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 50, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    // From the very first request on: the pass does not exist yet, and all of them try to make it.
    let callers = (0..32).map(|_| async {
        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(world.get("/api/v1/courses", &key).await);
        }
        answers
    });
    let answers = all(callers).await.into_iter().flatten().collect();
    assert_eq!(statuses(answers), BTreeMap::from([(200, 50), (429, 78)]));
}

#[tokio::test]
async fn a_window_turns_at_its_edge_and_not_before() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;
    for (now, status, retry_after) in [
        ("2030-06-15T00:00:30Z", 200, None),
        ("2030-06-15T00:00:59.999Z", 200, None),
        ("2030-06-15T00:00:59.999Z", 429, Some("1")),
        ("2030-06-15T00:01:00Z", 200, None),
        // An event that was stamped before the edge and arrives after it finds its own window as it was.
        ("2030-06-15T00:00:59.999Z", 429, Some("1")),
        ("2030-06-15T00:01:00Z", 200, None),
        ("2030-06-15T00:01:00.001Z", 429, Some("60")),
        ("2030-06-15T00:02:00Z", 200, None),
        ("2030-06-16T00:02:00Z", 200, None),
    ] {
        world.at(now);
        let answer = world.get("/api/v1/courses", &key).await;
        assert_eq!((answer.status, answer.header("retry-after")), (status, retry_after), "{now}");
    }
}

#[tokio::test]
async fn what_is_refused_with_401_or_402_costs_nothing_and_what_was_served_counts() {
    let (world, _) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 4, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "reader", "scopes": ["read"]})).await;
    let writer = world.key("acme", json!({"name": "writer", "scopes": ["write"]})).await;
    let left = async |key: &crate::support::Key| {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
        answer["rateLimit"]["remaining"].as_i64().unwrap()
    };
    assert_eq!(left(&key).await, 3);
    world.organization("acme", json!({"status": "locked"})).await;
    for _ in 0..9 {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
    }
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(world.get("/api/v1/courses/7", &key).await.status, 400);
    assert_eq!(left(&key).await, 1);
    assert_eq!(world.get("/api/v1/courses", &writer).await.status, 403);
    assert_eq!(left(&writer).await, 2);
}

#[tokio::test]
async fn a_request_counts_in_all_windows_or_in_none() {
    let world = World::serving("fabraix").await;
    let limits = json!([{"requests": 3, "per": "minute"}, {"requests": 4, "per": "hour"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    let mut statuses = Vec::new();
    for minute in ["00:00:30", "00:01:30", "01:00:00"] {
        world.at(&format!("2030-06-15T{minute}Z"));
        for _ in 0..5 {
            let answer = world.register_run(&key.secret).await;
            statuses.push((answer.status, answer.header("retry-after").map(str::to_owned)));
        }
    }
    let ok = || (200, None);
    let wait = |seconds: &str| (429, Some(seconds.to_owned()));
    let expected = [
        // The minute is full first, and its refusals take nothing from the hour.
        [ok(), ok(), ok(), wait("30"), wait("30")],
        // Then the hour, and its refusals take nothing from the minute.
        [ok(), wait("3510"), wait("3510"), wait("3510"), wait("3510")],
        [ok(), ok(), ok(), wait("60"), wait("60")],
    ];
    assert_eq!(statuses, expected.concat());
}

#[tokio::test]
async fn a_week_begins_on_monday_and_a_month_on_its_first_day() {
    let windows = r#"windows = ["minute", "week", "month"]"#;
    let contract = own_contract("fayne", |text| text.replace(r#"windows = ["minute"]"#, windows));
    let world = World::own(contract, |builder| builder).await;
    let limits = json!([{"requests": 3, "per": "month"}, {"requests": 2, "per": "week"}]);
    world.organization("acme", json!({"plan": "pro", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for (now, valid, remaining, reset, retry_after) in [
        ("2030-06-15T00:00:30Z", true, 1, "2030-06-17T00:00:00Z", None),
        ("2030-06-15T00:00:30Z", true, 0, "2030-06-17T00:00:00Z", None),
        ("2030-06-15T00:00:30Z", false, 0, "2030-06-17T00:00:00Z", Some("172770")),
        ("2030-06-16T23:59:59.999Z", false, 0, "2030-06-17T00:00:00Z", Some("1")),
        // The week is new, and the month is full.
        ("2030-06-17T00:00:00Z", true, 0, "2030-07-01T00:00:00Z", None),
        ("2030-06-17T00:00:00Z", false, 0, "2030-07-01T00:00:00Z", Some("1209600")),
        ("2030-06-30T23:59:59Z", false, 0, "2030-07-01T00:00:00Z", Some("1")),
        ("2030-07-01T00:00:00Z", true, 1, "2030-07-08T00:00:00Z", None),
        ("2030-07-31T23:59:59Z", true, 1, "2030-08-05T00:00:00Z", None),
        ("2030-08-01T00:00:00Z", true, 0, "2030-08-05T00:00:00Z", None),
    ] {
        world.at(now);
        let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].take();
        let limit = &verdict["rateLimit"]["limit"];
        let left = json!({"scope": "key", "limit": limit, "remaining": remaining, "reset": millis(reset) / 1_000});
        assert_eq!((&verdict["valid"], &verdict["rateLimit"]), (&json!(valid), &left), "{now}");
        assert_eq!(verdict["response"]["headers"]["retry-after"].as_str(), retry_after, "{now}");
    }
}

#[tokio::test]
async fn limits_are_by_key_and_type_and_counted_apart() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    for (kind, limit) in [("development", 60), ("production", 600), ("restricted", 600), ("admin", 600)] {
        for _ in 0..2 {
            let key = world.key("acme", json!({"name": "a", "type": kind, "scopes": []})).await;
            let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
            assert_eq!(answer["rateLimit"]["limit"], limit, "{kind}");
            assert_eq!(answer["rateLimit"]["remaining"], limit - 1, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_change_of_terms_keeps_what_was_counted() {
    let (world, key) = World::academy("pro").await;
    let left =
        async || world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"]["rateLimit"].clone();
    assert_eq!(left().await["remaining"], 299);
    world.organization("acme", json!({"plan": "scale"})).await;
    assert_eq!(left().await["remaining"], 1_198);
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
    // The hour after which a pass is stamped anew does not reset a counter either.
    world.organization("acme", json!({"limits": null, "plan": "pro"})).await;
    world.at("2030-06-15T01:30:00Z");
    assert_eq!(left().await["remaining"], 299);
    assert_eq!(left().await["remaining"], 298);
}

#[tokio::test]
async fn rate_limit_headers_are_on_every_answer_that_came_through_the_gate() {
    let unknown = "/api/v1/acme/api-keys/key_00000000000000000000000000";
    for (contract, kind, answers) in [
        // Which key, what it asks for, the answer's status, and what it says is left of three requests a minute.
        (
            "thefaq",
            None,
            &[
                ("locked", "GET", "/api/v1/locked/api-keys", 402, Some("3")),
                ("all", "GET", "/api/v1/acme/api-keys", 200, Some("2")),
                ("all", "GET", "/api/v1/other/api-keys", 404, Some("1")),
                ("all", "GET", "/api/v1/acme/api-keys?limit=0", 400, Some("0")),
                ("all", "GET", "/api/v1/acme/api-keys", 429, Some("0")),
                ("all", "GET", "/api/v1/other/api-keys", 429, Some("0")),
                // Not through the gate: no key is asked for, or none is known.
                ("all", "POST", "/api/v1/acme/api-keys", 405, None),
                ("all", "GET", unknown, 404, None),
                ("all", "GET", "/nowhere", 404, None),
                ("all", "GET", "/api/v1/health", 200, None),
                ("none", "GET", "/api/v1/acme/api-keys", 401, None),
            ][..],
        ),
        (
            "fanfare",
            Some("secret"),
            &[
                ("locked", "GET", "/api/v1/locked/api-keys", 402, Some("3")),
                ("few", "GET", "/api/v1/acme/api-keys", 403, Some("2")),
                ("all", "POST", "/api/v1/acme/api-keys", 400, Some("2")),
                ("all", "GET", unknown, 404, Some("1")),
                ("all", "DELETE", unknown, 404, Some("0")),
                ("all", "POST", "/api/v1/acme/api-keys", 429, Some("0")),
                ("all", "PUT", "/api/v1/acme/api-keys", 405, None),
                ("none", "GET", "/api/v1/acme/api-keys", 401, None),
            ][..],
        ),
    ] {
        let world = World::serving(contract).await;
        let limits = json!([{"requests": 3, "per": "minute"}]);
        for (org, status) in [("acme", "active"), ("locked", "locked")] {
            world.organization(org, json!({"plan": "pro", "status": status, "limits": limits})).await;
        }
        let order = |scopes: Option<&str>| {
            let mut order = json!({"name": "a"});
            if let Some(kind) = kind {
                order["type"] = json!(kind);
            }
            if let Some(scope) = scopes {
                order["scopes"] = json!([scope]);
            }
            order
        };
        let few = if contract == "fanfare" { "read:analytics" } else { "read" };
        let keys = BTreeMap::from([
            ("all", world.key("acme", order(None)).await.secret),
            ("few", world.key("acme", order(Some(few))).await.secret),
            ("locked", world.key("locked", order(None)).await.secret),
            ("none", "junk".to_owned()),
        ]);
        for (key, method, path, status, left) in answers {
            let answer = world.call(method, path, &keys[key], None).await;
            let headers = ["limit", "remaining", "reset"].map(|name| answer.header(&format!("x-ratelimit-{name}")));
            let expected = left.map_or([None; 3], |left| [Some("3"), Some(left), Some("1907712060")]);
            assert_eq!((answer.status, headers), (*status, expected), "{contract}: {method} {path} with {key}");
        }
    }
}
