use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_good_key_is_valid_and_says_who_and_what_is_left() {
    let (world, key) = World::academy("pro").await;
    let answer = world.operate("POST", "/verify", json!({"key": key.secret, "scopes": ["read"]})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"data": {
            "valid": true, "organization": "acme", "keyId": key.id, "scopes": ["read", "write"],
            "rateLimit": {"scope": "key", "limit": 300, "remaining": 299, "reset": 1_907_712_060},
            "headers": {},
        }})
    );
}

#[tokio::test]
async fn the_headers_for_the_callers_answer_are_the_contracts() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
    let left = &verdict["rateLimit"];
    let names = ["limit", "remaining", "reset"];
    let expected = names.map(|name| (format!("x-ratelimit-{name}"), json!(left[name].to_string())));
    assert_eq!(verdict["headers"], Value::Object(expected.into_iter().collect()));
}

#[tokio::test]
async fn a_refusal_says_whose_key_it_is_where_that_is_known() {
    let (world, key) = World::academy("pro").await;
    let whose = async |question: Value| {
        let data = world.operate("POST", "/verify", question).await.json()["data"].clone();
        assert!(!data["response"].to_string().contains("acme"), "the caller is not told: {data}");
        (data["reason"].clone(), data["organization"].clone(), data["keyId"].clone())
    };
    let mine = |reason: &str| (json!(reason), json!("acme"), json!(key.id));
    let nobody = |reason: &str| (json!(reason), Value::Null, Value::Null);
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("PATCH", &path, json!({"scopes": ["read"]})).await.status, 200);
    assert_eq!(whose(json!({"key": key.secret, "scopes": ["write"]})).await, mine("missing_scope"));
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(whose(json!({"key": key.secret})).await, mine("organization_locked"));
    world.organization("acme", json!({"status": "active"})).await;
    // From memory, too.
    for _ in 0..5 {
        assert_eq!(whose(json!({"key": key.secret})).await, mine("rate_limited"));
    }
    assert_eq!(whose(json!({"key": format!("fa_live_{}", "0".repeat(32))})).await, nobody("unknown_key"));
    for none in [json!({}), json!({"key": null}), json!({"scopes": ["read"]})] {
        assert_eq!(whose(none).await, nobody("missing_credential"));
    }
}

#[tokio::test]
async fn it_counts_like_a_request() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let verify = async || world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
    assert_eq!(verify().await["valid"], true);
    let refused = verify().await;
    assert_eq!(refused["valid"], false);
    assert_eq!(refused["reason"], "rate_limited");
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
}

#[tokio::test]
async fn a_refusal_brings_the_answer_that_the_contract_gives() {
    let (world, key) = World::academy("pro").await;
    let reader = world.key("acme", json!({"name": "reader", "scopes": ["read"]})).await;
    world.organization("slow", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let slow = world.key("slow", json!({"name": "slow"})).await;
    world.operate("POST", "/verify", json!({"key": slow.secret})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;

    for (question, reason, status, code) in [
        (json!({"key": key.secret}), "unknown_key", 401, "unauthorized"),
        (json!({"key": "junk"}), "unknown_key", 401, "unauthorized"),
        (json!({"key": ""}), "unknown_key", 401, "unauthorized"),
        (json!({"key": reader.secret, "scopes": ["read", "write"]}), "missing_scope", 403, "forbidden"),
        (json!({"key": slow.secret}), "rate_limited", 429, "rate_limit_exceeded"),
    ] {
        let answer = world.operate("POST", "/verify", question).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let data = answer.json()["data"].clone();
        assert_eq!((&data["valid"], &data["reason"]), (&json!(false), &json!(reason)));
        assert_eq!(data["response"]["status"], status);
        assert_eq!(data["response"]["body"]["error"]["code"], code);
        let retry_after = data["response"]["headers"].get("retry-after");
        assert_eq!(retry_after, (status == 429).then(|| json!("30")).as_ref());
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_400_and_repeats_nothing_of_it() {
    let (world, key) = World::academy("pro").await;
    for (question, message) in [
        (json!({"key": 7}), "key must be a string"),
        (json!({"key": key.secret, "scopes": ["fly"]}), "scopes must be among read, write"),
        (json!({"key": key.secret, "scopes": key.secret}), "scopes must be a list"),
        (json!({"key": "x", "more": key.secret}), "more is not known here"),
    ] {
        let answer = world.operate("POST", "/verify", question).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
        assert!(!answer.body.contains(&key.secret));
    }
}

#[tokio::test]
async fn only_the_operator_may_ask() {
    let (world, key) = World::academy("pro").await;
    let question = Some(json!({"key": key.secret}));
    let answer = world.http.send("POST", "/operator/v1/verify", &[], question.clone()).await;
    answer.is(403, &[], r#"{"message":"Forbidden"}"#);
    assert_eq!(world.call("POST", "/operator/v1/verify", &key.secret, question).await.status, 403);
}
