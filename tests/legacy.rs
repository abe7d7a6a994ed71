//! The promise: keys of another form are let in once their digests were taken over, and none is ever issued.

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{Answer, World, own_contract, sha256};

/// A key of API Gateway: 20 to 40 characters, and no prefix.
const GATEWAY: &str = "Zt3kQ9vX1mB7cD5eF2gH8jL4nP6r";
const UUID: &str = "123e4567-e89b-42d3-a456-426614174000";
/// A key that begins as those of today, in another alphabet.
const HEX: &str = "lk_live_0123456789abcdef0123456789abcdef";

const FORMS: &str = r#"
[key.legacy.gateway]
pattern = "[A-Za-z0-9]{20,40}"

[key.legacy.uuid]
pattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
type = "live"

[key.legacy.hex]
pattern = "lk_live_[0-9a-f]{32}"
type = "live"
"#;

fn contract() -> NamedTempFile {
    own_contract("standard", |text| format!("{text}{FORMS}"))
}

async fn standard() -> World {
    let world = World::own(contract(), |builder| builder.parameter("ReferenceApi", "notes")).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    world
}

async fn import(world: &World, body: Value) -> Answer {
    world.operate("POST", "/organizations/acme/api-keys/import", body).await
}

/// Takes over the key `secret` of the type `kind`, which must work, and returns its id.
async fn taken_over(world: &World, secret: &str, kind: &str) -> String {
    let answer = import(world, json!({"keys": [{"sha256": sha256(secret), "name": "old", "type": kind}]})).await;
    assert_eq!((answer.status, &answer.json()["data"]["imported"]), (200, &json!(1)), "{answer:?}");

    answer.json()["data"]["results"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_of_another_form_is_let_in_once_its_digest_is_taken_over() {
    let world = standard().await;
    for secret in [GATEWAY, UUID, HEX] {
        assert_eq!(world.verdict(secret).await, "unknown_key", "{secret}");
        taken_over(&world, secret, "live").await;
        world.at("2030-06-15T00:00:32Z");
        assert_eq!(world.verdict(secret).await, "valid", "{secret}");
        assert_eq!(world.call("GET", "/v1/notes", secret, None).await.status, 200, "{secret}");
    }
    // Its form says that it is live.
    let other = UUID.replace("123e", "e123");
    taken_over(&world, &other, "test").await;
    assert_eq!(world.verdict(&other).await, "unknown_key");
    // Without the form, it is no key any more; and with it, it is one again.
    world.edit("[A-Za-z0-9]{20,40}", "[A-Za-z0-9]{30,40}").await;
    assert_eq!(world.verdict(GATEWAY).await, "unknown_key");
    world.edit("[A-Za-z0-9]{30,40}", "[A-Za-z0-9]{20,40}").await;
    assert_eq!(world.verdict(GATEWAY).await, "valid");
}

#[tokio::test]
async fn what_has_no_form_is_refused_without_a_look_at_the_store() {
    let world = standard().await;
    let asked = async |secret: &str| {
        world.asked(async { assert_eq!(world.verdict(secret).await, "unknown_key", "{secret}") }).await
    };
    // A process that starts opens its connection.
    assert!(!asked(GATEWAY).await.is_empty());
    let issued = world.key("acme", json!({"name": "a", "type": "live"})).await.secret;
    let mistyped = format!("{}{}", &issued[..issued.len() - 1], if issued.ends_with('0') { '1' } else { '0' });
    for secret in [&GATEWAY[..19], &format!("{GATEWAY}-"), &UUID.to_uppercase(), &mistyped, &"a".repeat(300_000), ""] {
        assert_eq!(asked(secret).await, Vec::<String>::new(), "{secret:.60}");
    }
}

#[tokio::test]
async fn no_key_of_another_form_is_issued_and_a_new_secret_has_the_form_of_today() {
    let world = standard().await;
    let id = taken_over(&world, GATEWAY, "live").await;
    let path = format!("/organizations/acme/api-keys/{id}/regenerate");
    let is_of_today = |secret: &str| secret.starts_with("lk_live_") && secret.len() == 44;
    let answer = world.operate("POST", &path, json!({"overlapSeconds": 60})).await.json()["data"].clone();
    let second = answer["key"].as_str().unwrap();
    assert!(is_of_today(second) && answer["hint"].as_str().unwrap().starts_with("lk_live_…"), "{answer}");
    // The old one works until its time is over.
    assert_eq!([world.verdict(GATEWAY).await, world.verdict(second).await], ["valid", "valid"]);
    world.at("2030-06-15T00:02:00Z");
    assert_eq!([world.verdict(GATEWAY).await, world.verdict(second).await], ["unknown_key", "valid"]);
    let again = import(&world, json!({"keys": [{"sha256": sha256(GATEWAY), "name": "a", "type": "live"}]})).await;
    assert_eq!(again.json()["data"]["results"][0]["reason"], "conflict");
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    assert!(is_of_today(&key.secret));
}

#[tokio::test]
async fn a_form_that_tells_no_type_leaves_it_to_the_key_what_its_type_may() {
    let forms = r#"
[key.legacy.any]
pattern = "[A-Za-z0-9]{20,40}"

[key.legacy.page]
pattern = "pub-[0-9a-f]{32}"
type = "public"
"#;
    let contract = own_contract("fanfare", |text| format!("{text}{forms}"));
    let world = World::own(contract, |builder| builder.stage("production")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let secret = |letter: &str| letter.repeat(24);
    for (kind, letter) in [("secret", "s"), ("public", "p"), ("test", "t")] {
        taken_over(&world, &secret(letter), kind).await;
    }
    let verdict = async |key: &str, scope: &str| {
        let answer = world.operate("POST", "/verify", json!({"key": key, "scopes": [scope]})).await.json();
        answer["data"]["reason"].as_str().unwrap_or("valid").to_owned()
    };
    assert_eq!(verdict(&secret("s"), "write:experiences").await, "valid");
    assert_eq!(verdict(&secret("p"), "read:experiences").await, "valid");
    assert_eq!(verdict(&secret("p"), "write:experiences").await, "wrong_key_type");
    assert_eq!(verdict(&secret("t"), "read:experiences").await, "wrong_environment");
    // A form that tells the type is judged by it before anything is read.
    let page = format!("pub-{}", "0".repeat(32));
    taken_over(&world, &page, "public").await;
    let nothing = world.asked(async { assert_eq!(verdict(&page, "write:experiences").await, "wrong_key_type") }).await;
    assert_eq!(nothing, Vec::<String>::new());
    assert_eq!(verdict(&page, "read:experiences").await, "valid");
    let other = format!("pub-{}", "1".repeat(32));
    taken_over(&world, &other, "secret").await;
    assert_eq!(verdict(&other, "read:experiences").await, "unknown_key");
}

#[tokio::test]
async fn a_key_of_another_form_that_has_leaked_is_dealt_with_and_is_not_in_the_place_of_its_leak() {
    let world = standard().await;
    world.organization("acme", json!({"plan": "pro", "leaks": "quarantine"})).await;
    let id = taken_over(&world, GATEWAY, "live").await;
    let url = format!("https://example.com/logs?id={GATEWAY}&page=2");
    let told = world.http.send("POST", "/leaks/report", &[], Some(json!({"key": GATEWAY, "url": url}))).await;
    assert_eq!(told.status, 202, "{told:?}");
    let key = world.operate("GET", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await.json();
    assert_eq!(key["data"]["status"], "quarantined");
    assert_eq!(key["data"]["leak"]["url"], "https://example.com/logs?id=");
}

#[tokio::test]
async fn a_sample_says_before_anything_is_imported_whether_keys_like_it_are_let_in() {
    let world = World::own(contract(), |builder| builder.parameter("LogLevel", "DEBUG").stage("production")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let issued = world.key("acme", json!({"name": "a", "type": "live"})).await.secret;
    let key = |digit: &str| json!([{"sha256": digit.repeat(64), "name": "a", "type": "live"}]);
    for (sample, said, digit) in [
        (GATEWAY, json!({"form": "gateway"}), "1"),
        (UUID, json!({"form": "uuid", "type": "live"}), "2"),
        (&issued, json!({"form": "lk_live_ and 36 of [0-9A-Za-z]", "type": "live"}), "3"),
    ] {
        let answer = import(&world, json!({"keys": key(digit), "sample": sample})).await;
        assert_eq!((answer.status, &answer.json()["data"]["sample"]), (200, &said), "{answer:?}");
        assert_eq!(answer.json()["data"]["imported"], 1);
    }
    let without = import(&world, json!({"keys": key("4")})).await;
    assert_eq!(without.json()["data"].get("sample"), None);

    let test = world.key("acme", json!({"name": "a", "type": "test"})).await.secret;
    let before = world.authority().await;
    let mut answers = Vec::new();
    for (sample, why) in [
        (json!("tooshort-k9vX1mB7cD5"), "sample is of no form that is let in: neither lk_live_ and 36 of"),
        (json!(test), "sample is of the type test, whose keys do not work at this stage"),
        (json!(["k9vX1mB7cD5eF2gH8jL4"]), "sample must be a string"),
        (json!(""), "sample is of no form that is let in"),
    ] {
        let answer = import(&world, json!({"keys": key("5"), "sample": sample})).await;
        let said = answer.json();
        assert_eq!(answer.status, 400, "{said}");
        assert!(said.to_string().contains(why), "{said}");
        answers.push(answer.body);
    }
    assert_eq!(world.authority().await, before, "nothing was taken over");
    // It is kept nowhere.
    let secrets = ["k9vX1mB7cD5", &GATEWAY[2..], &UUID[4..]];
    let is_clean = |text: &String| secrets.iter().all(|secret| !text.contains(secret));
    assert!(answers.iter().all(is_clean), "{answers:?}");
    assert!(world.stack.logs().iter().all(is_clean));
    for table in ["KeysTable", "CountersTable", "UsageTable", "EventsTable"] {
        assert!(world.items(table).await.iter().all(is_clean), "{table}");
    }
}

#[tokio::test]
async fn a_slug_may_have_underscores_wherever_it_is_used() {
    let world = standard().await;
    for slug in ["a_b", "a_b_", "9_-_9"] {
        world.organization(slug, json!({"plan": "pro"})).await;
        let key = world.key(slug, json!({"name": "a", "type": "live", "scopes": ["admin"]})).await;
        assert_eq!(world.verdict(&key.secret).await, "valid");
        let listed = world.call("GET", &format!("/api/v1/{slug}/api-keys"), &key.secret, None).await;
        assert_eq!((listed.status, &listed.json()["data"][0]["id"]), (200, &json!(key.id)), "{slug}");
        let usage = format!("/organizations/{slug}/api-keys/{}/usage", key.id);
        let usage = world.operate("GET", &usage, Value::Null).await.json();
        assert_eq!(usage["data"]["totals"]["verifications"], 1, "{slug}");
        let rows = world.operate("GET", &format!("/organizations/{slug}/audit"), Value::Null).await.json();
        assert_eq!(rows["data"].as_array().unwrap().len(), 2, "{slug}");
        let indexed = world.operate("POST", "/keys/index", json!({})).await;
        assert_eq!(indexed.status, 200);
    }
    for slug in ["_a", "-a", "A_b"] {
        let answer = world.operate("PUT", &format!("/organizations/{slug}"), json!({"plan": "pro"})).await;
        assert_eq!(answer.status, 400, "{slug}");
    }
}
