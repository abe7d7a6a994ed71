use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::portal::{ACTIVITY, WEBHOOKS, issued, near, open};
use crate::support::{World, all, did};
use crate::webhooks::{Answered, Receiver, hook, send};

async fn webhooks(world: &World) -> Value {
    world.operate("GET", "/organizations/acme/webhooks", Value::Null).await.json()["data"].clone()
}

#[tokio::test]
async fn a_webhook_gets_what_was_chosen_signed_with_the_secret_that_was_shown_once() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let browser = world.visitor("acme").await;
    let form = browser.get(WEBHOOKS).await;
    let url = receiver.url();
    let fields = [("url", url.as_str()), ("which", "some"), ("kind", "key.created"), ("kind", "limit.reached")];
    let made = browser.post(WEBHOOKS, &form.form(&fields)).await;
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")), "{}", made.words());
    made.says("Webhook added – copy its secret now");
    let secret = made.secret().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let listed = webhooks(&world).await;
    assert_eq!(listed[0]["kinds"], json!(["key.created", "limit.reached"]));
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(made.link("I have stored it: to the webhook", WEBHOOKS), Some(format!("{WEBHOOKS}/{id}")));
    let key = issued(&world, "web").await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    send(&world).await;
    let got = receiver.got();
    assert_eq!((receiver.kinds(), got[0].is_signed_with(&secret)), (vec!["key.created".to_owned()], true));
    assert_eq!(did(&world, "webhook.created").await, 1);
    let host = receiver.host.split(':').next().unwrap();
    browser.get(ACTIVITY).await.says(&format!("Webhook created {host}"));
    // The secret is on that page, and nowhere else.
    let later = [browser.get(WEBHOOKS).await, browser.get(&format!("{WEBHOOKS}/{id}")).await];
    let kept = [world.items("KeysTable").await, world.items("EventsTable").await, world.stack.logs()].concat();
    let bodies = later.iter().map(|page| &page.body).chain(&kept);
    assert_eq!(bodies.filter(|text| text.contains(&secret[6..])).count(), 0);
}

#[tokio::test]
async fn the_same_form_again_makes_nothing_and_shows_no_secret() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let browser = world.visitor("acme").await;
    let form = browser.get(WEBHOOKS).await;
    let url = receiver.url();
    let fields = form.form(&[("url", &url), ("which", "all")]);
    let answers = all((0..6).map(|_| browser.post(WEBHOOKS, &fields))).await;
    let again = browser.post(WEBHOOKS, &fields).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
    assert_eq!(answers.iter().filter_map(crate::support::Answer::secret).count(), 1);
    assert_eq!((again.status, again.secret()), (409, None));
    again.says("The webhooks were changed meanwhile");
    assert_eq!((webhooks(&world).await.as_array().unwrap().len(), did(&world, "webhook.created").await), (1, 1));
    // The form that came back is made from what there is now.
    assert_eq!(browser.post(WEBHOOKS, &again.form(&[("url", &url), ("which", "all")])).await.status, 200);
    assert_eq!(webhooks(&world).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_kept() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let good = "https://example.com/hooks";
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    let (address, which, kinds) =
        ("Enter an address such as", "Choose what should be sent", "Tick at least one kind of event");
    for (fields, field, said) in [
        (vec![("url", ""), ("which", "all")], "url", address),
        (vec![("url", "http://example.com/"), ("which", "all")], "url", address),
        (vec![("url", "https://169.254.169.254/latest"), ("which", "all")], "url", address),
        (vec![("url", "https://10.0.0.1/\"><b>"), ("which", "all")], "url", address),
        (vec![("url", "https://user:pass@example.com/"), ("which", "all")], "url", address),
        (vec![("url", "javascript:alert(1)"), ("which", "all")], "url", address),
        (vec![("url", long.as_str()), ("which", "all")], "url", address),
        (vec![("url", good)], "which", which),
        (vec![("url", good), ("which", "none")], "which", which),
        (vec![("url", good), ("which", "some")], "kind", kinds),
        (vec![("url", good), ("which", "some"), ("kind", "key.stolen")], "kind", kinds),
    ] {
        let answer = browser.submit(WEBHOOKS, WEBHOOKS, &fields).await;
        assert_eq!((answer.status, answer.secret()), (422, None), "{fields:?}");
        assert_eq!(answer.words().matches(said).count(), 2, "{fields:?}: {}", answer.words());
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{}", answer.body);
        assert!(!answer.body.contains("<b>"), "{fields:?}");
    }
    let both = browser.submit(WEBHOOKS, WEBHOOKS, &[("url", "x"), ("which", "some")]).await;
    both.says(kinds);
    both.says(address);
    assert_eq!((webhooks(&world).await, did(&world, "webhook.created").await), (json!([]), 0));
}

#[tokio::test]
async fn there_are_five_at_most_and_none_more_while_the_organization_is_locked() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let browser = world.visitor("acme").await;
    for _ in 0..4 {
        hook(&world, &receiver, Value::Null).await;
    }
    let form = browser.get(WEBHOOKS).await;
    let url = receiver.url();
    let fields = form.form(&[("url", &url), ("which", "all")]);
    world.organization("acme", json!({"status": "locked"})).await;
    let locked = browser.get(WEBHOOKS).await;
    locked.says("Not while this organization is locked.");
    assert!(!locked.body.contains("name=\"url\""), "{}", locked.body);
    let refused = browser.post(WEBHOOKS, &fields).await;
    assert_eq!((refused.status, refused.secret()), (403, None));
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(browser.post(WEBHOOKS, &fields).await.status, 200);
    let full = browser.get(WEBHOOKS).await;
    assert!(!full.body.contains("name=\"version\""), "there is no form: {}", full.body);
    let once = full.once();
    let sixth = [("once", once.as_str()), ("version", "5"), ("url", &url), ("which", "all")];
    let refused = browser.post(WEBHOOKS, &sixth).await;
    assert_eq!((refused.status, refused.secret()), (409, None));
    refused.says("There are as many webhooks as there can be.");
    refused.does_not_say("changed meanwhile");
    assert_eq!(webhooks(&world).await.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn without_the_master_nothing_is_made() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    world.stack.services().inject(Fault::error(500, "InternalServiceError", "x").times(40).on("GetSecretValue"));
    let answer = browser.submit(WEBHOOKS, WEBHOOKS, &[("url", "https://example.com/"), ("which", "all")]).await;
    assert_eq!((answer.status, answer.secret()), (503, None), "{}", answer.words());
    assert_eq!(webhooks(&world).await, json!([]));
}

#[tokio::test]
async fn a_page_stays_below_40_kilobytes_whatever_is_typed_as_an_address() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for end in ["\"", "{", "é"] {
        let url = format!("https://example.com/{}", end.repeat(5_000));
        let answer = browser.submit(WEBHOOKS, WEBHOOKS, &[("url", &url), ("which", "some")]).await;
        assert_eq!(answer.status, 422, "{end}");
        assert!(answer.body.len() <= 40_960, "{end}: {} bytes", answer.body.len());
    }
}
