use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::portal::{call, issued, open, page};
use crate::support::{Answer, Browser, Key, all, did};

async fn regenerate(browser: &Browser<'_>, key: &Key, overlap: &str) -> Answer {
    let path = page(key, "/regenerate");
    browser.submit(&path, &path, &[("overlap", overlap)]).await
}

#[tokio::test]
async fn a_new_secret_is_shown_once_and_the_old_one_works_as_long_as_was_chosen() {
    for (overlap, until) in [
        ("0", None),
        ("1h", Some("2030-06-15T01:00:30Z")),
        ("24h", Some("2030-06-16T00:00:30Z")),
        ("7d", Some("2030-06-22T00:00:30Z")),
    ] {
        let world = open("fanfare").await;
        let browser = world.visitor("acme").await;
        let old = issued(&world, "web").await;
        assert_eq!(call(&world, &old).await, 200);
        let answer = regenerate(&browser, &old, overlap).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains("<title>New secret – copy it now</title>"));
        let new = Key { id: old.id.clone(), secret: answer.secret().unwrap() };
        answer.says(if until.is_some() {
            "The old secret works until"
        } else {
            "The old secret does not work any more."
        });
        let old_works = if until.is_some() { 200 } else { 401 };
        assert_eq!([call(&world, &old).await, call(&world, &new).await], [old_works, 200], "{overlap}");
        if let Some(until) = until {
            world.at(until);
            assert_eq!([call(&world, &old).await, call(&world, &new).await], [401, 200], "{overlap}");
        }
        assert_eq!(did(&world, "key.regenerated").await, 1);
    }
}

#[tokio::test]
async fn ending_the_overlap_holds_at_once_and_is_one_row() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let old = issued(&world, "web").await;
    let new = Key { id: old.id.clone(), secret: regenerate(&browser, &old, "24h").await.secret().unwrap() };
    assert_eq!([call(&world, &old).await, call(&world, &new).await], [200, 200]);
    let (path, form) = (page(&old, ""), page(&old, "/regenerate?end=1"));
    assert_eq!(browser.get(&path).await.link("End the old secret now", &path), Some(form.clone()));
    let confirm = browser.get(&form).await;
    confirm.says("The old secret is still used.");
    assert_eq!(call(&world, &old).await, 200, "looking ends nothing");
    let ended = browser.submit(&form, &page(&old, "/regenerate"), &[("end", "1")]).await;
    let to = ended.leads_to(&page(&old, "/regenerate"));
    assert_eq!((ended.status, to.as_str()), (303, format!("{path}?done=ended").as_str()));
    assert_eq!([call(&world, &old).await, call(&world, &new).await], [401, 200]);
    assert_eq!(world.verdict(&old.secret).await, "unknown_key");
    let shown = browser.get(&to).await;
    shown.says("The old secret does not work any more.");
    shown.does_not_say("Two secrets work");
    assert_eq!(did(&world, "key.changed").await, 1);
    let rows = world.trail("acme").await.len();
    // There is nothing left to end.
    assert_eq!(browser.get(&form).await.status, 303);
    assert_eq!(browser.submit(&path, &page(&old, "/regenerate"), &[("end", "1")]).await.status, 303);
    assert_eq!(world.trail("acme").await.len(), rows);
    browser.get(super::ACTIVITY).await.says("Old secret ended");
}

#[tokio::test]
async fn the_same_form_gives_one_secret_however_often_it_is_sent() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key = issued(&world, "web").await;
    let path = page(&key, "/regenerate");
    let form = browser.get(&path).await;
    let send = async |overlap: &str| browser.post(&path, &form.form(&[("overlap", overlap)])).await;
    let answers = all((0..8).map(|_| send("24h"))).await;
    let secrets: Vec<_> = answers.iter().filter_map(Answer::secret).collect();
    assert_eq!(secrets.len(), 1);
    for answer in answers.iter().filter(|answer| answer.secret().is_none()) {
        answer.says("The key web got a new secret then");
    }
    let again = send("0").await;
    assert_eq!((again.status, again.secret()), (200, None));
    assert_eq!(world.verdict(&key.secret).await, "valid", "a form that was sent does nothing more");
    assert_eq!(world.verdict(&secrets[0]).await, "valid");
    assert_eq!(did(&world, "key.regenerated").await, 1);
    assert!(again.link("Regenerate", &path).is_some_and(|link| link == path), "{}", again.body);
}

#[tokio::test]
async fn one_form_does_one_thing() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let [key, other] = [issued(&world, "web").await, issued(&world, "other").await];
    let form = browser.get(&page(&key, "/regenerate")).await;
    let fields = form.form(&[("overlap", "0")]);
    assert!(browser.post(&page(&key, "/regenerate"), &fields).await.secret().is_some());
    let taken = browser.post(&page(&other, "/regenerate"), &fields).await;
    assert_eq!((taken.status, taken.secret()), (409, None), "{}", taken.words());
    assert_eq!(world.verdict(&other.secret).await, "valid");
}

#[tokio::test]
async fn a_lost_answer_of_the_store_is_no_second_secret() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key = issued(&world, "web").await;
    let path = page(&key, "/regenerate");
    let form = browser.get(&path).await;
    world.stack.dynamodb().inject(Fault::DropAfter.times(2).on("TransactWriteItems"));
    let answer = browser.post(&path, &form.form(&[("overlap", "0")])).await;
    assert_eq!(world.verdict(&answer.secret().unwrap()).await, "valid");
    assert_eq!(did(&world, "key.regenerated").await, 1);
}

#[tokio::test]
async fn a_form_without_an_overlap_asks_again() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key = issued(&world, "web").await;
    for overlap in ["", "2h", "-1", "86400"] {
        let answer = regenerate(&browser, &key, overlap).await;
        assert_eq!(answer.status, 422, "{overlap}");
        answer.says("Choose how long the old secret works");
    }
    let answer = browser.submit(&page(&key, "/regenerate"), &page(&key, "/regenerate"), &[("end", "0")]).await;
    assert_eq!(answer.status, 422);
    assert_eq!((world.verdict(&key.secret).await.as_str(), did(&world, "key.regenerated").await), ("valid", 0));
}

#[tokio::test]
async fn nobody_gets_the_secret_of_a_key_that_may_do_more_than_who_has_let_them_in() {
    let world = open("fabraix").await;
    let order = json!({"name": "manager", "type": "restricted", "scopes": ["keys:manage"]});
    let manager = world.key("acme", order).await;
    let admin = world.key("acme", json!({"name": "admin", "type": "admin"})).await;
    let order = Some(json!({"subject": "user_42"}));
    let link = world.call("POST", "/api/v1/acme/portal-sessions", &manager.secret, order).await;
    let browser = Browser::new(&world);
    assert_eq!(browser.enter(&crate::support::Link::of(&link).code).await.status, 303);
    let answer = regenerate(&browser, &admin, "0").await;
    assert_eq!((answer.status, answer.secret()), (403, None));
    assert_eq!(world.verdict(&admin.secret).await, "valid");
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_that_others_have_made_meanwhile_is_not_replaced_or_ended_unseen() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key = issued(&world, "web").await;
    let path = page(&key, "/regenerate");
    assert_eq!(call(&world, &key).await, 200);
    let first = browser.get(&path).await;
    first.says("Last used just now");
    first.does_not_say("There is an old secret already");
    let other = world.visitor_with("acme", json!({"subject": "user_43"})).await;
    let theirs = regenerate(&other, &key, "24h").await.secret().unwrap();

    // The page was made before: sent now, it would end the first secret and make theirs the old one.
    let refused = browser.post(&path, &first.form(&[("overlap", "7d")])).await;
    assert_eq!((refused.status, refused.secret()), (409, None));
    refused.says("Somebody has changed this key meanwhile");
    refused.says("There is an old secret already");
    assert!(refused.body.contains("value=\"7d\" checked"), "what was chosen stays");
    assert_eq!([world.verdict(&key.secret).await, world.verdict(&theirs).await], ["valid", "valid"]);
    let end = browser.get(&format!("{path}?end=1")).await;
    let done = browser.post(&path, &refused.form(&[("overlap", "7d")])).await;
    assert_eq!([world.verdict(&key.secret).await, world.verdict(&theirs).await], ["unknown_key", "valid"]);

    let ended = browser.post(&path, &end.form(&[("end", "1")])).await;
    assert_eq!(ended.status, 409, "it would end another secret than the one that was looked at");
    ended.says("Somebody has changed this key meanwhile");
    assert_eq!([world.verdict(&done.secret().unwrap()).await, world.verdict(&theirs).await], ["valid", "valid"]);
}

#[tokio::test]
async fn whoever_is_here_by_a_key_is_warned_before_that_key_goes() {
    let world = open("fanfare").await;
    let order = json!({"name": "backend", "type": "secret", "scopes": ["admin"]});
    let [bearer, other] = [world.key("acme", order).await, issued(&world, "web").await];
    let order = Some(json!({"subject": "user_42"}));
    let link = world.call("POST", "/api/v1/acme/portal-sessions", &bearer.secret, order).await;
    let browser = Browser::new(&world);
    browser.enter(&crate::support::Link::of(&link).code).await;
    for below in ["/edit", "/regenerate", "/status", "/delete"] {
        browser.get(&page(&bearer, below)).await.says("Your session was made with this key");
        browser.get(&page(&other, below)).await.does_not_say("Your session was made with this key");
    }
}
