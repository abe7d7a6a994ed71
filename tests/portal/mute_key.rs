use serde_json::{Value, json};

use crate::portal::{ACTIVITY, ALERTS, issued, open, page};
use crate::support::{World, did};

async fn muted(world: &World) -> Value {
    world.operate("GET", "/organizations/acme/alerts", Value::Null).await.json()["data"]["muted"].clone()
}

#[tokio::test]
async fn a_key_is_muted_for_days_and_told_of_again() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let (form, path) = (page(&key, ""), page(&key, "/mute"));
    for (days, until, said) in [
        ("1", "2030-06-16T00:00:30Z", "The key is muted until 16 Jun 2030, 00:00 UTC"),
        ("7", "2030-06-22T00:00:30Z", "The key is muted until 22 Jun 2030, 00:00 UTC"),
        ("30", "2030-07-15T00:00:30Z", "The key is muted until 15 Jul 2030, 00:00 UTC"),
    ] {
        let answer = browser.submit(&form, &path, &[("days", days)]).await;
        assert_eq!(answer.status, 303, "{}", answer.words());
        assert_eq!(muted(&world).await, json!([{"keyId": key.id, "until": until}]));
        browser.get(&answer.leads_to(&path)).await.says(said);
    }
    browser.get(&form).await.says("This key is muted until 15 Jul 2030, 00:00 UTC");
    browser.get(ALERTS).await.says("Muted keys Key Until End muting web 15 Jul 2030, 00:00 UTC End muting web");
    let ended = browser.submit(&form, &path, &[("days", "0")]).await;
    browser.get(&ended.leads_to(&path)).await.says("The key is not muted any more.");
    assert_eq!(muted(&world).await, json!([]));
    assert_eq!(did(&world, "alerts.changed").await, 4);
    let activity = browser.get(ACTIVITY).await;
    activity.says("Alert settings changed Not muted any more: web");
    activity.says("Alert settings changed Muted: web until 15 Jul 2030, 00:00 UTC");
    // From the page of alerts one comes back to it.
    browser.submit(&form, &path, &[("days", "7")]).await;
    let ended = browser.submit(ALERTS, &path, &[("days", "0"), ("from", "alerts")]).await;
    let back = ended.leads_to(&path);
    assert_eq!(back, format!("{ALERTS}?done=unmuted"));
    browser.get(&back).await.says("The key is not muted any more.");
    assert_eq!(muted(&world).await, json!([]));
}

#[tokio::test]
async fn a_muted_key_that_is_gone_can_be_taken_off_the_list() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/mute");
    browser.submit(&page(&key, ""), &path, &[("days", "30")]).await;
    let gone = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("DELETE", &gone, json!(null)).await.status / 100, 2);
    assert_eq!(browser.submit(ALERTS, &path, &[("days", "7")]).await.status, 404);
    browser.get(ALERTS).await.says(&key.id);
    assert_eq!(browser.submit(ALERTS, &path, &[("days", "0"), ("from", "alerts")]).await.status, 303);
    assert_eq!(muted(&world).await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_muted_is_refused_and_changes_nothing() {
    let world = open("fanfare").await;
    crate::portal::terms(&world, "fanfare", "other").await;
    let key = issued(&world, "web").await;
    let foreign = world.key("other", json!({"name": "theirs", "type": "secret"})).await;
    let browser = world.visitor("acme").await;
    let once = browser.once(ALERTS).await;
    for (id, days, status) in [
        (key.id.as_str(), "", 400),
        (&key.id, "2", 400),
        (&key.id, "-1", 400),
        (&key.id, "07", 400),
        (&foreign.id, "7", 404),
        ("key_00000000000000000000000000", "7", 404),
        ("junk", "7", 404),
    ] {
        let path = format!("/portal/acme/keys/{id}/mute");
        let answer = browser.post(&path, &[("once", &once), ("days", days)]).await;
        assert_eq!(answer.status, status, "{id} {days}: {}", answer.words());
    }
    let limited = world.visitor_with("acme", json!({"subject": "user_42", "operations": ["list"]})).await;
    let path = page(&key, "/mute");
    let once = limited.once(super::KEYS).await;
    assert_eq!(limited.post(&path, &[("once", &once), ("days", "7")]).await.status, 403);
    let elsewhere = format!("/portal/other/keys/{}/mute", foreign.id);
    assert_eq!(limited.post(&elsewhere, &[("once", &once), ("days", "7")]).await.status, 409);
    let once = browser.once(ALERTS).await;
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(browser.post(&path, &[("once", &once), ("days", "7")]).await.status, 403);
    browser.get(&page(&key, "")).await.says("Not while this organization is locked.");
    assert_eq!(muted(&world).await, json!([]));
    assert_eq!(did(&world, "alerts.changed").await, 0);
}

#[tokio::test]
async fn more_than_a_hundred_keys_are_not_muted() {
    let world = open("fanfare").await;
    let keys = crate::support::all((0..101).map(|_| issued(&world, "web"))).await;
    let until = "2030-07-01T00:00:00Z";
    let all: Vec<_> = keys[..100].iter().map(|key| json!({"keyId": key.id, "until": until})).collect();
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", json!({"muted": all})).await.status, 200);
    let browser = world.visitor("acme").await;
    let shown = browser.get(ALERTS).await;
    shown.says("and 85 more");
    assert!(shown.body.len() <= 64 * 1_024, "{}", shown.body.len());
    let path = page(&keys[100], "/mute");
    let answer = browser.submit(&page(&keys[100], ""), &path, &[("days", "7")]).await;
    assert_eq!(answer.status, 303, "{}", answer.words());
    browser.get(&answer.leads_to(&path)).await.says("As many keys are muted as can be at once.");
    assert_eq!(muted(&world).await.as_array().unwrap().len(), 100);
}
