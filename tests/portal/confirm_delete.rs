use serde_json::json;

use crate::portal::{call, issued, open, page};

#[tokio::test]
async fn the_page_names_the_key_what_it_did_and_what_callers_will_get() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    for _ in 0..3 {
        assert_eq!(call(&world, &key).await, 200);
    }
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let shown = world.operate("GET", &path, json!(null)).await.json()["data"].clone();
    let browser = world.visitor("acme").await;
    let before = world.authority().await;
    let form = browser.get(&page(&key, "/delete")).await;
    form.says("Delete web");
    form.says("This is immediate and irreversible.");
    form.says(shown["fingerprint"].as_str().unwrap());
    form.says("Last 24 hours 3 requests");
    form.says("Callers will get 401");
    form.says("Type the name of the key to confirm");
    assert_eq!(form.link("Deactivate it instead", &page(&key, "/delete")), Some(page(&key, "/status")));
    assert_eq!(world.authority().await, before, "looking changes nothing");
}

#[tokio::test]
async fn what_a_contract_does_not_open_is_not_offered_instead() {
    for (contract, verb) in [("fabraix", "Delete"), ("fayne", "Delete"), ("thefaq", "Revoke")] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let key = super::create(&browser, contract).await;
        let form = browser.get(&page(&key, "/delete")).await;
        form.says(&format!("{verb} web"));
        form.does_not_say("instead");
        assert!(form.body.contains(&format!("<button class=\"button danger\">{verb}</button>")), "{contract}");
    }
}

#[tokio::test]
async fn a_key_that_is_off_is_not_to_be_switched_off_instead() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    browser.submit(&path, &path, &[("status", "inactive")]).await;
    browser.get(&page(&key, "/delete")).await.does_not_say("instead");
}
