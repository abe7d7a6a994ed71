use serde_json::{Value, json};

use tempfile::NamedTempFile;

use crate::portal::{KEYS, NEW, call, issued, open, page};
use crate::support::{Key, World, own_contract};

/// A stack of a contract like Fanfare's whose form asks for limits, and its file.
async fn asking() -> (World, NamedTempFile) {
    let asked = |text: &str| text.replace("\"expiration\"]", "\"expiration\", \"limits\"]");
    let file = own_contract("fanfare", asked);
    let on = |builder: local::Builder| builder.parameter("Portal", "on").parameter("ReferenceApi", "experiences");
    let world = World::build(file.path().to_str().unwrap(), on).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    (world, file)
}

async fn limits(world: &World, key: &Key) -> Value {
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    world.operate("GET", &path, Value::Null).await.json()["data"]["limits"].clone()
}

#[tokio::test]
async fn a_limit_of_a_keys_own_is_shown_with_what_is_used_of_it_and_who_has_set_it() {
    let (world, _file) = asking().await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let (form, path) = (page(&key, "/edit"), page(&key, ""));
    browser.get(&path).await.does_not_say("Set for this key");
    let api = format!("/organizations/acme/api-keys/{}", key.id);
    world.operate("PATCH", &api, json!({"limits": [{"requests": 12_000, "per": "minute"}]})).await;
    assert_eq!(call(&world, &key).await, 200);
    let shown = browser.get(&path).await;
    shown.says("1 of 12,000 used");
    shown.says("Set for this key by Fanfare");

    let typed = [("name", "web"), ("scope", "read:experiences"), ("expires", "never"), ("limit-minute", "2")];
    assert_eq!(browser.submit(&form, &path, &typed).await.leads_to(&path), format!("{path}?done=edited"));
    let shown = browser.get(&path).await;
    shown.says("1 of 2 used");
    shown.says("Set for this key by you or your colleagues");
    assert_eq!([call(&world, &key).await, call(&world, &key).await], [200, 429]);
    browser.get("/portal/acme/activity").await.says("Limits changed");
}

#[tokio::test]
async fn the_form_sets_the_list_of_the_organizations_people_and_leaves_the_operators_alone() {
    let (world, _file) = asking().await;
    let browser = world.visitor("acme").await;
    let fields = [("name", "web"), ("type", "secret"), ("scope", "read:experiences"), ("expires", "never")];
    let order = [&fields[..], &[("limit-minute", " 30 "), ("limit-hour", "7")]].concat();
    assert_eq!(browser.submit(NEW, KEYS, &order).await.status, 200);
    let [id] = world.key_ids("acme").await.try_into().unwrap();
    let key = Key { id, secret: String::new() };
    let own = json!({"requests": 30, "per": "minute", "setBy": "manager"});
    assert_eq!(limits(&world, &key).await, json!([own]), "requests are not counted in hours");

    let api = format!("/organizations/acme/api-keys/{}", key.id);
    world.operate("PATCH", &api, json!({"limits": [{"requests": 20, "per": "minute"}]})).await;
    let operators = json!({"requests": 20, "per": "minute", "setBy": "operator"});
    let (form, path) = (page(&key, "/edit"), page(&key, ""));
    assert!(browser.get(&form).await.body.contains("name=\"limit-minute\" value=\"30\""));
    for (number, done, set) in
        [("30", "same", json!([operators, own])), ("", "edited", json!([operators])), ("", "same", json!([operators]))]
    {
        let typed = [&fields[..], &[("limit-minute", number)]].concat();
        let answer = browser.submit(&form, &path, &typed).await;
        assert_eq!(answer.leads_to(&path), format!("{path}?done={done}"), "{number:?}");
        assert_eq!(limits(&world, &key).await, set, "{number:?}");
    }
}

#[tokio::test]
async fn what_is_no_number_of_requests_comes_back_beside_its_field() {
    let (world, _file) = asking().await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let (form, path) = (page(&key, "/edit"), page(&key, ""));
    let before = world.authority().await;
    for number in ["0", "-1", "+5", "1.5", "1e3", "many", "4294967296", "1 000", "\"><b>"] {
        let typed = [("name", "web"), ("scope", "read:experiences"), ("expires", "never"), ("limit-minute", number)];
        let answer = browser.submit(&form, &path, &typed).await;
        assert_eq!(answer.status, 422, "{number}");
        answer.says("Each minute: enter a whole number from 1 to 4,294,967,295, or nothing");
        assert!(answer.body.contains("href=\"#limit-minute\"") && answer.body.contains("id=\"limit-minute-wrong\""));
        let shown = number.replace('"', "&#34;").replace('<', "&#60;").replace('>', "&#62;");
        assert!(answer.body.contains(&format!("name=\"limit-minute\" value=\"{shown}\"")), "{number}");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_form_that_asks_for_no_limits_takes_none_away() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let order = json!({"name": "web", "type": "secret", "scopes": ["read:experiences"], "limits": [{"requests": 5, "per": "minute"}]});
    let manager = world.key("acme", json!({"name": "manager", "type": "secret"})).await;
    let made = world.post("/api/v1/acme/api-keys", &manager, order).await.json();
    let key = Key { id: made["data"]["id"].as_str().unwrap().to_owned(), secret: String::new() };
    let before = limits(&world, &key).await;
    let typed = [("name", "shop"), ("scope", "read:experiences"), ("expires", "never"), ("limit-minute", "7")];
    let answer = browser.submit(&page(&key, "/edit"), &page(&key, ""), &typed).await;
    assert_eq!((answer.status, limits(&world, &key).await), (303, before.clone()));
    assert_eq!(before[0]["requests"], 5);
}
