//! The promise: what ends a session holds from the next click on, and for a form that is under way.

use std::sync::atomic::{AtomicBool, Ordering};

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::portal::{KEYS, NEW, hook_forms, hooked, issued, open, page, typed};
use crate::support::{Answer, Browser, Key, World, all};

/// The session of `acme` that was begun last.
async fn session(world: &World) -> String {
    let sessions = world.operate("GET", "/organizations/acme/portal-sessions", Value::Null).await.json();
    sessions["data"][0]["id"].as_str().unwrap().to_owned()
}

async fn end(world: &World) {
    let path = format!("/organizations/acme/portal-sessions/{}", session(world).await);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
}

#[tokio::test]
async fn of_a_thousand_looks_none_is_late_after_a_session_was_ended_or_its_organization_locked() {
    let world = open("fanfare").await;
    for round in 0..4 {
        // In a locked organization people may look, and not make anything.
        let (path, refused) = if round == 3 { (NEW, 403) } else { (KEYS, 401) };
        let browser = world.visitor("acme").await;
        let over = AtomicBool::new(false);
        let visitor = async || {
            let (mut seen, mut refused_after) = (0, 0);
            while refused_after < 42 {
                let sent_after = over.load(Ordering::SeqCst);
                let status = browser.twin().get(path).await.status;
                match (sent_after, status) {
                    (false, 200) => seen += 1,
                    (false, other) => assert_eq!(other, refused),
                    (true, other) => {
                        assert_eq!(other, refused, "seen after the call had returned");
                        refused_after += 1;
                    }
                }
            }
            seen
        };
        let change = async {
            for _ in 0..5 {
                assert_eq!(browser.get(KEYS).await.status, 200);
            }
            match round {
                0 => end(&world).await,
                1 => {
                    let path = "/organizations/acme/portal-sessions?subject=user_42";
                    let ended = world.operate("DELETE", path, Value::Null).await.json();
                    assert_eq!(ended["data"], json!({"ended": 1}));
                }
                2 => assert_eq!(browser.twin().submit(KEYS, "/portal/leave", &[]).await.status, 200),
                _ => drop(world.organization("acme", json!({"status": "locked"})).await),
            }
            over.store(true, Ordering::SeqCst);
        };
        let (seen, ()) = tokio::join!(all((0..8).map(|_| visitor())), change);
        assert!(seen.iter().sum::<i32>() > 0, "nobody had looked before");
    }
}

/// Everything that changes a key: path and fields.
fn forms(key: &Key) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    vec![
        (KEYS.to_owned(), typed("fanfare")),
        (page(key, ""), vec![("name", "b"), ("scope", "admin"), ("expires", "7d"), ("version", "2")]),
        (page(key, "/regenerate"), vec![("overlap", "0"), ("version", "2")]),
        (page(key, "/regenerate"), vec![("end", "1"), ("version", "2")]),
        (page(key, "/status"), vec![("status", "inactive")]),
        (page(key, "/delete"), vec![("confirm", "web")]),
    ]
}

/// Sends a form, which is held once its session was read; then `meanwhile`; then its answer.
async fn overtaken(
    world: &World,
    browser: &Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
    meanwhile: impl Future<Output = ()>,
) -> Answer {
    let once = browser.once(KEYS).await;
    let fields: Vec<_> = [("once", once.as_str())].into_iter().chain(fields.iter().copied()).collect();
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("BatchGetItem").about("KeysTable"));
    let change = async {
        latch.reached().await;
        meanwhile.await;
        latch.open();
    };

    tokio::join!(browser.post(path, &fields), change).0
}

/// A key with two secrets, and somebody who may do everything with it.
async fn scene() -> (World, Key) {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let new = world.operate("POST", &path, json!({"overlapSeconds": 3_600})).await;
    assert_eq!(new.status, 200);

    (world, key)
}

#[tokio::test]
async fn a_form_under_way_changes_nothing_once_its_session_was_ended() {
    let (world, key) = scene().await;
    let hook = hooked(&world).await;
    for (path, fields) in forms(&key).into_iter().chain(hook_forms(&hook)) {
        let browser = world.visitor("acme").await;
        let before = world.authority().await;
        let answer = overtaken(&world, &browser, &path, &fields, end(&world)).await;
        assert_eq!((answer.status, answer.secret()), (401, None), "{path} {fields:?}: {}", answer.words());
        assert_eq!(world.authority().await, before, "{path} {fields:?}");
        assert_eq!(world.trail("acme").await.len(), 4, "{path} {fields:?}");
    }
}

#[tokio::test]
async fn a_form_under_way_changes_nothing_once_its_organization_was_locked_but_for_what_shuts() {
    let (world, key) = scene().await;
    let hook = hooked(&world).await;
    let browser = world.visitor("acme").await;
    for (path, fields) in forms(&key).into_iter().chain(hook_forms(&hook)) {
        world.organization("acme", json!({"status": "active"})).await;
        let shuts = matches!(fields[0], ("status", "inactive" | "disabled")) || path.ends_with("/delete");
        let rows = world.trail("acme").await.len();
        let answer = overtaken(&world, &browser, &path, &fields, async {
            world.organization("acme", json!({"status": "locked"})).await;
        })
        .await;
        let expected = if shuts { 303 } else { 403 };
        assert_eq!((answer.status, answer.secret()), (expected, None), "{path} {fields:?}: {}", answer.words());
        // The lock itself, and what has shut something.
        assert_eq!(world.trail("acme").await.len() - rows, 1 + usize::from(shuts), "{path} {fields:?}");
    }
}

#[tokio::test]
async fn a_form_under_way_changes_nothing_once_the_key_behind_its_session_was_shut() {
    for (method, body) in [("DELETE", Value::Null), ("PATCH", json!({"status": "inactive"}))] {
        let (world, key) = scene().await;
        let bearer = world.key("acme", json!({"name": "backend", "type": "secret", "scopes": ["admin"]})).await;
        let order = Some(json!({"subject": "user_42"}));
        for (path, fields) in forms(&key) {
            let link = world.call("POST", "/api/v1/acme/portal-sessions", &bearer.secret, order.clone()).await;
            let browser = Browser::new(&world);
            browser.enter(&crate::support::Link::of(&link).code).await;
            let rows = world.trail("acme").await.len();
            let shut = format!("/organizations/acme/api-keys/{}", bearer.id);
            let answer = overtaken(&world, &browser, &path, &fields, async {
                assert_eq!(world.operate(method, &shut, body.clone()).await.status, 200);
            })
            .await;
            assert_eq!((answer.status, answer.secret()), (401, None), "{method} {path}: {}", answer.words());
            assert_eq!(world.trail("acme").await.len() - rows, 1, "{method} {path} {fields:?}");
            assert_eq!(browser.get(KEYS).await.status, 401);
            if method == "DELETE" {
                break;
            }
            world.operate("PATCH", &shut, json!({"status": "active"})).await;
        }
    }
}

#[tokio::test]
async fn a_link_that_was_taken_back_while_it_was_used_begins_nothing() {
    let world = open("fanfare").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = Browser::new(&world);
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem").about("KeysTable"));
    let change = async {
        latch.reached().await;
        end(&world).await;
        latch.open();
    };
    let (answer, ()) = tokio::join!(browser.enter(&link.code), change);
    assert_eq!((answer.status, answer.sets_session()), (401, false));
    assert!(browser.token().is_none());
}

#[tokio::test]
async fn a_session_and_a_link_do_not_open_the_next_organization_of_the_same_name() {
    let world = open("fayne").await;
    let browser = world.visitor("acme").await;
    let link = world.link("acme", json!({"subject": "user_43"})).await;
    assert_eq!(browser.get(KEYS).await.status, 200);
    // The operator takes a tenant's items away by hand, and another tenant gets the name.
    let delete = world.stack.dynamodb().client().delete_item().table_name("KeysTable");
    delete.key("pk", dynamodb::text("org#acme")).key("sk", dynamodb::text("organization")).send().await.unwrap();
    world.at("2030-06-15T00:01:30Z");
    world.organization("acme", json!({"plan": "pro"})).await;
    assert_eq!(browser.get(KEYS).await.status, 401);
    assert_eq!(Browser::new(&world).enter(&link.code).await.status, 401);
}

#[tokio::test]
async fn a_page_says_when_its_session_ends_and_an_ended_one_leads_back() {
    let world = open("fanfare").await;
    let order = json!({"subject": "user_42", "returnUrl": "https://admin.fanfare.io/settings?tab=keys"});
    let browser = world.visitor_with("acme", order).await;
    browser.get(KEYS).await.says("Your session ends 15 Jun 2030, 01:00 UTC ( in 1 hour ).");
    browser.get(KEYS).await.does_not_say("Save what you have not saved yet");
    world.at("2030-06-15T00:52:30Z");
    browser.get(KEYS).await.says("Your session ends in 8 minutes . Save what you have not saved yet.");
    world.at("2030-06-15T01:00:30Z");
    let over = browser.get(KEYS).await;
    assert_eq!(over.status, 401);
    assert!(over.body.contains("href=\"https://admin.fanfare.io/settings?tab=keys\""), "{}", over.body);
    // A browser forgets the cookie by itself: then the page knows no more than whose it is.
    let stranger = Browser::new(&world).get(KEYS).await;
    assert_eq!(super::sentences(&stranger), super::sentences(&over));
    assert!(stranger.body.contains("href=\"https://admin.fanfare.io\""), "{}", stranger.body);
}

#[tokio::test]
async fn a_refusal_says_what_it_is_about() {
    let world = open("fayne").await;
    let key = world.key("acme", json!({"name": "web"})).await;
    let browser = world.visitor_with("acme", json!({"subject": "user_42", "operations": ["list"]})).await;
    browser.get(&page(&key, "/delete")).await.says("Your link to these pages does not allow it.");
    browser.get(&page(&key, "/edit")).await.says("These pages do not offer it.");
    let answer = browser.post(&page(&key, "/delete"), &[("once", "x")]).await;
    answer.says("Your link to these pages does not allow it.");
    let cross = browser.send("POST", KEYS, &[("sec-fetch-site", "cross-site"), crate::support::FORM], "").await;
    cross.says("This form was not taken");
    for path in ["/portal/acme", "/portal/acme/nothing", "/portal/acme/keys/a/b/c"] {
        assert_eq!(browser.get(path).await.link("Back to the list", path).as_deref(), Some(KEYS), "{path}");
    }
    assert_eq!(Browser::new(&world).get("/portal/acme").await.link("Back to the list", "/portal/acme"), None);
}
