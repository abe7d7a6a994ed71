use serde_json::{Value, json};

use crate::portal::{ALERTS, KEYS, WEBHOOKS, hook_page, issued, near, open};
use crate::support::Browser;
use crate::webhooks::{Answered, Receiver, hook, send};

#[tokio::test]
async fn the_list_shows_where_events_go_and_what_became_of_the_last() {
    let receiver = Receiver::new(&[Answered::With(200), Answered::With(500)]).await;
    let world = near(&receiver).await;
    let browser = world.visitor("acme").await;
    let empty = browser.get(WEBHOOKS).await;
    assert_eq!(empty.status, 200, "{}", empty.words());
    empty.says("No webhooks yet");
    let (id, secret) = hook(&world, &receiver, json!(["key.created", "limit.reached"])).await;
    issued(&world, "web").await;
    send(&world).await;
    let shown = browser.get(WEBHOOKS).await;
    shown.says(&format!("{} 2 kinds of events Taken just now Active", receiver.url()));
    assert_eq!(shown.link(&format!("<bdi>{}</bdi>", receiver.url()), WEBHOOKS), Some(hook_page(&id, "")));
    assert!(!shown.body.contains(&secret[6..]), "{}", shown.body);
    assert_eq!(browser.get(KEYS).await.link("Webhooks", KEYS).as_deref(), Some(WEBHOOKS));
    issued(&world, "next").await;
    send(&world).await;
    browser.get(WEBHOOKS).await.says("Not taken just now : HTTP 500");
    let german = world.visitor_with("acme", json!({"subject": "user_42", "locale": "de"})).await;
    german.get(WEBHOOKS).await.says("2 Arten von Ereignissen Nicht angenommen gerade eben : HTTP 500 Aktiv");
}

#[tokio::test]
async fn what_can_be_sent_is_every_change_and_the_alerts_of_the_contract() {
    let world = open("fanfare").await;
    let shown = world.visitor("acme").await.get(WEBHOOKS).await;
    let offered = shown.body.matches("name=\"kind\" value=\"").count();
    let settings = world.operate("GET", "/organizations/acme/alerts", Value::Null).await.json();
    assert_eq!(offered, 20 + settings["data"]["kinds"].as_object().unwrap().len());
    for kind in ["key.imported", "organization.changed", "webhook.disabled", "portal.session.entered", "key.expiring"] {
        assert!(shown.body.contains(&format!("value=\"{kind}\"")), "{kind}");
        // And each of them is one that the operator can name.
        let order = json!({"url": "https://example.com/hooks", "kinds": [kind]});
        let made = world.operate("POST", "/organizations/acme/webhooks", order).await;
        assert_eq!(made.status, 201, "{kind}: {made:?}");
    }
    // Those were five.
    let full = world.visitor("acme").await.get(WEBHOOKS).await;
    full.says("There are as many webhooks as there can be.");
    assert!(!full.body.contains("name=\"url\""), "{}", full.body);
}

#[tokio::test]
async fn who_may_not_see_webhooks_sees_none() {
    let world = open("fanfare").await;
    let order = json!({"subject": "user_42", "operations": ["list", "activity", "alerts"]});
    let browser = world.visitor_with("acme", order).await;
    browser.get(ALERTS).await.does_not_say("Webhooks");
    let refused = browser.get(WEBHOOKS).await;
    assert_eq!(refused.status, 403);
    refused.says("Your link to these pages does not allow it.");
    assert_eq!(world.visitor("acme").await.get("/portal/other/webhooks").await.status, 409);
    assert_eq!(Browser::new(&world).get(WEBHOOKS).await.status, 401);
    // Nor does a session that was made with a key, whatever the key may do.
    let bearer = world.key("acme", json!({"name": "backend", "type": "secret", "scopes": ["admin"]})).await;
    let order = |operations: Value| Some(json!({"subject": "user_42", "operations": operations}));
    let path = "/api/v1/acme/portal-sessions";
    let asked = world.call("POST", path, &bearer.secret, order(json!(["list", "webhooks"]))).await;
    assert_eq!(asked.status, 403, "{asked:?}");
    let link = world.call("POST", path, &bearer.secret, order(Value::Null)).await;
    let browser = Browser::new(&world);
    browser.enter(&crate::support::Link::of(&link).code).await;
    assert_eq!((browser.get(KEYS).await.status, browser.get(WEBHOOKS).await.status), (200, 403));
    let fayne = open("fayne").await;
    let refused = fayne.visitor("acme").await.get(WEBHOOKS).await;
    assert_eq!(refused.status, 403);
    refused.says("These pages do not offer it.");
}
