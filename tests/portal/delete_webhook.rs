use serde_json::{Value, json};

use crate::portal::{WEBHOOKS, hook_page, issued, near};
use crate::support::did;
use crate::webhooks::{Answered, Receiver, hook, send};

#[tokio::test]
async fn a_webhook_that_was_removed_gets_nothing_even_while_the_organization_is_locked() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let (id, _) = hook(&world, &receiver, Value::Null).await;
    let browser = world.visitor("acme").await;
    let (path, delete) = (hook_page(&id, ""), hook_page(&id, "/delete"));
    issued(&world, "web").await;
    world.organization("acme", json!({"status": "locked"})).await;
    let page = browser.get(&path).await;
    page.says("Remove this webhook");
    let form = page.form(&[]);
    // A second click is no error.
    for _ in 0..2 {
        let answer = browser.post(&delete, &form).await;
        assert_eq!((answer.status, answer.leads_to(&delete)), (303, format!("{WEBHOOKS}?done=removed")));
    }
    let list = browser.get(&format!("{WEBHOOKS}?done=removed")).await;
    list.says("The webhook is removed. Nothing is sent there any more.");
    list.says("No webhooks yet");
    assert_eq!(browser.get(&path).await.status, 404);
    send(&world).await;
    assert_eq!((receiver.got().len(), did(&world, "webhook.deleted").await), (0, 1));
}
