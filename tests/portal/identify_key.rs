use serde_json::{Value, json};

use crate::portal::{IDENTIFY, KEYS, issued, open, page, sentences, terms};

#[tokio::test]
async fn a_secret_leads_to_its_key_and_nobody_elses_does() {
    let world = open("fanfare").await;
    terms(&world, "fanfare", "other").await;
    let browser = world.visitor("acme").await;
    let [key, deleted, inactive] =
        [issued(&world, "web").await, issued(&world, "deleted").await, issued(&world, "inactive").await];
    let theirs = world.key("other", json!({"name": "theirs", "type": "secret"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", deleted.id), Value::Null).await;
    let path = page(&inactive, "/status");
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    let look = async |pasted: &str| browser.submit(KEYS, IDENTIFY, &[("key", pasted)]).await;

    for (pasted, id, name) in [
        (key.secret.clone(), &key.id, "web"),
        (format!("  {}\r\n", key.secret), &key.id, "web"),
        (format!("Bearer {}", key.secret), &key.id, "web"),
        (format!("Authorization: Bearer {}", key.secret), &key.id, "web"),
        (format!("x-api-key:{}", key.secret), &key.id, "web"),
        (format!("export API_KEY=\"{}\";", key.secret), &key.id, "web"),
        (format!("'{}',", key.secret), &key.id, "web"),
        (inactive.secret.clone(), &inactive.id, "inactive"),
    ] {
        let found = look(&pasted).await;
        assert_eq!(found.status, 200);
        found.says("It is one of your keys");
        found.says(name);
        assert_eq!(found.link(&format!("<bdi>{name}</bdi>"), IDENTIFY), Some(format!("{KEYS}/{id}")));
        assert!(!found.body.contains(&key.secret), "it is not shown again");
    }
    let none = sentences(&look("junk").await);
    assert!(none.1.contains("None of your keys"), "{none:?}");
    let unknown = format!("sk_live_{}", "0".repeat(32));
    for pasted in [&theirs.secret, &deleted.secret, &unknown, &key.id, &key.secret[1..], &"x".repeat(100_000)] {
        let answer = look(pasted).await;
        assert_eq!(sentences(&answer), none, "{pasted:.40}");
        assert!(!answer.body.contains(pasted));
    }
    let empty = look("").await;
    assert_eq!(empty.status, 422);
    empty.says("Paste a key");
}

#[tokio::test]
async fn an_old_secret_is_found_and_called_old_for_as_long_as_it_works() {
    let world = open("fanfare").await;
    let browser = world.visitor_with("acme", json!({"subject": "user_42", "seconds": 43_200})).await;
    let key = issued(&world, "web").await;
    let path = page(&key, "/regenerate");
    let new = browser.submit(&path, &path, &[("overlap", "1h")]).await.secret().unwrap();
    let look = async |pasted: &str| browser.submit(KEYS, IDENTIFY, &[("key", pasted)]).await;
    look(&new).await.does_not_say("old secret");
    let old = look(&key.secret).await;
    old.says("It is one of your keys");
    old.says("What you pasted is its old secret");
    world.at("2030-06-15T01:00:30Z");
    look(&key.secret).await.says("None of your keys");
    look(&new).await.says("It is one of your keys");
}
