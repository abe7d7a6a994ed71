use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{START, World, all, own_contract};

#[tokio::test]
async fn a_key_is_issued_in_the_contracts_form_and_shown_once() {
    for (contract, plan, order, prefix, kind, scopes) in [
        ("fayne", "pro", json!({"name": "web"}), "fa_live_", None, json!(["read", "write"])),
        ("fayne", "pro", json!({"name": "web", "scopes": ["read"]}), "fa_live_", None, json!(["read"])),
        ("thefaq", "pro", json!({"name": "web"}), "faq_", None, json!(["read"])),
        ("thefaq", "starter", json!({"name": "web", "scopes": ["write"]}), "faq_", None, json!(["write"])),
        (
            "fabraix",
            "standard",
            json!({"name": "web", "type": "development"}),
            "fbx_dev_",
            Some("development"),
            json!(["runs:write"]),
        ),
        (
            "fabraix",
            "standard",
            json!({"name": "web", "type": "production"}),
            "fbx_prod_",
            Some("production"),
            json!(["runs:write"]),
        ),
        (
            "fabraix",
            "standard",
            json!({"name": "web", "type": "restricted", "scopes": []}),
            "fbx_res_",
            Some("restricted"),
            json!([]),
        ),
        (
            "fabraix",
            "standard",
            json!({"name": "web", "type": "admin"}),
            "fbx_adm_",
            Some("admin"),
            json!(["keys:manage", "runs:write"]),
        ),
        (
            "fanfare",
            "free",
            json!({"name": "web", "type": "public"}),
            "pk_live_",
            Some("public"),
            json!(["read:experiences"]),
        ),
        ("fanfare", "basic", json!({"name": "web", "type": "secret"}), "sk_live_", Some("secret"), json!(["admin"])),
        (
            "fanfare",
            "pro",
            json!({"name": "web", "type": "test", "scopes": ["read:analytics"]}),
            "sk_test_",
            Some("test"),
            json!(["read:analytics"]),
        ),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        let answer = world.operate("POST", "/organizations/acme/api-keys", order).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let data = answer.json()["data"].clone();
        let key = data["key"].as_str().unwrap();
        assert_eq!(key.strip_prefix(prefix).map(str::len), Some(32), "{contract}");
        assert_eq!(data["name"], "web");
        assert_eq!(data.get("type"), kind.map(Value::from).as_ref());
        assert_eq!(data["scopes"], scopes);
        assert_eq!(data["createdAt"], START);
        assert!(data["id"].as_str().unwrap().starts_with("key_"));
        assert_eq!(answer.body.matches(key).count(), 1);
    }
}

#[tokio::test]
async fn an_order_that_the_contract_does_not_allow_names_the_field_and_leaves_nothing_behind() {
    let fabraix = World::serving("fabraix").await;
    fabraix.organization("acme", json!({"plan": "standard"})).await;
    let fayne = World::serving("fayne").await;
    fayne.organization("acme", json!({"plan": "pro"})).await;
    let long = "x".repeat(101);
    for (world, order, message) in [
        (&fayne, json!({}), "name is required"),
        (&fayne, json!({"name": ""}), "name must have 1 to 100 printable characters"),
        (&fayne, json!({"name": long}), "name must have 1 to 100 printable characters"),
        (&fayne, json!({"name": ["a"]}), "name must be a string"),
        (&fayne, json!({"name": "a", "type": "public"}), "type is not known here"),
        (&fayne, json!({"name": "a", "scopes": []}), "scopes must name at least 1"),
        (&fayne, json!({"name": "a", "scopes": ["fly"]}), "scopes must be among read, write"),
        (&fayne, json!({"name": "a", "expiresAt": "tomorrow"}), "expiresAt must be a time like 2026-11-20T10:00:00Z"),
        (&fayne, json!({"name": "a", "expiresAt": START}), "expiresAt must be in the future"),
        (&fayne, json!({"name": "a", "key": "fa_live_1"}), "key is not known here"),
        (&fayne, json!(["name", null, ["read"], null]), "body must be an object"),
        (&fayne, json!("name"), "body must be an object"),
        (&fabraix, json!({"name": "a"}), "type is required, one of admin, development, production, restricted"),
        (
            &fabraix,
            json!({"name": "a", "type": "root"}),
            "type must be one of admin, development, production, restricted",
        ),
        (
            &fabraix,
            json!({"name": "a", "type": "development", "scopes": ["keys:manage"]}),
            "scopes must be among runs:write",
        ),
        (&fabraix, json!({"name": "a", "type": "restricted"}), "scopes is required: the type has none by default"),
        // All that is wrong is told at once.
        (
            &fabraix,
            json!({"name": "a", "type": "secrat", "scopes": ["foo"], "expiresAt": "2020-01-01T00:00:00Z"}),
            "type must be one of admin, development, production, restricted; scopes must be among keys:manage, runs:write; \
             expiresAt must be in the future",
        ),
        (
            &fabraix,
            json!({"name": "a", "type": "secrat", "scopes": ["keys:manage"]}),
            "type must be one of admin, development, production, restricted",
        ),
        (
            &fabraix,
            json!({"name": "a", "type": "production", "scopes": ["keys:manage"], "expiresAt": START}),
            "scopes must be among runs:write; expiresAt must be in the future",
        ),
        (
            &fabraix,
            json!({"name": "a", "scopes": ["foo"]}),
            "type is required, one of admin, development, production, restricted; scopes must be among keys:manage, runs:write",
        ),
        (
            &fayne,
            json!({"name": "a", "type": "public", "scopes": ["fly"], "expiresAt": START}),
            "type is not known here; scopes must be among read, write; expiresAt must be in the future",
        ),
    ] {
        let answer = world.operate("POST", "/organizations/acme/api-keys", order).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    for world in [fayne, fabraix] {
        assert_eq!(world.authority().await.len(), 1, "only the organization is there");
    }
}

#[tokio::test]
async fn what_a_plan_does_not_include_is_402() {
    let faq = World::serving("thefaq").await;
    faq.organization("acme", json!({"plan": "free"})).await;
    let answer = faq.operate("POST", "/organizations/acme/api-keys", json!({"name": "a", "scopes": ["write"]})).await;
    answer.is(
        402,
        &[],
        r#"{"error":{"code":"plan_limit_reached","message":"The plan does not include the scope write"}}"#,
    );

    let fanfare = World::serving("fanfare").await;
    fanfare.organization("acme", json!({"plan": "free"})).await;
    let order = json!({"name": "a", "type": "secret", "scopes": ["read:consumers"]});
    let answer = fanfare.operate("POST", "/organizations/acme/api-keys", order).await;
    answer.is(402, &[], r#"{"error":"The plan does not include a choice of scopes"}"#);
}

#[tokio::test]
async fn an_organization_that_is_not_there_is_404() {
    let world = World::serving("thefaq").await;
    let answer = world.operate("POST", "/organizations/nobody/api-keys", json!({"name": "a"})).await;
    answer.is(404, &[], r#"{"error":{"code":"organization_not_found","message":"Organization not found"}}"#);
    assert!(world.authority().await.is_empty());
}

#[tokio::test]
async fn what_nobody_asked_for_is_left_out_where_the_plan_does_not_include_it() {
    let both = |text: &str| text.replace(r#"default = ["read"]"#, r#"default = ["read", "write"]"#);
    let file = own_contract("thefaq", both);
    let world = World::serving(file.path().to_str().unwrap()).await;
    world.organization("acme", json!({"plan": "free"})).await;
    let answer = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a"})).await;
    assert_eq!((answer.status, &answer.json()["data"]["scopes"]), (201, &json!(["read"])));
}

#[tokio::test]
async fn a_repeat_under_the_same_name_issues_nothing_and_shows_no_secret() {
    let (world, _) = World::academy("pro").await;
    let once =
        async |name: &str, order: Value| world.operate_once(name, "POST", "/organizations/acme/api-keys", order).await;
    let order = json!({"name": "web", "scopes": ["read"]});
    let answers = all((0..8).map(|_| once("order-1", order.clone()))).await;
    let (first, again): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    let [first] = first.as_slice() else { panic!("{first:?}") };
    let mut without_secret = first.json();
    assert!(without_secret["data"].as_object_mut().unwrap().remove("key").is_some());
    for answer in &again {
        assert_eq!((answer.status, answer.json()), (200, without_secret.clone()));
    }
    // Written in another way, but the same order.
    assert_eq!(once("order-1", json!({"scopes": ["read"], "name": "web"})).await.status, 200);
    let clash = once("order-1", json!({"name": "another"})).await;
    clash.is(
        409,
        &[],
        r#"{"error":{"code":"already_exists","message":"The Idempotency-Key was used for another request"}}"#,
    );
    let path = format!("/organizations/acme/api-keys/{}/regenerate", without_secret["data"]["id"].as_str().unwrap());
    assert_eq!(world.operate_once("order-1", "POST", &path, json!({})).await.status, 409);
    // Another organization's names are its own.
    world.organization("other", json!({"plan": "pro"})).await;
    let theirs = world.operate_once("order-1", "POST", "/organizations/other/api-keys", order.clone()).await;
    assert_eq!(theirs.status, 201);
    let keys = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 2);

    world.at("2030-06-16T00:00:29.999Z");
    assert_eq!(once("order-1", order.clone()).await.status, 200);
    world.at("2030-06-16T00:00:30Z");
    assert_eq!(once("order-1", order).await.status, 201, "a day later it is a new order");
}

#[tokio::test]
async fn a_repeat_is_known_where_the_first_took_the_last_key_of_the_plan() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    world.key("acme", json!({"name": "a"})).await;
    let once =
        async || world.operate_once("last", "POST", "/organizations/acme/api-keys", json!({"name": "b"})).await.status;
    let mut statuses = all((0..6).map(|_| once())).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
    assert_eq!(once().await, 200);
    let refused = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "c"})).await;
    assert_eq!(refused.status, 402);
}

#[tokio::test]
async fn a_repeat_that_meets_the_first_as_it_takes_the_last_place_is_a_repeat() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    world.key("acme", json!({"name": "a"})).await;
    let once = || world.operate_once("last", "POST", "/organizations/acme/api-keys", json!({"name": "b"}));
    // The repeat has found nothing, and is held; then the first is carried out.
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem").with("idempotency#acme"));
    let first = async {
        latch.reached().await;
        let answer = once().await;
        latch.open();
        answer
    };
    let (repeat, first) = tokio::join!(once(), first);
    assert_eq!((repeat.status, first.status), (200, 201), "{repeat:?}");
}

#[tokio::test]
async fn a_name_for_a_request_that_cannot_be_one_is_refused() {
    let (world, _) = World::academy("pro").await;
    for name in ["a b", &"a".repeat(256)] {
        let answer = world.operate_once(name, "POST", "/organizations/acme/api-keys", json!({"name": "web"})).await;
        let message = "Idempotency-Key must be 1 to 255 visible ASCII characters";
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    let keys = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_end_of_time_is_no_expiry_and_null_is_left_out() {
    let (world, key) = World::academy("pro").await;
    for end in ["9999-12-31T23:59:59Z", "+010000-01-01T00:00:00.000Z"] {
        let order = json!({"name": "a", "expiresAt": end, "scopes": null, "type": null});
        let made = world.operate("POST", "/organizations/acme/api-keys", order).await;
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("/organizations/acme/api-keys/{}", made.json()["data"]["id"].as_str().unwrap());
        assert_eq!(world.operate("GET", &path, Value::Null).await.json()["data"]["expiresAt"], Value::Null);
        let soon =
            world.operate("PATCH", &path, json!({"expiresAt": "2031-01-01T00:00:00Z", "name": null})).await.json();
        assert_eq!(soon["data"]["expiresAt"], "2031-01-01T00:00:00Z");
        let never = world.operate("PATCH", &path, json!({"expiresAt": end})).await.json();
        assert_eq!((&never["data"]["expiresAt"], &never["data"]["name"]), (&Value::Null, &json!("a")));
    }
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    for overlap in [json!(null), json!(60.0), json!(6e1)] {
        let answer = world.operate("POST", &path, json!({"overlapSeconds": overlap})).await;
        assert_eq!(answer.status, 200, "{overlap}: {answer:?}");
        assert_eq!(answer.json()["data"]["overlapEndsAt"].is_string(), !overlap.is_null());
    }
    let new = world.operate("POST", &path, json!({"overlapSeconds": null})).await.json();
    let verdict = world.operate("POST", "/verify", json!({"key": new["data"]["key"], "scopes": null})).await;
    assert_eq!(verdict.json()["data"]["valid"], true);
}
