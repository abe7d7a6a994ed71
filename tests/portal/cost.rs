//! What a page costs, counted: round trips to DynamoDB.

use serde_json::json;

use crate::portal::{KEYS, call, issued, open, page};
use crate::support::{Key, World};

async fn look(world: &World, browser: &crate::support::Browser<'_>, path: &str) -> Vec<String> {
    world
        .asked(async {
            assert_eq!(browser.get(path).await.status, 200, "{path}");
        })
        .await
}

/// The calls, those in any order that are made at once: the keys and their plan.
fn sorted(mut calls: Vec<String>) -> Vec<String> {
    calls[1..3].sort();
    calls
}

#[tokio::test]
async fn a_list_is_four_calls_and_one_for_alerts_whatever_became_of_its_keys() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let keys: Vec<Key> = crate::support::all((0..30).map(|_| issued(&world, "web"))).await;
    look(&world, &browser, KEYS).await;
    let both = ["GetItem KeysTable", "Query KeysTable"];
    let calls = ["BatchGetItem KeysTable", both[0], both[1], "BatchGetItem CountersTable", "Query KeysTable"];
    assert_eq!(sorted(look(&world, &browser, KEYS).await), calls, "never used");
    for key in &keys[..5] {
        assert_eq!(call(&world, key).await, 200);
    }
    assert_eq!(sorted(look(&world, &browser, KEYS).await), calls, "some used");
    for (key, overlap) in keys.iter().zip([0, 3_600, 0, 3_600]).chain(keys.iter().rev().zip([0, 3_600, 0])) {
        let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
        let answer = world.operate("POST", &path, json!({"overlapSeconds": overlap})).await;
        assert_eq!(answer.status, 200);
    }
    // Those with a new secret that was not used: when they were last used is told by the old one.
    for query in ["", "?q=web", "?status=active", "?type=secret&q=nothing"] {
        let asked = look(&world, &browser, &format!("{KEYS}{query}")).await;
        assert!(asked.len() <= 5, "{query}: {asked:?}");
    }
}

#[tokio::test]
async fn a_page_that_only_asks_is_one_call_or_two() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key = issued(&world, "web").await;
    for (path, most) in [
        (super::NEW.to_owned(), 2),
        (page(&key, "/edit"), 2),
        (page(&key, "/regenerate"), 3),
        (page(&key, "/status"), 4),
        (page(&key, "/usage.csv"), 3),
        (page(&key, "/delete"), 4),
        // Two of these are for the alerts of the key.
        (page(&key, ""), 8),
        (super::ALERTS.to_owned(), 4),
        (super::ACTIVITY.to_owned(), 3),
        // The organization is read with the webhooks: for their order with other changes.
        (super::WEBHOOKS.to_owned(), 4),
    ] {
        look(&world, &browser, &path).await;
        let asked = look(&world, &browser, &path).await;
        assert!(asked.len() <= most, "{path}: {asked:?}");
    }
}

#[tokio::test]
async fn who_is_not_in_costs_one_read_and_what_is_no_cookie_none() {
    let world = open("fanfare").await;
    let ask = async |cookie: &str| {
        world
            .asked(async {
                assert_eq!(world.http.send("GET", KEYS, &[("cookie", cookie)], None).await.status, 401);
            })
            .await
    };
    ask("").await;
    assert_eq!(ask("").await, Vec::<String>::new());
    assert_eq!(ask("latchkey-local=junk").await, Vec::<String>::new());
    let unknown = format!("latchkey-local={}", "A".repeat(43));
    assert_eq!(ask(&unknown).await, ["BatchGetItem KeysTable"]);
}

#[tokio::test]
async fn pages_ask_for_nothing_that_the_template_does_not_allow_them() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    world.stack.dynamodb().record(true);
    let key = super::create(&browser, "fanfare").await;
    for (below, fields) in [
        ("", vec![("name", "b"), ("scope", "admin"), ("expires", "7d")]),
        ("/regenerate", vec![("overlap", "24h")]),
        ("/regenerate", vec![("end", "1")]),
        ("/status", vec![("status", "inactive")]),
        ("/mute", vec![("days", "7")]),
        ("/delete", vec![("confirm", "b")]),
    ] {
        for looks in ["", "?range=13m", "/edit", "/regenerate", "/regenerate?end=1", "/status", "/delete", "/usage.csv"]
        {
            browser.get(&page(&key, looks)).await;
        }
        let form = match below {
            "" => "/edit",
            "/mute" => "",
            below => below,
        };
        let answer = browser.submit(&page(&key, form), &page(&key, below), &fields).await;
        assert!([200, 303].contains(&answer.status), "{below}: {}", answer.words());
    }
    browser.get(super::ACTIVITY).await;
    let rules = [("thresholds", "60"), ("rate", "5"), ("of", "server"), ("days", "90")];
    assert_eq!(browser.submit(super::ALERTS, super::ALERTS, &rules).await.status, 303);
    browser.submit(KEYS, super::IDENTIFY, &[("key", &key.secret)]).await;
    assert_eq!(browser.submit(KEYS, "/portal/leave", &[]).await.status, 200);
    let refused: Vec<_> = world
        .stack
        .dynamodb()
        .calls()
        .into_iter()
        .filter(|call| call.failed.as_deref() == Some("AccessDeniedException"))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}
