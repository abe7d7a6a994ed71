use serde_json::{Value, json};

use crate::portal::{WEBHOOKS, hook_page, issued, near, terms};
use crate::webhooks::{Answered, Receiver, hook, send};

#[tokio::test]
async fn a_page_tells_what_is_known_of_a_webhook() {
    let receiver = Receiver::new(&[Answered::With(200), Answered::With(410)]).await;
    let world = near(&receiver).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    let order = json!({"subject": "user_42", "timeZone": "Europe/Vienna"});
    let browser = world.visitor_with("acme", order).await;
    let path = hook_page(&id, "");
    let shown = browser.get(&path).await;
    assert_eq!(shown.status, 200, "{}", shown.words());
    shown.says(&format!("Webhook Active About this webhook Address {} What is sent 1 kind of event", receiver.url()));
    shown.says("Last attempt Nothing was sent yet Created 15 Jun 2030, 02:00");
    assert!(shown.body.contains(&id), "{}", shown.body);
    assert!(shown.body.contains("value=\"key.created\" checked"), "{}", shown.body);
    assert_eq!(shown.body.matches(" checked").count(), 2, "one kind, and that not all are sent: {}", shown.body);
    issued(&world, "web").await;
    send(&world).await;
    browser.get(&path).await.says("Last attempt Taken just now");
    issued(&world, "next").await;
    send(&world).await;
    let gone = browser.get(&path).await;
    gone.says("Webhook Inactive Nothing is sent there any more: the address has answered that it is gone (410).");
    gone.says("Last attempt Not taken just now : HTTP 410");
    gone.does_not_say("Send a test");
    gone.says("Switch on");
    gone.does_not_say("secrets of the other side");
}

#[tokio::test]
async fn what_is_none_of_the_organizations_is_404() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    terms(&world, "fanfare", "other").await;
    let order = json!({"url": receiver.url()});
    let theirs = world.operate("POST", "/organizations/other/webhooks", order).await.json();
    let theirs = theirs["data"]["id"].as_str().unwrap().to_owned();
    let browser = world.visitor("acme").await;
    let once = browser.once(WEBHOOKS).await;
    for id in
        [theirs.as_str(), "webhook_00000000000000000000000000", "webhook_1", "key_1", "%00", "x".repeat(500).as_str()]
    {
        assert_eq!(browser.get(&hook_page(id, "")).await.status, 404, "{id}");
        for (below, field) in [("", ("status", "disabled")), ("/rotate", ("version", "1")), ("/test", ("x", "y"))] {
            let answer = browser.post(&hook_page(id, below), &[("once", &once), field]).await;
            assert_eq!((answer.status, answer.secret()), (404, None), "{id} {below}");
        }
        let deleted = browser.post(&hook_page(id, "/delete"), &[("once", &once)]).await;
        assert!(matches!(deleted.status, 303 | 404), "{id}: {}", deleted.words());
    }
    let listed = world.operate("GET", "/organizations/other/webhooks", Value::Null).await.json();
    assert_eq!(
        (listed["data"][0]["id"].as_str(), listed["data"][0]["status"].as_str()),
        (Some(&*theirs), Some("active"))
    );
}
