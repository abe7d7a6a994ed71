use serde_json::{Value, json};

use crate::portal::{ALERTS, KEYS, alarmed, open, page, watch};
use crate::support::{Answer, Browser, World};

#[tokio::test]
async fn the_page_shows_what_is_open_what_is_watched_for_and_what_was_told() {
    let world = open("fanfare").await;
    let key = alarmed(&world).await;
    let order = json!({"subject": "user_42", "timeZone": "Europe/Vienna"});
    let browser = world.visitor_with("acme", order).await;
    let before = world.items("KeysTable").await;
    let shown = browser.get(ALERTS).await;
    assert_eq!(shown.status, 200, "{}", shown.words());
    // Since when, in the zone of the session: two hours later than UTC.
    shown.says("Open now Key What Since server Limit reached 15 Jun 2030, 02:00");
    shown.says("What is watched for");
    for said in ["Near its limit", "Many errors", "Unused keys", "Keys that expire soon", "Old secret still used"] {
        shown.says(said);
    }
    for field in ["value=\"80, 95\"", "value=\"5\"", "value=\"90\""] {
        assert!(shown.body.contains(field), "{field}: {}", shown.body);
    }
    shown.says("15 of 25 requests were refused because a limit was reached. In the hour from 15 Jun 2030, 02:00");
    assert!(shown.body.contains(&format!("<a href=\"keys/{}\"><bdi>server</bdi></a>", key.id)), "{}", shown.body);
    assert_eq!(shown.link("Alerts", ALERTS).as_deref(), Some(ALERTS));
    assert_eq!(world.items("KeysTable").await, before, "looking changes nothing");
    // On the key's page and in the list.
    let list = browser.get(KEYS).await;
    list.says("server Limit reached");
    assert_eq!(list.link("There is an open alert for 1 key", KEYS).as_deref(), Some(ALERTS));
    browser.get(&page(&key, "")).await.says("Alerts Limit reached since 15 Jun 2030, 02:00");
    let german = world.visitor_with("acme", json!({"subject": "user_42", "locale": "de"})).await;
    german.get(KEYS).await.says("Zu 1 Schlüssel ist eine Warnung offen");
    german.get(ALERTS).await.says("15 von 25 Anfragen wurden abgewiesen, weil eine Grenze erreicht war.");
}

#[tokio::test]
async fn a_message_about_several_keys_names_them_and_no_secret() {
    let world = open("fanfare").await;
    let mut keys = Vec::new();
    for number in 0..7 {
        let order = json!({"name": format!("<b>{number}"), "type": "secret", "expiresAt": "2030-06-29T12:00:00Z"});
        keys.push(world.key("acme", order).await);
    }
    world.at("2030-06-15T13:00:00Z");
    watch(&world).await;
    let browser = world.visitor("acme").await;
    let shown = browser.get(ALERTS).await;
    shown.says("Keys that expire soon 7 keys expire within 14 days.");
    // Keys of one moment are in any order.
    let named = |answer: &Answer| answer.words().matches(" 29 Jun 2030, 12:00 UTC").count();
    assert_eq!(named(&shown), 5, "{}", shown.words());
    shown.says("and 2 more");
    assert!(!shown.body.contains("<b>"), "{}", shown.body);
    assert!(keys.iter().all(|key| !shown.body.contains(&key.secret)));
    // Such a message is about no key that could be open.
    shown.says("No alert is open.");
    browser.get(KEYS).await.does_not_say("open alert");
    // Of a key that is gone the message keeps the name, without a link.
    let gone = &keys.iter().find(|key| shown.body.contains(&key.id)).unwrap().id;
    let api = format!("/organizations/acme/api-keys/{gone}");
    assert_eq!(world.operate("DELETE", &api, json!(null)).await.status / 100, 2);
    let shown = browser.get(ALERTS).await;
    assert_eq!(named(&shown), 5, "{}", shown.words());
    assert!(!shown.body.contains(gone), "{}", shown.body);
}

/// Something that people of `org` were told: as the store has it.
async fn told(world: &World, org: &str, number: usize, numbers: Value) {
    let row = json!({
        "id": format!("event_{}{number:02}", "0".repeat(24)), "kind": "key.unused", "state": "opened", "keyId": null,
        "at": "2030-06-15T00:00:30.000Z", "numbers": numbers,
    });
    let put = world.stack.dynamodb().client().put_item().table_name("KeysTable");
    let put =
        put.item("pk", dynamodb::text(format!("history#{org}"))).item("sk", dynamodb::text(format!("{number:013}")));
    put.item("row", dynamodb::text(row.to_string())).item("schema", dynamodb::number(1)).send().await.unwrap();
}

#[tokio::test]
async fn a_long_history_comes_by_pages_and_a_cursor_cannot_be_taken_elsewhere() {
    let world = open("fanfare").await;
    crate::portal::terms(&world, "fanfare", "other").await;
    for org in ["acme", "other"] {
        for number in 0..20 {
            told(&world, org, number, json!({"count": number, "days": 90})).await;
        }
    }
    let browser = world.visitor("acme").await;
    let first = browser.get(ALERTS).await;
    first.says("What is watched for");
    let older = first.link("Older", ALERTS).unwrap();
    let second = browser.get(&older).await;
    assert_eq!(second.status, 200);
    second.does_not_say("What is watched for");
    second.says("4 keys were not used for 90 days.");
    second.does_not_say("5 keys");
    assert_eq!(second.link("Newest first", &older).as_deref(), Some(ALERTS));
    let theirs = world.visitor("other").await.get("/portal/other/alerts").await.link("Older", "/portal/other/alerts");
    let theirs = theirs.unwrap();
    let (_, theirs) = theirs.split_once("cursor=").unwrap();
    for cursor in [theirs, "x", "%00"] {
        assert_eq!(browser.get(&format!("{ALERTS}?cursor={cursor}")).await.status, 400, "{cursor}");
    }
}

#[tokio::test]
async fn a_muted_key_is_not_counted_and_has_no_badge_though_its_page_says_what_is_open() {
    let world = open("fanfare").await;
    let key = alarmed(&world).await;
    let browser = world.visitor("acme").await;
    let (own, mute) = (page(&key, ""), page(&key, "/mute"));
    assert_eq!(browser.submit(&own, &mute, &[("days", "7")]).await.status, 303);
    let list = browser.get(KEYS).await;
    list.does_not_say("open alert");
    list.does_not_say("server Limit reached");
    // As a badge beside its name, and among what is open.
    let said = |shown: &Answer| shown.words().matches("Limit reached").count();
    let shown = browser.get(&own).await;
    shown.says("Limit reached since 15 Jun 2030");
    assert_eq!(said(&shown), 1, "{}", shown.words());
    assert_eq!(browser.submit(&own, &mute, &[("days", "0")]).await.status, 303);
    browser.get(KEYS).await.says("There is an open alert for 1 key");
    assert_eq!(said(&browser.get(&own).await), 2);
}

#[tokio::test]
async fn keys_are_shown_without_alerts_where_these_cannot_be_read() {
    let world = open("fanfare").await;
    let key = alarmed(&world).await;
    let browser = world.visitor("acme").await;
    let put = world.stack.dynamodb().client().put_item().table_name("KeysTable");
    let put = put.item("pk", dynamodb::text("alerts#acme")).item("sk", dynamodb::text(format!("key#{}", key.id)));
    put.item("schema", dynamodb::number(99)).send().await.unwrap();
    for (place, path) in [KEYS.to_owned(), page(&key, "")].iter().enumerate() {
        let shown = browser.get(path).await;
        assert_eq!(shown.status, 200, "{}", shown.words());
        shown.says("server");
        shown.does_not_say("Limit reached");
        let logged = world.stack.logs().iter().filter(|line| line.contains("alerts cannot be read")).count();
        assert_eq!(logged, place + 1, "{path}");
    }
}

#[tokio::test]
async fn who_may_not_see_alerts_sees_none_anywhere() {
    let world = open("fanfare").await;
    let key = alarmed(&world).await;
    let browser = world.visitor_with("acme", json!({"subject": "user_42", "operations": ["list", "usage"]})).await;
    for path in [KEYS.to_owned(), page(&key, "")] {
        let shown = browser.get(&path).await;
        for said in ["Alerts", "alert", "Limit reached", "Mute"] {
            shown.does_not_say(said);
        }
    }
    let refused = browser.get(ALERTS).await;
    assert_eq!(refused.status, 403);
    refused.says("Your link to these pages does not allow it.");
    // Of another organization nothing is told, and where a contract has no alerts there is no such page.
    assert_eq!(world.visitor("acme").await.get("/portal/nobody/alerts").await.status, 409);
    assert_eq!(Browser::new(&world).get(ALERTS).await.status, 401);
    let fayne = open("fayne").await;
    let refused = fayne.visitor("acme").await.get(ALERTS).await;
    assert_eq!(refused.status, 403);
    refused.says("These pages do not offer it.");
}

#[tokio::test]
async fn figures_of_another_version_make_a_shorter_sentence() {
    let world = open("fanfare").await;
    let figures = [
        json!({"days": 90, "hour": "2030-06-15T00:00:00Z", "unheardOf": [1]}),
        json!({"count": "many", "days": null, "keys": {}}),
        json!(null),
    ];
    for (number, numbers) in figures.into_iter().enumerate() {
        told(&world, "acme", number, numbers).await;
    }
    let shown = world.visitor("acme").await.get(ALERTS).await;
    assert_eq!(shown.status, 200);
    shown.says("Unused keys In the hour from 15 Jun 2030, 00:00 UTC");
    assert_eq!(shown.words().matches("Unused keys –").count(), 2, "{}", shown.words());
}
