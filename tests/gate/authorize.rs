use serde_json::{Value, json};

use crate::support::{Key, START, World, millis};

/// What an HTTP API asks about a request with `credential`.
fn http(credential: &str) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "GET /orders",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/$default/GET/orders",
        "identitySource": [credential],
        "headers": {"authorization": credential},
        "requestContext": {"timeEpoch": millis(START)},
    })
}

const METHOD: &str = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders";

/// What a REST API asks about it.
fn rest(credential: &str) -> Value {
    json!({
        "type": "REQUEST", "methodArn": METHOD, "headers": {"Authorization": credential},
        "requestContext": {"requestTimeEpoch": millis(START)},
    })
}

async fn ask(world: &World, question: Value) -> Value {
    world.stack.invoke("GateAuthorize", question).await.unwrap()
}

fn bearer(key: &Key) -> String {
    format!("Bearer {}", key.secret)
}

#[tokio::test]
async fn an_http_api_is_told_who_calls_and_what_is_left() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(
        ask(&world, http(&bearer(&key))).await,
        json!({"isAuthorized": true, "context": {
            "organization": "acme", "keyId": key.id, "scopes": "read write",
            "limitScope": "key", "limit": 300, "remaining": 299, "reset": 1_907_712_060,
        }})
    );
}

#[tokio::test]
async fn a_rest_api_gets_a_policy_about_this_very_request() {
    let (world, key) = World::academy("pro").await;
    let token = json!({"type": "TOKEN", "methodArn": METHOD, "authorizationToken": bearer(&key)});
    for (question, remaining) in [(rest(&bearer(&key)), Some(299)), (token, None)] {
        let answer = ask(&world, question).await;
        assert_eq!(answer["principalId"], key.id);
        assert_eq!(
            answer["policyDocument"],
            json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": METHOD}]})
        );
        assert_eq!((&answer["context"]["keyId"], &answer["context"]["organization"]), (&json!(key.id), &json!("acme")));
        // A token comes without its time: its window is this machine's.
        if let Some(remaining) = remaining {
            assert_eq!(answer["context"]["remaining"], remaining);
        }
        assert!(answer["context"].as_object().unwrap().values().all(|value| !value.is_object() && !value.is_array()));
    }
    let answer = ask(&world, rest("Bearer fa_live_00000000000000000000000000000000")).await;
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(answer["principalId"], "nobody");
}

#[tokio::test]
async fn whoever_is_refused_does_not_get_through() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;
    let asked = async |question| {
        let answer = ask(&world, question).await;
        (answer["isAuthorized"].clone(), answer["context"]["refused"].clone())
    };
    let good = || http(&bearer(&key));
    assert_eq!(asked(good()).await, (json!(true), Value::Null));
    assert_eq!(asked(good()).await, (json!(true), Value::Null));
    assert_eq!(asked(good()).await, (json!(false), json!("rate_limited")));
    assert_eq!(asked(http("Bearer junk")).await, (json!(false), json!("unknown_key")));
    assert_eq!(asked(http("Basic abc")).await, (json!(false), json!("malformed_credential")));
    assert_eq!(asked(json!({"version": "2.0"})).await, (json!(false), json!("missing_credential")));
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(asked(good()).await, (json!(false), json!("organization_locked")));
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    assert_eq!(asked(good()).await, (json!(false), json!("unknown_key")));
}

#[tokio::test]
async fn an_api_that_is_told_can_answer_as_the_contract_says_and_no_other_is_let_through() {
    let tells = |builder: local::Builder| builder.parameter("AuthorizerTells", "zyxwvu9876,abcdef1234");
    let world = World::build("fayne", tells).await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    ask(&world, http(&bearer(&key))).await;
    let context = json!({
        "refused": "rate_limited", "refusedOrganization": "acme", "refusedKeyId": key.id, "status": 429,
        "headers": r#"{"content-type":"application/json","retry-after":"30"}"#,
        "body": r#"{"error":{"code":"rate_limit_exceeded","message":"Too many requests"}}"#,
        "limitScope": "key", "limit": 1, "remaining": 0, "reset": 1_907_712_060,
    });
    let asked = http(&bearer(&key));
    assert_eq!(ask(&world, asked.clone()).await, json!({"isAuthorized": true, "context": context}));
    for arn in [
        json!("arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/orders"),
        json!("arn:aws:execute-api:us-east-1:123456789012:other/$default/GET/abcdef1234"),
        json!("arn:aws:execute-api:us-east-1:abcdef1234"),
        json!("abcdef1234"),
        json!(""),
        Value::Null,
    ] {
        let mut asked = asked.clone();
        asked["routeArn"] = arn.clone();
        assert_eq!(ask(&world, asked).await, json!({"isAuthorized": false, "context": context}), "{arn}");
    }
    let effect = async |method: &str| {
        let token = json!({"type": "TOKEN", "methodArn": method, "authorizationToken": "Bearer junk"});
        ask(&world, token).await["policyDocument"]["Statement"][0]["Effect"].clone()
    };
    assert_eq!(effect(METHOD).await, "Allow");
    assert_eq!(effect(&METHOD.replace("abcdef1234", "other")).await, "Deny");
}

#[tokio::test]
async fn without_a_verdict_nobody_gets_through() {
    let (world, key) = World::academy("pro").await;
    world.stack.dynamodb().inject(local::dynamodb::Fault::error(500, "InternalServerError", "down").always());
    for question in [http(&bearer(&key)), json!("junk"), json!({"headers": 1})] {
        let answer = world.stack.invoke("GateAuthorize", question).await;
        assert!(answer.is_err(), "an error, of which a gateway makes 500: {answer:?}");
    }
}

#[tokio::test]
async fn what_it_decides_is_the_keys_usage() {
    let (world, key) = World::academy("pro").await;
    ask(&world, http(&bearer(&key))).await;
    ask(&world, rest(&bearer(&key))).await;
    world.organization("acme", json!({"status": "locked"})).await;
    ask(&world, http(&bearer(&key))).await;
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}/usage", key.id);
    let totals = world.operate("GET", &path, Value::Null).await.json()["data"]["totals"].clone();
    let refused = json!({"total": 1, "byReason": {"organization_locked": 1}});
    assert_eq!((&totals["verifications"], &totals["refused"]), (&json!(2), &refused));
}

#[tokio::test]
async fn two_credentials_are_none() {
    let (world, key) = World::academy("pro").await;
    let other = world.key("acme", json!({"name": "b"})).await;
    let both = [bearer(&key), bearer(&other)];
    let mut twice = http(&both[0]);
    twice["headers"]["Authorization"] = json!(both[1]);
    let mut listed = rest(&both[1]);
    listed["multiValueHeaders"] = json!({"Authorization": both});
    let mut apart = rest(&both[1]);
    apart["multiValueHeaders"] = json!({"authorization": [both[0]]});
    for question in [twice, listed, apart] {
        let answer = ask(&world, question.clone()).await;
        assert_eq!(answer["context"]["refused"], "malformed_credential", "{question}: {answer}");
        assert_ne!(answer["isAuthorized"], true);
    }
    // A REST API names one twice over.
    let mut once = rest(&both[0]);
    once["multiValueHeaders"] = json!({"Authorization": [both[0]], "Accept": ["a", "b"], "X-None": null});
    assert_eq!(ask(&world, once).await["principalId"], key.id);
}

#[tokio::test]
async fn a_scope_that_means_all_is_spelled_out_and_a_refusal_says_whose_key_it_is() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret", "scopes": ["admin"]})).await;
    let context = ask(&world, http(&bearer(&key))).await["context"].clone();
    let all = "admin read:analytics read:consumers read:experiences write:consumers write:experiences";
    assert_eq!(context["scopes"], all);
    world.organization("acme", json!({"status": "locked"})).await;
    let refused = ask(&world, http(&bearer(&key))).await["context"].clone();
    assert_eq!(
        [&refused["refused"], &refused["refusedOrganization"], &refused["refusedKeyId"]],
        [&json!("organization_locked"), &json!("acme"), &json!(key.id)]
    );
}
