use serde_json::{Value, json};

use crate::support::{Answer, Key, World, sha256};

async fn find(world: &World, question: Value) -> Answer {
    world.operate("POST", "/keys/find", question).await
}

/// The one key that is found.
async fn found(world: &World, question: Value) -> Value {
    let answer = find(world, question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let [found] = answer.json()["data"].as_array().unwrap().clone().try_into().unwrap();

    found
}

async fn standard() -> (World, Key) {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro", "name": "Acme"})).await;
    let key = world.key("acme", json!({"name": "web", "type": "live"})).await;

    (world, key)
}

#[tokio::test]
async fn a_key_is_found_by_itself_its_digest_and_its_id_and_nothing_is_counted_or_changed() {
    let (world, key) = standard().await;
    assert_eq!(world.get("/v1/notes", &key).await.status, 200);
    let left = || async { world.get("/v1/notes", &key).await.header("x-ratelimit-remaining").unwrap().to_owned() };
    let before = left().await;
    let authority = world.authority().await;
    for (question, asks_secret) in [
        (json!({"key": key.secret}), true),
        (json!({"sha256": sha256(&key.secret)}), true),
        (json!({"keyId": key.id}), false),
    ] {
        let found = found(&world, question).await;
        assert_eq!((&found["organization"], &found["keyId"]), (&json!("acme"), &json!(key.id)), "{found}");
        assert_eq!((&found["key"]["name"], &found["key"]["status"]), (&json!("web"), &json!("active")));
        assert_eq!((&found["owner"]["plan"], &found["owner"]["status"]), (&json!("pro"), &json!("active")));
        let secret = asks_secret.then(|| json!({"status": "current"}));
        assert_eq!(found.get("secret"), secret.as_ref());
        assert!(!found.to_string().contains(&key.secret));
    }
    assert_eq!(world.authority().await, authority, "nothing was written");
    let after = left().await;
    assert_eq!(before.parse::<u32>().unwrap() - 1, after.parse::<u32>().unwrap(), "only the request itself counted");
    assert!(!world.stack.logs().iter().any(|line| line.contains(&key.secret)));
}

#[tokio::test]
async fn a_secret_that_was_replaced_or_revoked_is_still_known() {
    let (world, key) = standard().await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let new = world.operate("POST", &format!("{path}/regenerate"), json!({"overlapSeconds": 60})).await.json();
    let new = new["data"]["key"].as_str().unwrap().to_owned();
    let state = async |secret: &str| found(&world, json!({"key": secret})).await["secret"].clone();
    assert_eq!(state(&new).await, json!({"status": "current"}));
    assert_eq!(state(&key.secret).await, json!({"status": "old", "endsAt": "2030-06-15T00:01:30Z"}));
    world.at("2030-06-15T00:01:30Z");
    assert_eq!(state(&key.secret).await, json!({"status": "ended", "endsAt": "2030-06-15T00:01:30Z"}));
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    for secret in [&key.secret, &new] {
        let found = found(&world, json!({"sha256": sha256(secret)})).await;
        assert_eq!((&found["key"], &found["organization"]), (&Value::Null, &json!("acme")), "{found}");
        assert_eq!(found["secret"]["status"], "ended", "{found}");
    }
    let by_id = found(&world, json!({"keyId": key.id})).await;
    assert_eq!((&by_id["key"], &by_id["organization"]), (&Value::Null, &json!("acme")), "its id is known for good");
}

#[tokio::test]
async fn what_was_never_a_key_is_not_found() {
    let (world, _) = standard().await;
    for question in [
        json!({"key": "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH"}),
        json!({"key": ""}),
        json!({"key": "anything at all, also 'not' a key"}),
        json!({"sha256": "0".repeat(64)}),
        json!({"keyId": "key_00000000000000000000000000"}),
    ] {
        let answer = find(&world, question.clone()).await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("resource_not_found")), "{question}");
    }
    let answer = find(&world, json!({"organization": "nobody", "fingerprint": "abcdef"})).await;
    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("organization_not_found")));
}

#[tokio::test]
async fn all_keys_of_an_organization_that_share_a_fingerprint_are_found_page_by_page() {
    let (world, key) = standard().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let digest = sha256(&key.secret);
    // Two digests that begin alike, as those of keys rarely do.
    let keys: Vec<_> = (0..2)
        .map(|last| json!({"sha256": format!("{}{last}", &digest[..63]), "name": "twin", "type": "live"}))
        .collect();
    let keys: Vec<_> = keys.into_iter().filter(|twin| twin["sha256"] != digest).collect();
    let count = keys.len() + 1;
    let answer = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": keys})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for fingerprint in [digest[..6].to_owned(), format!("{}…", &digest[..6]), digest[..6].to_uppercase()] {
        let answer = find(&world, json!({"organization": "acme", "fingerprint": fingerprint})).await;
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), count, "{answer:?}");
    }
    let (mut seen, mut cursor) = (0, Value::Null);
    loop {
        let question = json!({"organization": "acme", "fingerprint": &digest[..6], "limit": 1, "cursor": cursor});
        let page = find(&world, question).await.json();
        seen += page["data"].as_array().unwrap().len();
        cursor = page["meta"]["pagination"]["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, count);
    let elsewhere = find(&world, json!({"organization": "other", "fingerprint": &digest[..6]})).await;
    assert_eq!((elsewhere.status, elsewhere.json()["data"].clone()), (200, json!([])));
}

#[tokio::test]
async fn a_revoked_key_that_is_older_than_its_organization_is_still_its_own() {
    let (world, _) = standard().await;
    let order = json!({"sha256": "ab".repeat(32), "name": "old", "type": "live", "createdAt": "2024-02-03T04:05:06Z"});
    let answer = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": [order]})).await.json();
    let id = answer["data"]["results"][0]["id"].as_str().unwrap().to_owned();
    let revoked = world.operate("DELETE", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    for question in [json!({"keyId": id}), json!({"sha256": "ab".repeat(32)})] {
        let found = found(&world, question.clone()).await;
        assert_eq!((&found["key"], &found["owner"]["slug"]), (&Value::Null, &json!("acme")), "{question}");
    }
}

#[tokio::test]
async fn a_question_is_about_exactly_one_thing() {
    let (world, key) = standard().await;
    for (question, message) in [
        (json!({}), "body must have one of key, sha256, keyId, or organization and fingerprint"),
        (json!({"organization": "acme"}), "body must have one of key, sha256, keyId, or organization and fingerprint"),
        (json!({"fingerprint": "abcdef"}), "body must have one of key, sha256, keyId, or organization and fingerprint"),
        (
            json!({"key": key.secret, "keyId": key.id}),
            "body must have one of key, sha256, keyId, or organization and fingerprint",
        ),
        (json!({"organization": "acme", "fingerprint": "abc"}), "fingerprint must have six hexadecimal digits"),
        (json!({"sha256": "abc"}), "sha256 must be a SHA-256 digest, as 64 hexadecimal digits or as base64"),
        (json!({"keyId": "1"}), "keyId must be the id of a key"),
        (json!({"secret": key.secret}), "secret is not known here"),
        (
            json!({"organization": "acme", "fingerprint": "abcdef", "cursor": "x"}),
            "cursor must be one that this list gave",
        ),
    ] {
        let answer = find(&world, question.clone()).await;
        assert_eq!((answer.status, &answer.json()["detail"]), (400, &json!(message)), "{question}");
        assert!(!answer.body.contains(&key.secret));
    }
    let key = world.call("POST", "/operator/v1/keys/find", &key.secret, Some(json!({"keyId": key.id}))).await;
    assert_eq!(key.status, 403, "a key is no signature");
}
