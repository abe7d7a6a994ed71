//! The promise: an edited contract holds for the keys that are there.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{World, own_contract};

/// A stack that serves a contract of its own, which is Fanfare's.
async fn launches() -> World {
    let contract = own_contract("fanfare", |text| format!("{text}\n"));
    let world = World::own(contract, |builder| builder.parameter("Portal", "on")).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    world
}

#[tokio::test]
async fn a_type_that_is_made_narrower_is_narrower_for_its_keys() {
    let world = launches().await;
    let order = json!({"name": "a", "type": "secret", "scopes": ["admin", "read:analytics"]});
    let key = world.key("acme", order).await;
    let scopes = async || {
        let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
        verdict["data"]["scopes"].clone()
    };
    let keys = async || world.get("/api/v1/acme/api-keys", &key).await.status;
    assert_eq!((scopes().await, keys().await), (json!(["admin", "read:analytics"]), 200));

    world.edit(r#""read:analytics", "admin"], default = ["admin"] }"#, r#""read:analytics"] }"#).await;
    assert_eq!((scopes().await, keys().await), (json!(["read:analytics"]), 403));
}

#[tokio::test]
async fn an_organization_that_is_over_a_new_cap_keeps_what_it_has_and_gets_no_more() {
    let world = launches().await;
    let order = json!({"name": "a", "type": "secret"});
    let keys = [world.key("acme", order.clone()).await, world.key("acme", order.clone()).await];
    world.edit("keys = 250", "keys = 1").await;
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
    let world = launches().await;
    let secret = |scopes: Value| json!({"name": "a", "type": "secret", "scopes": scopes});
    let key = world.key("acme", secret(json!(["read:consumers", "read:analytics"]))).await;
    world.edit("scope = \"admin\"", "scope = \"read:consumers\"").await;
    world.edit("all_scopes = \"admin\"\n", "").await;
    let lesser = world.key("acme", secret(json!(["read:consumers"]))).await;
    let path = format!("/api/v1/acme/api-keys/{}/regenerate", key.id);
    let regenerate = || world.call("POST", &path, &lesser.secret, None);
    assert_eq!(regenerate().await.status, 403);
    // It could have it again when the type is made wider.
    world.edit("\"read:analytics\", \"admin\"]", "\"admin\"]").await;
    assert_eq!(regenerate().await.status, 403);
}

#[tokio::test]
async fn a_plan_that_takes_something_from_an_author_stops_what_they_have_under_way() {
    let world = launches().await;
    world
        .edit(
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

/// The portal's pages of `acme` that somebody opens who may do everything: their statuses.
async fn pages(world: &World, id: &str) -> Vec<(String, u16)> {
    let browser = world.visitor("acme").await;
    let mut pages = Vec::new();
    for page in ["", "/new", &format!("/{id}"), &format!("/{id}/edit"), &format!("/{id}/regenerate")] {
        let path = format!("/portal/acme/keys{page}");
        let status = browser.get(&path).await.status;
        pages.push((path, status));
    }
    pages
}

#[tokio::test]
async fn a_plan_that_is_dropped_while_it_is_used_lets_nobody_in_and_can_be_left() {
    let world = launches().await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    assert_eq!(world.verdict(&key.secret).await, "valid");
    world.edit("[plans.pro]", "[plans.professional]").await;
    for _ in 0..3 {
        assert_eq!(world.verdict(&key.secret).await, "no_api_on_plan");
        assert_eq!(world.get("/api/v1/acme/api-keys", &key).await.status, 402);
    }
    let errors = || world.stack.logs().iter().filter(|line| line.contains("does not have: plan pro")).count();
    assert_eq!(errors(), 1);
    let put = async |change: Value| world.operate("PUT", "/organizations/acme", change).await;
    for change in [
        json!({"status": "locked"}),
        json!({"name": "Acme & Sons"}),
        json!({"status": "active", "plan": "pro"}),
        json!({"limits": [{"requests": 5, "per": "minute"}]}),
        json!({"limits": null}),
    ] {
        let answer = put(change.clone()).await;
        assert_eq!((answer.status, &answer.json()["data"]["plan"]), (200, &json!("pro")), "{change}: {answer:?}");
    }
    assert_eq!(put(json!({"plan": "other"})).await.status, 400);
    assert_eq!(world.operate("PUT", "/organizations/zeta", json!({"plan": "pro"})).await.status, 400);
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("PATCH", &path, json!({"name": "b", "scopes": ["admin"]})).await.status, 200);
    let order = json!({"name": "c", "type": "secret"});
    assert_eq!(world.operate("POST", "/organizations/acme/api-keys", order).await.status, 402);
    for (page, status) in pages(&world, &key.id).await {
        assert_eq!(status, 200, "{page}");
    }
    assert_eq!(put(json!({"plan": "professional"})).await.status, 200);
    assert_eq!(world.verdict(&key.secret).await, "valid");
}

#[tokio::test]
async fn a_type_that_is_dropped_while_it_is_used_can_be_switched_off_named_and_deleted() {
    let world = launches().await;
    let key = world.key("acme", json!({"name": "a", "type": "public"})).await;
    world.edit("[key.types.public]\nprefix = \"pk_live_\"", "[key.types.open]\nprefix = \"open_live_\"").await;
    world.edit("public = \"For browsers", "open = \"For browsers").await;
    assert_eq!(world.verdict(&key.secret).await, "unknown_key", "it does not look like a key any more");
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    for (change, status) in [
        (json!({"name": "b"}), 200),
        (json!({"status": "inactive"}), 200),
        (json!({"status": "active", "expiresAt": "2031-01-01T00:00:00Z"}), 200),
        (json!({"expiresAt": "2032-01-01T00:00:00Z"}), 200),
        (json!({"scopes": ["read:experiences"]}), 409),
    ] {
        assert_eq!(world.operate("PATCH", &path, change.clone()).await.status, status, "{change}");
    }
    let regenerated = world.operate("POST", &format!("{path}/regenerate"), Value::Null).await;
    assert_eq!(regenerated.status, 409, "{regenerated:?}");
    let statuses: Vec<_> = pages(&world, &key.id).await.into_iter().map(|(_, status)| status).collect();
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_window_that_is_dropped_while_it_is_used_lets_nobody_in_and_can_be_left() {
    let world = launches().await;
    world.edit("windows = [\"minute\"]", "windows = [\"minute\", \"hour\"]").await;
    world.organization("acme", json!({"limits": [{"requests": 5, "per": "hour"}]})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    assert_eq!(world.verdict(&key.secret).await, "valid");
    world.edit("windows = [\"minute\", \"hour\"]", "windows = [\"minute\"]").await;
    assert_eq!(world.verdict(&key.secret).await, "no_api_on_plan");
    let put = async |change: Value| world.operate("PUT", "/organizations/acme", change).await.status;
    for change in [json!({"status": "locked"}), json!({"status": "active"}), json!({"plan": "basic"})] {
        assert_eq!(put(change.clone()).await, 200, "{change}");
    }
    for (page, status) in pages(&world, &key.id).await {
        assert_eq!(status, 200, "{page}");
    }
    assert_eq!(put(json!({"limits": [{"requests": 6, "per": "hour"}]})).await, 400);
    assert_eq!(put(json!({"limits": null})).await, 200);
    assert_eq!(world.verdict(&key.secret).await, "valid");
}

#[tokio::test]
async fn a_window_that_is_dropped_while_a_key_has_a_limit_in_it_lets_nobody_in_and_can_be_left() {
    let world = launches().await;
    world.edit("windows = [\"minute\"]", "windows = [\"minute\", \"hour\"]").await;
    let order = json!({"name": "a", "type": "secret", "limits": [{"requests": 5, "per": "hour"}]});
    let key = world.key("acme", order).await;
    assert_eq!(world.verdict(&key.secret).await, "valid");
    world.edit("windows = [\"minute\", \"hour\"]", "windows = [\"minute\"]").await;
    for _ in 0..3 {
        assert_eq!(world.verdict(&key.secret).await, "no_api_on_plan");
    }
    assert_eq!(world.stack.logs().iter().filter(|line| line.contains("does not have: plan pro")).count(), 1);
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let change = async |wanted: Value| world.operate("PATCH", &path, wanted).await.status;
    for (wanted, status) in [
        (json!({"name": "b"}), 200),
        (json!({"status": "inactive"}), 200),
        (json!({"status": "active"}), 200),
        (json!({"limits": [{"requests": 5, "per": "hour"}], "name": "c"}), 200),
        (json!({"limits": [{"requests": 6, "per": "hour"}]}), 400),
    ] {
        assert_eq!(change(wanted.clone()).await, status, "{wanted}");
    }
    for (page, status) in pages(&world, &key.id).await {
        assert_eq!(status, 200, "{page}");
    }
    assert_eq!(change(json!({"limits": null})).await, 200);
    assert_eq!(world.verdict(&key.secret).await, "valid");
}
