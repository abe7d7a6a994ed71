use serde_json::{Value, json};

use crate::portal::{call, issued, open, page};
use crate::support::{World, did};

#[tokio::test]
async fn a_key_is_off_from_the_next_call_on_and_on_again_when_that_is_wanted() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    assert_eq!(call(&world, &key).await, 200);
    for (status, works, said) in
        [("inactive", 401, "The key is switched off."), ("active", 200, "The key is switched on.")]
    {
        let answer = browser.submit(&path, &path, &[("status", status)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(call(&world, &key).await, works, "{status}");
        browser.get(&answer.leads_to(&path)).await.says(said);
    }
    assert_eq!(did(&world, "key.changed").await, 2);
    // From another tab, that was opened before.
    assert_eq!(browser.submit(&path, &path, &[("status", "active")]).await.status, 303);
    assert_eq!(did(&world, "key.changed").await, 2, "what is so already is no change");
    let activity = browser.get(super::ACTIVITY).await;
    activity.says("Key deactivated");
    activity.says("Key activated");
}

#[tokio::test]
async fn what_is_no_status_is_400_and_changes_nothing() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    let before = world.authority().await;
    for status in ["", "expired", "ACTIVE", "1"] {
        assert_eq!(browser.submit(&path, &path, &[("status", status)]).await.status, 400, "{status}");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_key_that_is_switched_on_twice_stays_in_quarantine() {
    let world = World::serving("standard").await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 1_000, "per": "minute"}]});
    world.organization("acme", terms).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    let told = world.http.send("POST", "/leaks/report", &[], Some(json!({"key": key.secret}))).await;
    assert_eq!(told.status, 202, "{told:?}");
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    let asked = browser.get(&path).await;
    let form = asked.form(&[("status", "active")]);
    let (one, other) = tokio::join!(browser.post(&path, &form), browser.post(&path, &form));
    assert!([one.status, other.status].into_iter().all(|status| matches!(status, 303 | 409)), "{one:?} {other:?}");
    assert_eq!(browser.post(&path, &form).await.status, 303);
    let shown = world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await.json();
    assert_eq!(shown["data"]["status"], "quarantined", "{shown}");
}
