use serde_json::json;

use crate::portal::{hook_page, near};
use crate::webhooks::{Answered, Receiver, hook, send};

#[tokio::test]
async fn a_test_is_sent_and_ten_an_hour_are_enough() {
    let receiver = Receiver::new(&[Answered::With(204)]).await;
    let world = near(&receiver).await;
    let (id, secret) = hook(&world, &receiver, json!(["key.created"])).await;
    let browser = world.visitor("acme").await;
    let (path, test) = (hook_page(&id, ""), hook_page(&id, "/test"));
    let once = browser.once(&path).await;
    let answer = browser.post(&test, &[("once", &once)]).await;
    assert_eq!((answer.status, answer.leads_to(&test)), (303, format!("{path}?done=tested")));
    browser.get(&answer.leads_to(&test)).await.says("A test is on its way.");
    send(&world).await;
    let got = receiver.got();
    assert_eq!((receiver.kinds(), got[0].is_signed_with(&secret)), (vec!["webhook.test".to_owned()], true));
    browser.get(&path).await.says("Last attempt Taken just now");
    for _ in 0..9 {
        browser.post(&test, &[("once", &once)]).await;
    }
    let enough = browser.post(&test, &[("once", &once)]).await;
    browser.get(&enough.leads_to(&test)).await.says("No test was sent: a webhook can be tested ten times an hour.");
    send(&world).await;
    assert_eq!(receiver.got().len(), 10);
    // What is switched off is not tested, and says so.
    browser.submit(&path, &path, &[("status", "disabled")]).await;
    let off = browser.post(&test, &[("once", &once)]).await;
    let page = browser.get(&off.leads_to(&test)).await;
    page.says("It is switched off.");
    page.does_not_say("ten times");
}
