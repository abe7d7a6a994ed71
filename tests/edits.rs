//! The promise: an edited contract holds for the keys that are there.

use std::fs;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{World, root};

/// A stack that serves Fanfare's contract from a file of its own, and the file.
async fn launches() -> (World, NamedTempFile) {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    fs::copy(root().join("contracts/fanfare.toml"), file.path()).unwrap();
    let world = World::serving(file.path().to_str().unwrap()).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    (world, file)
}

/// Replaces `from` in the contract, as a deployment does.
async fn edit(world: &World, file: &NamedTempFile, from: &str, to: &str) {
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.contains(from), "the contract has no {from:?}");
    fs::write(file.path(), text.replace(from, to)).unwrap();
    // Functions read it when they start.
    world.stack.end_processes().await;
}

#[tokio::test]
async fn a_type_that_is_made_narrower_is_narrower_for_its_keys() {
    let (world, file) = launches().await;
    let order = json!({"name": "a", "type": "secret", "scopes": ["admin", "read:analytics"]});
    let key = world.key("acme", order).await;
    let scopes = async || {
        let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
        verdict["data"]["scopes"].clone()
    };
    let keys = async || world.get("/api/v1/acme/api-keys", &key).await.status;
    assert_eq!((scopes().await, keys().await), (json!(["admin", "read:analytics"]), 200));

    edit(&world, &file, r#""read:analytics", "admin"], default = ["admin"] }"#, r#""read:analytics"] }"#).await;
    assert_eq!((scopes().await, keys().await), (json!(["read:analytics"]), 403));
}

#[tokio::test]
async fn an_organization_that_is_over_a_new_cap_keeps_what_it_has_and_gets_no_more() {
    let (world, file) = launches().await;
    let order = json!({"name": "a", "type": "secret"});
    let keys = [world.key("acme", order.clone()).await, world.key("acme", order.clone()).await];
    edit(&world, &file, "keys = 250", "keys = 1").await;
    for key in &keys {
        assert_eq!(world.get("/api/v1/acme/api-keys", key).await.status, 200);
    }
    let issue = || world.operate("POST", "/organizations/acme/api-keys", order.clone());
    assert_eq!(issue().await.status, 402);
    let path = format!("/organizations/acme/api-keys/{}", keys[0].id);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(issue().await.status, 402, "one is as many as there may be");
    let answer = world.post("/api/v1/acme/api-keys", &keys[1], order.clone()).await;
    assert_eq!((answer.status, answer.json()["error"].clone()), (402, json!("The plan pro allows 1 API keys")));
}

#[tokio::test]
async fn what_a_narrowed_type_took_away_is_nobodys_to_regenerate_who_may_do_less() {
    let (world, file) = launches().await;
    let secret = |scopes: Value| json!({"name": "a", "type": "secret", "scopes": scopes});
    let key = world.key("acme", secret(json!(["read:consumers", "read:analytics"]))).await;
    edit(&world, &file, "scope = \"admin\"", "scope = \"read:consumers\"").await;
    edit(&world, &file, "all_scopes = \"admin\"\n", "").await;
    let lesser = world.key("acme", secret(json!(["read:consumers"]))).await;
    let path = format!("/api/v1/acme/api-keys/{}/regenerate", key.id);
    let regenerate = || world.call("POST", &path, &lesser.secret, None);
    assert_eq!(regenerate().await.status, 403);
    // It could have it again when the type is made wider.
    edit(&world, &file, "\"read:analytics\", \"admin\"]", "\"admin\"]").await;
    assert_eq!(regenerate().await.status, 403);
}

#[tokio::test]
async fn a_plan_that_takes_something_from_an_author_stops_what_they_have_under_way() {
    let (world, file) = launches().await;
    edit(
        &world,
        &file,
        "[plans.free]\n",
        "[plans.none]\napi = false\n\n[plans.reader]\nlimits = [{ requests = 100, per = \"minute\" }]\nkeys = 9\n\
         scopes = [\"read:consumers\"]\n\n[plans.free]\n",
    )
    .await;
    for (plan, read, path) in [
        ("none", "GetItem", ""),
        ("reader", "GetItem", ""),
        ("none", "BatchGetItem", "/{id}"),
        ("reader", "BatchGetItem", "/{id}"),
    ] {
        world.organization("acme", json!({"plan": "pro"})).await;
        let [author, other] = [
            world.key("acme", json!({"name": "a", "type": "secret"})).await,
            world.key("acme", json!({"name": "b", "type": "secret"})).await,
        ];
        assert_eq!(world.verdict(&author.secret).await, "valid");
        let mut after = Vec::new();
        let latch = Latch::default();
        world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(read));
        let lesser = async {
            latch.reached().await;
            world.organization("acme", json!({"plan": plan})).await;
            after = world.authority().await;
            latch.open();
        };
        let path = format!("/api/v1/acme/api-keys{}", path.replace("{id}", &other.id));
        let (method, body) = if read == "GetItem" {
            ("POST", Some(json!({"name": "new", "type": "secret", "scopes": ["read:consumers"]})))
        } else {
            ("DELETE", None)
        };
        let (answer, ()) = tokio::join!(world.call(method, &path, &author.secret, body), lesser);
        assert_eq!(answer.status, 401, "{method} {plan}: {answer:?}");
        assert_eq!(world.authority().await, after, "{method} {plan}");
        // Names are not terms: they stop nobody.
        world.organization("acme", json!({"plan": "pro", "name": plan})).await;
    }
}
