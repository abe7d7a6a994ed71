use serde_json::{Value, json};

use crate::portal::{ACTIVITY, create, open, page};
use crate::support::START;

#[tokio::test]
async fn everything_that_was_done_is_listed_with_who_did_it_newest_first() {
    let world = open("fanfare").await;
    let browser = world.visitor_with("acme", json!({"subject": "ada@example.com"})).await;
    for (at, below, fields) in [
        ("2030-06-15T00:01:00Z", "/status", vec![("status", "inactive")]),
        ("2030-06-15T00:02:00Z", "/status", vec![("status", "active")]),
        ("2030-06-15T00:03:00Z", "/regenerate", vec![("overlap", "1h")]),
        ("2030-06-15T00:04:00Z", "/regenerate", vec![("end", "1")]),
        ("2030-06-15T00:05:00Z", "", vec![("name", "b"), ("scope", "admin"), ("expires", "never")]),
        ("2030-06-15T00:06:00Z", "/delete", vec![("confirm", "b")]),
    ] {
        let key = match world.key_ids("acme").await.first() {
            Some(id) => crate::support::Key { id: id.clone(), secret: String::new() },
            None => create(&browser, "fanfare").await,
        };
        world.at(at);
        let form = match below {
            "" => "/edit",
            "/regenerate" if fields == [("end", "1")] => "/regenerate?end=1",
            below => below,
        };
        let answer = browser.submit(&page(&key, form), &page(&key, below), &fields).await;
        assert!([200, 303].contains(&answer.status), "{below}: {}", answer.words());
    }
    let listed = browser.get(ACTIVITY).await;
    let mut rest = listed.words();
    for said in ["Key deleted", "Key edited", "Old secret ended", "New secret", "Key activated", "Key deactivated"] {
        let (_, after) = rest.split_once(said).unwrap_or_else(|| panic!("{said} does not follow: {rest}"));
        let key = after.trim_start().trim_start_matches("Name: web → b Added: admin Removed: read:experiences ");
        assert!(key.starts_with("web") || key.starts_with('b'), "{said}: {after:.80}");
        rest = after.to_owned();
    }
    for said in ["Key created", "Signed in", "Link to this portal made", "Organization set up", "Team of Fanfare"] {
        listed.says(said);
    }
    assert!(listed.words().matches("ada@example.com").count() >= 8, "{}", listed.words());
    assert!(listed.body.contains("datetime=2030-06-15T00:06:00Z"));
}

#[tokio::test]
async fn a_long_trail_comes_by_pages_and_a_cursor_cannot_be_taken_elsewhere() {
    let world = open("fanfare").await;
    crate::portal::terms(&world, "fanfare", "other").await;
    for number in 0..30 {
        for org in ["acme", "other"] {
            world.organization(org, json!({"name": format!("{org} {number}")})).await;
        }
    }
    world.at(START);
    let browser = world.visitor("acme").await;
    let (mut path, mut sizes) = (ACTIVITY.to_owned(), Vec::new());
    loop {
        let page = browser.get(&path).await;
        sizes.push(page.body.matches("<th scope=\"row\">").count());
        let Some(older) = page.link("Older", &path) else { break };
        path = older;
    }
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json();
    let all = rows["data"].as_array().unwrap().len();
    assert_eq!((sizes.iter().sum::<usize>(), sizes[0]), (all, 25), "{sizes:?}");
    let other = world.visitor("other").await;
    let theirs = other.get("/portal/other/activity").await.link("Older", "/portal/other/activity").unwrap();
    let (_, cursor) = theirs.split_once("cursor=").unwrap();
    for cursor in [cursor, "x", "%00"] {
        assert_eq!(browser.get(&format!("{ACTIVITY}?cursor={cursor}")).await.status, 400, "{cursor}");
    }
}

#[tokio::test]
async fn a_row_says_who_by_name_and_what_was_different() {
    let world = open("fanfare").await;
    let order = json!({"name": "web", "type": "secret", "scopes": ["admin"]});
    let key = world.key("acme", order).await;
    let ada = world.visitor_with("acme", json!({"subject": "user_42", "name": "Ada Lovelace"})).await;
    world.link("acme", json!({"subject": "user_7", "name": "Grace"})).await;
    world.at("2030-06-15T00:01:00Z");
    let fields = [("name", "shop"), ("scope", "read:analytics"), ("expires", "7d")];
    assert_eq!(ada.submit(&page(&key, "/edit"), &page(&key, ""), &fields).await.status, 303);
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]})).await;
    let rows = ada.get(ACTIVITY).await;
    rows.says("Key edited Name: web → shop Added: read:analytics Removed: admin Expires: 22 Jun 2030, 00:01 UTC shop");
    rows.says("Ada Lovelace user_42");
    rows.says("Link to this portal made for Ada Lovelace user_42");
    rows.says("Link to this portal made for Grace user_7");
    rows.says("Plan or terms changed Plan: pro → enterprise");
}
