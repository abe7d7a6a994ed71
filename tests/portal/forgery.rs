//! The promise: nothing changes but by a form of our own pages, which was made for this very session.

use serde_json::json;

use crate::portal::{ALERTS, IDENTIFY, KEYS, WEBHOOKS, hook_forms, hooked, issued, open, page, typed};
use crate::support::{Browser, FORM, Key, SAME_ORIGIN, World, encoded};

/// Every route that takes a form, with a good one.
fn forms(key: &Key, hook: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    vec![
        (KEYS.to_owned(), typed("fanfare")),
        (page(key, ""), vec![("name", "b"), ("scope", "admin"), ("expires", "never")]),
        (page(key, "/regenerate"), vec![("overlap", "0")]),
        (page(key, "/regenerate"), vec![("end", "1")]),
        (page(key, "/status"), vec![("status", "inactive")]),
        (page(key, "/delete"), vec![("confirm", "web")]),
        (page(key, "/mute"), vec![("days", "7")]),
        (ALERTS.to_owned(), vec![("days", "30")]),
        (IDENTIFY.to_owned(), vec![("key", "x")]),
        ("/portal/leave".to_owned(), vec![]),
        (WEBHOOKS.to_owned(), vec![("url", "https://example.com/two"), ("which", "all"), ("version", "1")]),
    ]
    .into_iter()
    .chain(hook_forms(hook))
    .collect()
}

async fn scene() -> (World, Key, String) {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let hook = hooked(&world).await;

    (world, key, hook)
}

#[tokio::test]
async fn a_form_from_elsewhere_is_403_and_changes_nothing() {
    let (world, key, hook) = scene().await;
    let browser = world.visitor("acme").await;
    let here = world.stack.url();
    let other_port = format!("http://{}:1", world.stack.address().split(':').next().unwrap());
    let tls = here.replace("http://", "https://");
    let longer = format!("{here}.evil.example");
    let with_path = format!("{here}/");
    let once = browser.once(KEYS).await;
    let before = (world.authority().await, world.trail("acme").await);
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "")],
        &[("sec-fetch-site", "Same-Origin")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", here.as_str())],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", other_port.as_str())],
        &[("origin", tls.as_str())],
        &[("origin", longer.as_str())],
        &[("origin", with_path.as_str())],
        &[("origin", "")],
        &[("referer", here.as_str())],
        &[],
    ] {
        for (path, mut fields) in forms(&key, &hook) {
            fields.push(("once", &once));
            let headers: Vec<_> = headers.iter().copied().chain([FORM]).collect();
            let answer = browser.send("POST", &path, &headers, &encoded(&fields)).await;
            assert_eq!((answer.status, answer.secret()), (403, None), "{path} {headers:?}");
            assert!(!answer.sets_session());
        }
        let link = world.link("acme", json!({"subject": "user_43"})).await;
        let headers: Vec<_> = headers.iter().copied().chain([FORM]).collect();
        let stranger = Browser::new(&world);
        let answer = stranger.send("POST", "/portal/enter", &headers, &encoded(&[("code", &link.code)])).await;
        assert_eq!((answer.status, answer.sets_session()), (403, false), "{headers:?}");
        assert_eq!(stranger.enter(&link.code).await.status, 303, "nothing was spent");
    }
    assert_eq!((world.authority().await, world.trail("acme").await), before);
    assert_eq!(browser.get(KEYS).await.status, 200);
}

#[tokio::test]
async fn a_browser_without_fetch_metadata_says_where_it_is_by_its_origin() {
    let (world, ..) = scene().await;
    let here = world.stack.url();
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = Browser::new(&world);
    let code = encoded(&[("code", &link.code)]);
    assert_eq!(browser.send("POST", "/portal/enter", &[("origin", &here), FORM], &code).await.status, 303);
    let once = browser.once(KEYS).await;
    let mut fields = typed("fanfare");
    fields.push(("once", &once));
    let answer = browser.send("POST", KEYS, &[("origin", &here), FORM], &encoded(&fields)).await;
    assert!(answer.status == 200 && answer.secret().is_some(), "{answer:?}");
}

#[tokio::test]
async fn pages_at_an_address_of_their_own_are_their_own_origin() {
    let own = "https://keys.example.com";
    let world = World::build("fanfare", |builder| builder.parameter("PortalUrl", own)).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    assert_eq!(link.url, format!("{own}/portal/enter?code={}", link.code));
    let browser = Browser::new(&world);
    let code = encoded(&[("code", &link.code)]);
    let evil = browser.send("POST", "/portal/enter", &[("origin", "https://keys.example.org"), FORM], &code).await;
    assert_eq!(evil.status, 403);
    assert_eq!(browser.send("POST", "/portal/enter", &[("origin", own), FORM], &code).await.status, 303);
}

#[tokio::test]
async fn a_form_that_was_not_made_for_this_session_is_403_and_changes_nothing() {
    let (world, key, hook) = scene().await;
    let browser = world.visitor("acme").await;
    let own = browser.once(KEYS).await;
    let stranger = world.visitor("acme").await.once(KEYS).await;
    let cut = &own[..own.len() - 1];
    let turned: String = own.chars().rev().collect();
    let swapped = format!("{}{}", &own[..22], &stranger[22..]);
    let before = (world.authority().await, world.trail("acme").await);
    for once in [None, Some(""), Some("x"), Some(&stranger), Some(cut), Some(&turned), Some(&swapped)] {
        for (path, mut fields) in forms(&key, &hook).into_iter().filter(|(path, _)| path != "/portal/leave") {
            fields.extend(once.map(|once| ("once", once)));
            let answer = browser.post(&path, &fields).await;
            assert_eq!((answer.status, answer.secret()), (403, None), "{path} {once:?}");
        }
    }
    assert_eq!((world.authority().await, world.trail("acme").await), before);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_400() {
    let (world, key, hook) = scene().await;
    let browser = world.visitor("acme").await;
    let once = browser.once(KEYS).await;
    let before = world.authority().await;
    for (path, mut fields) in forms(&key, &hook).into_iter().filter(|(path, _)| path != "/portal/leave") {
        fields.push(("once", &once));
        let body = encoded(&fields);
        for kind in [
            &[][..],
            &[("content-type", "text/plain")],
            &[("content-type", "application/json")],
            &[("content-type", "multipart/form-data; boundary=x")],
            &[("content-type", "application/x-www-form-urlencoded-not")],
            &[("content-type", "")],
        ] {
            let headers: Vec<_> = kind.iter().copied().chain([SAME_ORIGIN]).collect();
            assert_eq!(browser.send("POST", &path, &headers, &body).await.status, 400, "{path} {kind:?}");
        }
    }
    assert_eq!(world.authority().await, before);
    let kind = ("content-type", "Application/X-WWW-Form-urlencoded; charset=UTF-8");
    let body = encoded(&[("once", once.as_str()), ("key", "x")]);
    assert_eq!(browser.send("POST", IDENTIFY, &[kind, SAME_ORIGIN], &body).await.status, 200);
}

#[tokio::test]
async fn who_is_not_in_is_told_so_before_anything_they_send_is_read() {
    let (world, key, hook) = scene().await;
    let stranger = Browser::new(&world);
    for (path, _) in forms(&key, &hook).into_iter().filter(|(path, _)| path != "/portal/leave") {
        let mut answers = Vec::new();
        for (kind, body) in [
            ("application/json", "{"),
            ("application/x-www-form-urlencoded", "%ff%00&&&="),
            ("text/plain", ""),
            ("application/x-www-form-urlencoded", "name=web&type=secret"),
        ] {
            let answer = stranger.send("POST", &path, &[SAME_ORIGIN, ("content-type", kind)], body).await;
            answers.push(super::sentences(&answer));
        }
        assert!(answers.iter().all(|answer| answer.0 == 401 && *answer == answers[0]), "{path}: {answers:?}");
    }
    // Nor is anything told of what is there.
    let there = page(&key, "");
    let paths = [KEYS, "/portal/nobody/keys", "/portal/acme/keys/key_00000000000000000000000000", &there];
    let told = paths.map(|path| async { super::sentences(&stranger.get(path).await) });
    let told = crate::support::all(told).await;
    assert!(told.iter().all(|answer| answer.0 == 401 && *answer == told[0]), "{told:?}");
}

#[tokio::test]
async fn no_page_that_is_only_looked_at_changes_anything() {
    let (world, key, _) = scene().await;
    let browser = world.visitor("acme").await;
    let before = (world.items("KeysTable").await, world.items("CountersTable").await);
    for path in [KEYS, super::NEW, super::ACTIVITY, ALERTS] {
        assert_eq!(browser.get(path).await.status, 200);
    }
    for below in [
        "",
        "?done=deactivated",
        "/edit",
        "/regenerate?overlap=0",
        "/status?status=inactive",
        "/delete?confirm=web",
        "/usage.csv",
    ] {
        assert_eq!(browser.get(&page(&key, below)).await.status, 200, "{below}");
    }
    assert_eq!((world.items("KeysTable").await, world.items("CountersTable").await), before);
}
