//! The pages on which an organization's people manage its keys: what each function promises, and what all of them do.

mod confirm_delete;
mod confirm_regenerate;
mod confirm_status;
mod create_key;
mod create_webhook;
mod delete_key;
mod delete_webhook;
mod download_usage;
mod edit_key;
mod enter;
mod identify_key;
mod leave;
mod list_activity;
mod list_keys;
mod list_webhooks;
mod mute_key;
mod new_key;
mod regenerate_key;
mod rotate_webhook;
mod set_status;
mod show_alerts;
mod show_entrance;
mod show_key;
mod show_webhook;
mod test_webhook;
mod update_alerts;
mod update_key;
mod update_webhook;

mod cookies;
mod cost;
mod ended;
mod forgery;
mod headers;
mod hostile;
mod locked;
mod names;
mod own_limits;
mod secrecy;

use serde_json::json;

use crate::support::{Answer, Browser, CONTRACTS, Key, World};
use crate::webhooks::Receiver;

pub(crate) const KEYS: &str = "/portal/acme/keys";
const NEW: &str = "/portal/acme/keys/new";
const ACTIVITY: &str = "/portal/acme/activity";
pub(crate) const ALERTS: &str = "/portal/acme/alerts";
pub(crate) const WEBHOOKS: &str = "/portal/acme/webhooks";
const IDENTIFY: &str = "/portal/acme/identify";

/// A stack of `contract` with the organization `acme` on a plan that has everything.
pub(crate) async fn open(contract: &str) -> World {
    let world = World::serving(contract).await;
    terms(&world, contract, "acme").await;

    world
}

/// A stack of Fanfare whose webhooks may lead to `receiver`, with the organization `acme`.
async fn near(receiver: &Receiver) -> World {
    let world = World::build("fanfare", |builder| builder.parameter("WebhookTestHosts", &receiver.host)).await;
    terms(&world, "fanfare", "acme").await;

    world
}

/// The page of a webhook.
fn hook_page(id: &str, below: &str) -> String {
    format!("{WEBHOOKS}/{id}{below}")
}

/// A webhook of `acme`, as the operator makes it: its id.
async fn hooked(world: &World) -> String {
    let order = json!({"url": "https://example.com/hooks"});
    let made = world.operate("POST", "/organizations/acme/webhooks", order).await;
    assert_eq!(made.status, 201, "{made:?}");

    made.json()["data"]["id"].as_str().unwrap().to_owned()
}

/// Everything that changes it: path and fields.
fn hook_forms(id: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    vec![
        (hook_page(id, ""), vec![("url", "https://example.com/new"), ("which", "all"), ("version", "1")]),
        (hook_page(id, "/rotate"), vec![("version", "1")]),
        (hook_page(id, "/test"), vec![("x", "y")]),
        (hook_page(id, ""), vec![("status", "disabled")]),
        (hook_page(id, "/delete"), vec![("x", "y")]),
    ]
}

async fn terms(world: &World, contract: &str, org: &str) {
    let plan = if contract == "fabraix" { "standard" } else { "pro" };
    world.organization(org, json!({"plan": plan, "name": format!("The {org}")})).await;
}

/// Looks for what people are to be told of.
async fn watch(world: &World) {
    world.stack.end_processes().await;
    world.stack.fire("AlertsWatch").await.unwrap();
}

/// A key of `acme` called `server`, of which an alert is open: 15 requests were refused because its limit was reached.
async fn alarmed(world: &World) -> Key {
    let limits = json!([{"requests": 10, "per": "minute"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "server", "type": "secret"})).await;
    for _ in 0..25 {
        call(world, &key).await;
    }
    watch(world).await;

    key
}

/// What somebody types into the form for a new key.
fn typed(contract: &str) -> Vec<(&'static str, &'static str)> {
    match contract {
        "fanfare" => vec![("type", "secret"), ("name", "web"), ("scope", "read:experiences"), ("expires", "never")],
        "standard" => vec![("name", "web"), ("type", "live"), ("scope", "read"), ("expires", "never")],
        "fabraix" => vec![("type", "restricted"), ("scope", "runs:write"), ("name", "web")],
        "thefaq" => vec![("name", "web"), ("scope", "read")],
        _ => vec![("name", "web")],
    }
}

/// Makes a key on the page.
async fn create(browser: &Browser<'_>, contract: &str) -> Key {
    let before = browser.world().key_ids("acme").await;
    let page = browser.submit(NEW, KEYS, &typed(contract)).await;
    assert_eq!(page.status, 200, "{page:?}");
    let id = browser.world().key_ids("acme").await.into_iter().find(|id| !before.contains(id));

    Key { id: id.unwrap(), secret: page.secret().unwrap() }
}

/// A key of `acme` under Fanfare's contract, as the operator issues it.
async fn issued(world: &World, name: &str) -> Key {
    world.key("acme", json!({"name": name, "type": "secret", "scopes": ["read:experiences"]})).await
}

fn page(key: &Key, below: &str) -> String {
    format!("{KEYS}/{}{below}", key.id)
}

/// Calls an endpoint of Fanfare's API: the status.
async fn call(world: &World, key: &Key) -> u16 {
    world.get("/api/experiences", key).await.status
}

/// What a page says, without the number that is each request's own.
fn sentences(answer: &Answer) -> (u16, String) {
    let words = answer.words();
    let words = words.split("give this number:").next().unwrap_or_default();

    (answer.status, words.to_owned())
}

#[tokio::test]
async fn every_page_says_whose_keys_and_who_is_there() {
    for contract in CONTRACTS {
        let world = open(contract).await;
        let order = json!({"subject": "user_42", "name": "Ada \"A\" <L>"});
        let browser = world.visitor_with("acme", order).await;
        for path in [KEYS, NEW, ACTIVITY] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}: {page:?}");
            page.says("The acme");
            page.says("Signed in as Ada \"A\" <L>");
            assert!(page.body.len() <= 40_960, "{path} of {contract} has {} bytes", page.body.len());
        }
    }
}

#[tokio::test]
async fn pages_are_in_the_language_of_the_link_or_of_the_browser() {
    let world = open("fanfare").await;
    for (locale, asked, language) in [
        (None, "en", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "fr", "en"),
        (Some("de"), "en", "de"),
        (Some("en-GB"), "de", "en"),
    ] {
        let mut order = json!({"subject": "user_42"});
        if let Some(locale) = locale {
            order["locale"] = json!(locale);
        }
        let browser = world.visitor_with("acme", order).await;
        for path in [KEYS, NEW, ACTIVITY, "/portal/acme/keys/key_00000000000000000000000000"] {
            let answer = browser.send("GET", path, &[("accept-language", asked)], "").await;
            assert!(answer.body.contains(&format!("<html lang=\"{language}\">")), "{locale:?} {asked} {path}");
        }
    }
}

#[tokio::test]
async fn what_a_session_does_not_include_is_not_offered_and_refused() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor_with("acme", json!({"subject": "user_42", "operations": ["list"]})).await;
    let list = browser.get(KEYS).await;
    let said = "Your link to this page does not include everything";
    assert_eq!(list.words().matches(said).count(), 1, "{}", list.words());
    list.does_not_say("Create API Key");
    assert_eq!(list.link("Create API Key", KEYS), None);
    let once = list.once();
    let shown = browser.get(&page(&key, "")).await;
    for verb in ["Edit", "Regenerate", "Deactivate", "Delete"] {
        assert_eq!(shown.link(verb, &page(&key, "")), None);
    }
    assert_eq!(shown.words().matches(said).count(), 1, "{}", shown.words());
    shown.does_not_say("Total requests");
    let before = world.authority().await;
    for path in [NEW, ACTIVITY, ALERTS, WEBHOOKS] {
        assert_eq!(browser.get(path).await.status, 403, "{path}");
    }
    for below in ["/edit", "/regenerate", "/status", "/delete", "/usage.csv"] {
        assert_eq!(browser.get(&page(&key, below)).await.status, 403, "{below}");
    }
    for (path, mut fields) in [
        (KEYS.to_owned(), typed("fanfare")),
        (page(&key, ""), typed("fanfare")),
        (page(&key, "/regenerate"), vec![("overlap", "0")]),
        (page(&key, "/status"), vec![("status", "inactive")]),
        (page(&key, "/delete"), vec![("confirm", "web")]),
        (page(&key, "/mute"), vec![("days", "7")]),
        (ALERTS.to_owned(), vec![("thresholds", "60")]),
    ] {
        fields.push(("once", &once));
        assert_eq!(browser.post(&path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_contract_opens_what_it_names_and_nothing_else() {
    // Whether there is a page: to make a key, to edit, to regenerate, to switch, to delete, the activity, the alerts, the
    // webhooks.
    for (contract, verb, there) in [
        ("fayne", "Delete", [200, 403, 403, 403, 200, 200, 403, 403]),
        ("fabraix", "Delete", [200, 200, 200, 403, 200, 200, 403, 403]),
        ("thefaq", "Revoke", [200, 403, 403, 403, 200, 200, 403, 403]),
        ("fanfare", "Delete", [200, 200, 200, 200, 200, 200, 200, 200]),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let key = create(&browser, contract).await;
        let shown = browser.get(&page(&key, "")).await;
        for (place, verb) in [(1, "Edit"), (2, "Regenerate"), (3, "Deactivate"), (4, verb)] {
            let is_linked = shown.link(verb, &page(&key, "")).is_some();
            assert_eq!(is_linked, there[place] == 200, "{verb} under {contract}");
        }
        let pages = [
            NEW.to_owned(),
            page(&key, "/edit"),
            page(&key, "/regenerate"),
            page(&key, "/status"),
            page(&key, "/delete"),
            ACTIVITY.to_owned(),
            ALERTS.to_owned(),
            WEBHOOKS.to_owned(),
        ];
        for (path, status) in pages.into_iter().zip(there) {
            assert_eq!(browser.get(&path).await.status, status, "{path} under {contract}");
        }
        let once = browser.once(KEYS).await;
        for (below, place, field) in
            [("", 1, ("name", "web")), ("/regenerate", 2, ("overlap", "0")), ("/status", 3, ("status", "inactive"))]
        {
            if there[place] == 403 {
                let answer = browser.post(&page(&key, below), &[("once", &once), field]).await;
                assert_eq!(answer.status, 403, "{below} under {contract}");
            }
        }
        assert_eq!(world.verdict(&key.secret).await, "valid");
    }
}
