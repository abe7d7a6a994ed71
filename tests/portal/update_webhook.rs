use serde_json::{Value, json};

use crate::portal::{ACTIVITY, hook_page, issued, near};
use crate::support::{World, did, own_contract};
use crate::webhooks::{Answered, Receiver, hook, send, shown};

/// A webhook that is sent new keys: its stack, its receiver and its id.
async fn scene() -> (World, Receiver, String) {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;

    (world, receiver, id)
}

#[tokio::test]
async fn what_is_changed_holds_and_is_in_the_trail() {
    let (world, receiver, id) = scene().await;
    let other = Receiver::new(&[Answered::With(200)]).await;
    let browser = world.visitor("acme").await;
    let path = hook_page(&id, "");
    let url = format!("{}/v2", receiver.url());
    let fields = [("url", url.as_str()), ("which", "some"), ("kind", "key.deleted"), ("kind", "key.created")];
    let answer = browser.submit(&path, &path, &fields).await;
    assert_eq!((answer.status, answer.leads_to(&path)), (303, format!("{path}?done=saved")));
    browser.get(&answer.leads_to(&path)).await.says("Your changes are saved.");
    let now = shown(&world, &id).await;
    assert_eq!((&now["url"], &now["kinds"]), (&json!(url), &json!(["key.created", "key.deleted"])));
    // The same again is no change.
    let again = browser.submit(&path, &path, &fields).await;
    browser.get(&again.leads_to(&path)).await.says("Nothing was changed.");
    assert_eq!(did(&world, "webhook.changed").await, 1);
    browser.get(ACTIVITY).await.says("Webhook changed 127.0.0.1");
    let all = browser.submit(&path, &path, &[("url", &url), ("which", "all")]).await;
    assert_eq!((all.status, &shown(&world, &id).await["kinds"]), (303, &Value::Null));
    // Where it may not lead is said, with what was typed.
    let wrong = other.url();
    let refused = browser.submit(&path, &path, &[("url", &wrong), ("which", "some")]).await;
    assert_eq!(refused.status, 422);
    refused.says("Enter an address such as");
    assert!(refused.body.contains(&format!("value=\"{wrong}\"")), "{}", refused.body);
    assert_eq!(shown(&world, &id).await["url"], json!(url));
}

#[tokio::test]
async fn what_is_sent_and_not_offered_stays_whatever_is_ticked() {
    let file = own_contract("fanfare", |text| text.replacen("\"limit.reached\" = {}\n", "", 1));
    let on = |builder: local::Builder| builder.parameter("Portal", "on").parameter("ReferenceApi", "experiences");
    let world = World::build(file.path().to_str().unwrap(), on).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    // One that the contract leaves out, and one that only a newer version knows.
    let (id, kept) = (format!("webhook_{:026}", 1), ["limit.novel", "limit.reached"]);
    let webhook = json!([{
        "id": id, "url": "https://example.com/", "kinds": kept, "created_at": "2030-06-15T00:00:30Z", "generation": 1,
    }]);
    let put = world.stack.dynamodb().client().put_item().table_name("KeysTable");
    let put = put.item("pk", dynamodb::text("org#acme")).item("sk", dynamodb::text("webhooks"));
    let put = put.item("state", dynamodb::text(webhook.to_string())).item("version", dynamodb::number(1));
    put.item("schema", dynamodb::number(1)).send().await.unwrap();
    let browser = world.visitor("acme").await;
    let path = hook_page(&id, "");
    browser.get(&path).await.says("Sent as well, and not offered here: limit.novel, limit.reached");
    let chosen = [("url", "https://example.com/"), ("which", "some")];
    let same = browser.submit(&path, &path, &chosen).await;
    assert_eq!((same.status, same.leads_to(&path)), (303, format!("{path}?done=same")));
    assert_eq!(did(&world, "webhook.changed").await, 0);
    let [moved, ticked] = [("url", "https://example.com/v2"), ("kind", "key.created")];
    for (fields, kinds) in [
        (vec![moved, chosen[1]], json!(kept)),
        (vec![moved, chosen[1], ticked], json!(["key.created", "limit.novel", "limit.reached"])),
        (vec![moved, ("which", "all")], Value::Null),
    ] {
        let saved = browser.submit(&path, &path, &fields).await;
        assert_eq!(saved.leads_to(&path), format!("{path}?done=saved"), "{fields:?}");
        assert_eq!(shown(&world, &id).await["kinds"], kinds, "{fields:?}");
    }
    assert_eq!(
        browser.submit(&path, &path, &[moved, chosen[1]]).await.status,
        422,
        "there is nothing to keep any more"
    );
}

#[tokio::test]
async fn a_form_undoes_nobodys_change() {
    let (world, receiver, id) = scene().await;
    let browser = world.visitor("acme").await;
    let path = hook_page(&id, "");
    let form = browser.get(&path).await;
    let theirs = json!({"kinds": ["key.deleted"]});
    assert_eq!(world.operate("PATCH", &format!("/organizations/acme/webhooks/{id}"), theirs).await.status, 200);
    let mine = format!("{}/mine", receiver.url());
    let fields = [("url", mine.as_str()), ("which", "some"), ("kind", "key.created")];
    let answer = browser.post(&path, &form.form(&fields)).await;
    assert_eq!(answer.status, 409);
    answer.says("The webhooks were changed meanwhile");
    assert!(answer.body.contains(&format!("value=\"{mine}\"")), "what was typed: {}", answer.body);
    let wrong = browser.post(&path, &form.form(&[("url", "x"), ("which", "all")])).await;
    assert_eq!(wrong.status, 409);
    wrong.says("The webhooks were changed meanwhile");
    wrong.says("Enter an address such as");
    let now = shown(&world, &id).await;
    assert_eq!((&now["url"], &now["kinds"]), (&json!(receiver.url()), &json!(["key.deleted"])));
    assert_eq!(browser.post(&path, &answer.form(&fields)).await.status, 303);
    assert_eq!(shown(&world, &id).await["url"], json!(mine));
}

#[tokio::test]
async fn nothing_is_sent_while_a_webhook_is_off_and_what_was_missed_stays_missed() {
    let (world, receiver, id) = scene().await;
    let browser = world.visitor("acme").await;
    let path = hook_page(&id, "");
    assert_eq!(browser.submit(&path, &path, &[("status", "disabled")]).await.status, 303);
    let again = browser.submit(&path, &path, &[("status", "disabled")]).await;
    browser.get(&again.leads_to(&path)).await.says("Nothing was changed.");
    let off = browser.get(&path).await;
    off.says("It is switched off. Nothing is sent there.");
    issued(&world, "missed").await;
    send(&world).await;
    assert_eq!(browser.submit(&path, &path, &[("status", "active")]).await.status, 303);
    issued(&world, "sent").await;
    send(&world).await;
    let got = receiver.got();
    let names: Vec<_> = got.iter().map(|message| message.json()["data"]["after"]["name"].clone()).collect();
    assert_eq!(names, ["sent"]);
    assert_eq!(did(&world, "webhook.changed").await, 2);
}

#[tokio::test]
async fn a_locked_organization_switches_off_and_neither_on_nor_changes_anything_else() {
    let (world, receiver, id) = scene().await;
    let browser = world.visitor("acme").await;
    let path = hook_page(&id, "");
    let form = browser.get(&path).await;
    world.organization("acme", json!({"status": "locked"})).await;
    let page = browser.get(&path).await;
    page.says("Not while this organization is locked.");
    for said in ["Send a test", "New secret", "Save changes"] {
        page.does_not_say(said);
    }
    let url = format!("{}/v2", receiver.url());
    for (below, fields) in [
        ("", vec![("url", url.as_str()), ("which", "all")]),
        ("", vec![("status", "active")]),
        ("/rotate", vec![]),
        ("/test", vec![]),
    ] {
        let answer = browser.post(&hook_page(&id, below), &form.form(&fields)).await;
        assert_eq!((answer.status, answer.secret()), (403, None), "{below} {fields:?}");
    }
    assert_eq!(shown(&world, &id).await["url"], json!(receiver.url()));
    assert_eq!(browser.submit(&path, &path, &[("status", "disabled")]).await.status, 303);
    assert_eq!(shown(&world, &id).await["status"], "disabled");
    assert_eq!(did(&world, "webhook.changed").await, 1);
}
