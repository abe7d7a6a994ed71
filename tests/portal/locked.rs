//! The promise: a locked organization may look, deactivate and delete, and nothing else.

use serde_json::json;

use crate::portal::{ACTIVITY, KEYS, NEW, issued, open, page, typed};
use crate::support::World;

async fn lock(world: &World) {
    world.organization("acme", json!({"status": "locked"})).await;
}

#[tokio::test]
async fn a_locked_organization_is_looked_at_and_told_why_the_rest_is_shut() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    lock(&world).await;
    let list = browser.get(KEYS).await;
    list.says("This organization is locked");
    list.says("Calls with every key are refused. Callers get: 402 Organization locked");
    list.says("Refused");
    list.says("Create API Key Not while this organization is locked.");
    let shown = browser.get(&page(&key, "")).await;
    for verb in ["Edit", "Regenerate"] {
        shown.says(&format!("{verb} Not while this organization is locked."));
        assert_eq!(shown.link(verb, &page(&key, "")), None);
    }
    for verb in ["Deactivate", "Delete"] {
        assert!(shown.link(verb, &page(&key, "")).is_some(), "{verb}");
    }
    for path in [ACTIVITY.to_owned(), page(&key, "/usage.csv"), page(&key, "/delete"), page(&key, "/status")] {
        assert_eq!(browser.get(&path).await.status, 200, "{path}");
    }
    for path in [NEW.to_owned(), page(&key, "/edit"), page(&key, "/regenerate")] {
        assert_eq!(browser.get(&path).await.status, 403, "{path}");
    }
    // And who was not in yet is let in.
    let browser = world.visitor("acme").await;
    assert_eq!(browser.get(KEYS).await.status, 200);
}

#[tokio::test]
async fn a_locked_organization_shuts_keys_and_opens_none() {
    let world = open("fanfare").await;
    let [key, gone] = [issued(&world, "web").await, issued(&world, "gone").await];
    let browser = world.visitor("acme").await;
    let old = issued(&world, "old").await;
    let path = page(&old, "/regenerate");
    assert_eq!(browser.submit(&path, &path, &[("overlap", "7d")]).await.status, 200);
    lock(&world).await;
    let once = browser.once(KEYS).await;
    let before = world.authority().await;
    let rows = world.trail("acme").await.len();
    for (path, mut fields) in [
        (KEYS.to_owned(), typed("fanfare")),
        (page(&key, ""), typed("fanfare")),
        (page(&key, ""), vec![("name", "")]),
        (page(&key, "/regenerate"), vec![("overlap", "0")]),
        (page(&old, "/regenerate"), vec![("end", "1")]),
        (page(&key, "/status"), vec![("status", "active")]),
    ] {
        fields.push(("once", &once));
        assert_eq!(browser.post(&path, &fields).await.status, 403, "{path} {fields:?}");
    }
    assert_eq!(world.authority().await, before);
    assert_eq!(world.trail("acme").await.len(), rows);
    let answer = browser.submit(&page(&key, "/status"), &page(&key, "/status"), &[("status", "inactive")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(browser.get(&page(&key, "/status")).await.status, 403, "there is nothing but to switch it on");
    browser.get(&page(&key, "")).await.says("Activate Not while this organization is locked.");
    let answer = browser.submit(&page(&gone, "/delete"), &page(&gone, "/delete"), &[]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(world.trail("acme").await.len(), rows + 2);
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(world.verdict(&key.secret).await, "inactive_key");
    let answer = browser.submit(&page(&key, "/status"), &page(&key, "/status"), &[("status", "active")]).await;
    assert_eq!((answer.status, world.verdict(&key.secret).await.as_str()), (303, "valid"));
}

#[tokio::test]
async fn a_session_that_a_key_has_made_may_shut_keys_of_a_locked_organization_too() {
    let world = open("fanfare").await;
    let bearer = world.key("acme", json!({"name": "backend", "type": "secret"})).await;
    let key = issued(&world, "web").await;
    let order = Some(json!({"subject": "user_42"}));
    let link = world.call("POST", "/api/v1/acme/portal-sessions", &bearer.secret, order).await;
    let browser = crate::support::Browser::new(&world);
    browser.enter(&crate::support::Link::of(&link).code).await;
    lock(&world).await;
    let path = page(&key, "/status");
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    assert_eq!(browser.submit(KEYS, &path, &[("status", "active")]).await.status, 403);
}
