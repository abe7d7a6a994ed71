use serde_json::json;

use crate::portal::{KEYS, NEW, open};
use crate::support::{Answer, World};

/// The values that are ticked or chosen on a form.
fn ticked(page: &Answer) -> Vec<String> {
    let inputs = page.body.split("<input ").skip(1).filter_map(|input| input.split_once('>')).map(|(input, _)| input);
    let chosen = inputs.filter(|input| input.contains(" checked"));

    chosen.map(|input| input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_form_asks_what_its_contract_asks_and_gives_the_least_at_first() {
    for (contract, submit, fields, chosen) in [
        ("fayne", "Create API key", &["name"][..], &[][..]),
        ("fabraix", "Create New Key", &["name", "scope", "type"], &[]),
        ("thefaq", "Create key", &["name", "scope"], &["read"]),
        ("fanfare", "Create", &["date", "expires", "name", "scope", "type"], &["read:experiences", "never"]),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let page = browser.get(NEW).await;
        assert_eq!(page.status, 200);
        let names = page.body.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let names: std::collections::BTreeSet<_> = names.collect();
        let expected = ["color-scheme", "once", "viewport"].iter().chain(fields).copied().collect();
        assert_eq!(names, expected, "{contract}");
        assert!(page.body.contains(&format!("<button class=\"button\">{submit}</button>")), "{contract}");
        assert_eq!(ticked(&page), chosen, "{contract}");
    }
}

#[tokio::test]
async fn a_link_fills_in_the_form_and_sends_nothing() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let before = world.authority().await;
    let path = format!("{NEW}?name=%22web%22&type=secret&scopes=read:analytics,read:consumers");
    let page = browser.get(&path).await;
    assert!(page.body.contains("value=\"&#34;web&#34;\""), "{}", page.body);
    assert_eq!(ticked(&page), ["secret", "read:analytics", "read:consumers", "never"]);
    assert_eq!(world.authority().await, before);
    for odd in ["?name=a&name=b", "?type=nonsense", "?scopes=nonsense", "?name=%00%FF", "?once=1"] {
        let status = browser.get(&format!("{NEW}{odd}")).await.status;
        assert!([200, 400].contains(&status), "{odd}: {status}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_regenerated_leads_to_a_form_for_another_one_like_it() {
    let world = open("thefaq").await;
    let key = world.key("acme", json!({"name": "web & co", "scopes": ["write"]})).await;
    let browser = world.visitor("acme").await;
    let path = super::page(&key, "");
    let form = browser.get(&path).await.link("Create a key with the same permissions", &path).unwrap();
    let page = browser.get(&form).await;
    assert!(page.body.contains("value=\"web &#38; co\"") || page.body.contains("value=\"web &amp; co\""), "{form}");
    assert_eq!(ticked(&page), ["write"], "{form}");
}

#[tokio::test]
async fn a_form_that_cannot_work_is_not_shown() {
    for (contract, plan, keys, said) in [
        ("fayne", "trial", 0, "API access requires a paid plan"),
        ("thefaq", "free", 2, "The plan free allows 2 API keys"),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        for _ in 0..keys {
            world.key("acme", json!({"name": "a"})).await;
        }
        let browser = world.visitor("acme").await;
        let page = browser.get(NEW).await;
        page.says(said);
        assert!(!page.body.contains("name=\"name\""), "{contract}");
        browser.get(KEYS).await.says(said);
    }
}

#[tokio::test]
async fn a_plan_without_a_choice_says_so() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "free"})).await;
    let browser = world.visitor("acme").await;
    let page = browser.get(NEW).await;
    page.says("On your plan, the permissions of keys cannot be chosen.");
    assert!(!page.body.contains("name=\"scope\""));
}

#[tokio::test]
async fn a_type_that_does_not_work_at_this_stage_is_not_offered() {
    for (stage, types) in [("local", vec!["public", "secret", "test"]), ("production", vec!["public", "secret"])] {
        let world = World::at_stage("fanfare", stage).await;
        world.organization("acme", json!({"plan": "pro"})).await;
        let page = world.visitor("acme").await.get(NEW).await;
        let offered = page.body.split("name=\"type\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert_eq!(offered.collect::<Vec<_>>(), types, "{stage}");
    }
}

#[tokio::test]
async fn a_key_that_the_form_cannot_make_again_is_not_said_to_be_the_same() {
    let world = open("fayne").await;
    let weak = world.key("acme", json!({"name": "read only", "scopes": ["read"]})).await;
    let usual = world.key("acme", json!({"name": "usual"})).await;
    let browser = world.visitor("acme").await;
    let path = super::page(&weak, "");
    let shown = browser.get(&path).await;
    assert_eq!(shown.link("Create a key with the same permissions", &path), None);
    shown.says("A key that is made here has other permissions than this one: read write");
    assert_eq!(shown.link("Create another key", &path), Some(format!("{NEW}?name=read+only")));
    let path = super::page(&usual, "");
    let form = browser.get(&path).await.link("Create a key with the same permissions", &path);
    assert_eq!(form, Some(format!("{NEW}?name=usual")));
}

#[tokio::test]
async fn what_a_link_asks_for_and_the_form_does_not_give_is_said() {
    for (contract, asked, gets) in [
        ("fayne", "read", Some("read write")),
        ("fayne", "read,write", None),
        ("thefaq", "write", None),
        ("thefaq", "read,admin", Some("read")),
    ] {
        let world = open(contract).await;
        let page = world.visitor("acme").await.get(&format!("{NEW}?name=a&scopes={asked}")).await;
        let said = page.words();
        let said =
            said.split_once("A key that is made here has: ").map(|(_, rest)| rest.split(" Name").next().unwrap());
        assert_eq!(said, gets, "{contract}: {asked}");
    }
}

#[tokio::test]
async fn at_the_cap_a_page_says_what_helps() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    for _ in 0..2 {
        world.key("acme", json!({"name": "a"})).await;
    }
    let browser = world.visitor("acme").await;
    for path in [KEYS, NEW] {
        browser.get(path).await.says("The plan free allows 2 API keys. Delete a key that is not used any more");
    }
}
