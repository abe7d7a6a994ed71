use serde_json::json;

use crate::portal::{issued, open, page};
use crate::support::{World, own_contract};

#[tokio::test]
async fn the_form_begins_with_what_the_key_has() {
    let world = open("fanfare").await;
    let order = json!({"name": "web & \"co\"", "type": "secret", "scopes": ["read:analytics", "read:consumers"], "expiresAt": "2030-07-01T12:00:00Z"});
    let key = world.key("acme", order).await;
    let browser = world.visitor("acme").await;
    let form = browser.get(&page(&key, "/edit")).await;
    assert_eq!(form.status, 200);
    assert!(form.body.contains("value=\"web &#38; &#34;co&#34;\""), "{}", form.body);
    let checked = form.body.split("<input ").filter(|input| input.split('>').next().unwrap().contains(" checked"));
    let checked: Vec<_> =
        checked.map(|input| input.split("value=\"").nth(1).unwrap().split('"').next().unwrap()).collect();
    assert_eq!(checked, ["read:analytics", "read:consumers", "keep"]);
    assert!(!form.body.contains("name=\"type\""), "a type stays");
    form.says("Save changes");
}

#[tokio::test]
async fn a_key_without_an_end_keeps_it_that_way() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let form = browser.get(&page(&key, "/edit")).await;
    assert!(!form.body.contains("value=\"keep\""), "there is no end to keep");
}

#[tokio::test]
async fn a_plan_without_a_choice_has_none_here_either() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "free"})).await;
    let key = world.key("acme", json!({"name": "web", "type": "secret"})).await;
    let browser = world.visitor("acme").await;
    let form = browser.get(&page(&key, "/edit")).await;
    assert!(form.status == 200 && !form.body.contains("name=\"scope\""), "{form:?}");
}

#[tokio::test]
async fn what_the_form_cannot_offer_is_not_taken_away_by_it() {
    // TheFAQ's pages do not change keys; those of a contract like it may.
    let wider = |text: &str| text.replacen("\"activity\", \"create\"", "\"activity\", \"create\", \"update\"", 1);
    let file = own_contract("thefaq", wider);
    let on = |builder: local::Builder| builder.parameter("Portal", "on");
    let wider = World::build(file.path().to_str().unwrap(), on).await;
    wider.organization("acme", json!({"plan": "pro"})).await;
    let key = wider.key("acme", json!({"name": "web", "scopes": ["read", "write"]})).await;
    wider.organization("acme", json!({"plan": "free"})).await;
    let browser = wider.visitor("acme").await;
    let path = format!("/portal/acme/keys/{}", key.id);
    let answer = browser.submit(&format!("{path}/edit"), &path, &[("name", "shop"), ("scope", "read")]).await;
    assert_eq!(answer.status, 303);
    let key = wider.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), json!(null)).await.json();
    assert_eq!((&key["data"]["name"], &key["data"]["scopes"]), (&json!("shop"), &json!(["read", "write"])));
}

#[tokio::test]
async fn a_last_day_is_one_of_the_zone_that_the_page_is_in() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    for (zone, ends, said) in [
        (None, "2030-06-20T23:59:59Z", "Expires 20 Jun 2030, 23:59 UTC"),
        (Some("Europe/Berlin"), "2030-06-20T21:59:59Z", "Expires 20 Jun 2030, 23:59"),
    ] {
        let mut order = json!({"subject": "user_42"});
        if let Some(zone) = zone {
            order["timeZone"] = json!(zone);
        }
        let browser = world.visitor_with("acme", order).await;
        let (form, path) = (page(&key, "/edit"), page(&key, ""));
        let hint = format!("until the end of that day in {}", zone.unwrap_or("UTC"));
        browser.get(&form).await.says(&hint);
        let fields = [("name", "web"), ("scope", "admin"), ("expires", "date"), ("date", "2030-06-20")];
        assert_eq!(browser.submit(&form, &path, &fields).await.status, 303);
        let shown = browser.get(&path).await;
        shown.says(said);
        // What was chosen in one zone is not rewritten into another.
        assert!(!shown.body.contains(&format!("datetime={ends} data-at")), "{}", shown.body);
        let api = format!("/organizations/acme/api-keys/{}", key.id);
        assert_eq!(world.operate("GET", &api, json!(null)).await.json()["data"]["expiresAt"], ends);
    }
}
