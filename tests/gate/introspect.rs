use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, encoded};

const CREDENTIAL: &str = "gateway:correct-horse-battery-staple";

const FORM: &str = "application/x-www-form-urlencoded";

async fn open(contract: &str) -> World {
    World::build(contract, |builder| builder.parameter("IntrospectionCredential", CREDENTIAL)).await
}

/// Asks as somebody with `credential`.
async fn send(world: &World, credential: Option<&str>, kind: &str, body: &str) -> Answer {
    let credential = credential.map(|credential| format!("Basic {}", STANDARD.encode(credential)));
    let authorization = credential.as_deref().map(|credential| ("authorization", credential));
    let headers: Vec<_> = authorization.into_iter().chain([("content-type", kind)]).collect();

    world.http.send_bytes("POST", "/introspect", &headers, body.as_bytes().to_vec()).await
}

async fn ask(world: &World, token: &str) -> Value {
    let body = encoded(&[("token", token), ("token_type_hint", "access_token")]);
    let answer = send(world, Some(CREDENTIAL), FORM, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    answer.json()
}

#[tokio::test]
async fn an_active_key_says_whose_it_is_and_what_it_may_do() {
    let world = open("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({"name": "a", "type": "secret", "scopes": ["read:consumers", "read:analytics"], "expiresAt": "2031-01-01T00:00:00Z"});
    let key = world.key("acme", order).await;
    let scope = "read:analytics read:consumers";
    let said = json!({"active": true, "scope": scope, "client_id": "acme", "sub": key.id, "exp": 1_924_992_000, "token_type": "Bearer"});
    assert_eq!(ask(&world, &key.secret).await, said);
    // A secret that was replaced ends before its key.
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let new = world.operate("POST", &path, json!({"overlapSeconds": 3_600})).await.json();
    let old = json!(1_907_712_030 + 3_600);
    // From the authority, and from the pass.
    for _ in 0..2 {
        assert_eq!(ask(&world, &key.secret).await["exp"], old);
        assert_eq!(ask(&world, new["data"]["key"].as_str().unwrap()).await["exp"], said["exp"]);
    }
    // One that never ends, under a contract without a scheme.
    let world = open("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let answer = ask(&world, &key.secret).await;
    assert_eq!((&answer["sub"], &answer["exp"], &answer["token_type"]), (&json!(key.id), &json!(null), &json!(null)));
}

#[tokio::test]
async fn whatever_is_against_a_key_it_is_not_active_and_nothing_more_is_said() {
    let world = open("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let revoked = world.key("acme", json!({"name": "a"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", revoked.id), Value::Null).await;
    let off = world.key("acme", json!({"name": "a"})).await;
    world.operate("PATCH", &format!("/organizations/acme/api-keys/{}", off.id), json!({"status": "inactive"})).await;
    let expired = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:00:40Z"})).await;
    let elsewhere = world.key("acme", json!({"name": "a", "allowedAddresses": ["127.0.0.1"]})).await;
    world.organization("locked", json!({"plan": "pro"})).await;
    let locked = world.key("locked", json!({"name": "a"})).await;
    world.organization("locked", json!({"status": "locked"})).await;
    assert_eq!(ask(&world, &expired.secret).await["active"], true);
    world.at("2030-06-15T00:00:40Z");
    let unknown = format!("fa_live_{}", "0".repeat(32));
    let keys = [revoked, off, expired, elsewhere, locked].map(|key| key.secret);
    for token in keys.iter().map(String::as_str).chain([unknown.as_str(), "junk", "ü", "Bearer x"]) {
        assert_eq!(ask(&world, token).await, json!({"active": false}), "{token}");
    }
}

#[tokio::test]
async fn it_counts_nothing_and_passes_where_nothing_is_left() {
    let world = open("fayne").await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for _ in 0..3 {
        assert_eq!(ask(&world, &key.secret).await["active"], true);
    }
    let shown = async |key: &Key| {
        world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await.json()["data"]
            .clone()
    };
    assert_eq!(shown(&key).await["lastUsedAt"], Value::Null);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
    let asked = world.asked(async { assert_eq!(ask(&world, &key.secret).await["active"], true) }).await;
    assert_eq!(asked, ["GetItem CountersTable"]);
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}/usage", key.id);
    let totals = world.operate("GET", &path, Value::Null).await.json()["data"]["totals"].clone();
    assert_eq!((&totals["requests"], &totals["verifications"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn only_whoever_has_the_credential_may_ask() {
    let world = open("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    let body = format!("token={}", key.secret);
    let basic = Some(r#"Basic realm="introspection""#);
    for credential in [
        None,
        Some(""),
        Some("gateway:"),
        Some("correct-horse-battery-staple"),
        Some("gateway:correct-horse-battery-staplf"),
    ] {
        let answer = send(&world, credential, FORM, &body).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, basic), "{credential:?}: {answer:?}");
    }
    for authorization in
        [format!("Bearer {}", key.secret), "Basic".to_owned(), "Basic %".to_owned(), format!("Basic {CREDENTIAL}")]
    {
        let headers = [("authorization", authorization.as_str()), ("content-type", FORM)];
        let answer = world.http.send_bytes("POST", "/introspect", &headers, body.clone().into_bytes()).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, basic), "{authorization}");
    }
    let closed = World::serving("fayne").await;
    let nowhere = closed.anonymous("POST", "/nowhere").await;
    for credential in [None, Some(""), Some(CREDENTIAL)] {
        let answer = send(&closed, credential, FORM, &body).await;
        assert_eq!((answer.status, answer.own_headers(), &answer.body), (404, nowhere.own_headers(), &nowhere.body));
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_400_and_a_store_that_is_down_503() {
    let world = open("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    let good = format!("token={}", key.secret);
    let twice = format!("{good}&{good}");
    for (kind, body, message) in [
        (FORM, "", "token must be given once"),
        (FORM, "token=", "token must be given once"),
        (FORM, "key=a", "token must be given once"),
        (FORM, &twice, "token must be given once"),
        ("application/json", r#"{"token": "a"}"#, "Content-Type must be application/x-www-form-urlencoded"),
        ("", &good, "Content-Type must be application/x-www-form-urlencoded"),
    ] {
        let answer = send(&world, Some(CREDENTIAL), kind, body).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{kind} {body}");
    }
    assert_eq!(
        send(&world, Some(CREDENTIAL), "application/x-www-form-urlencoded; charset=utf-8", &good).await.status,
        200
    );
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "down").always());
    assert_eq!(send(&world, Some(CREDENTIAL), FORM, &good).await.status, 503);
    let told: Vec<_> =
        world.stack.logs().into_iter().filter(|line| line.contains("staple") || line.contains(&key.secret)).collect();
    assert!(told.is_empty(), "{told:?}");
}
