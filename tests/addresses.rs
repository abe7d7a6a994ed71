//! The promise: a key with a list of addresses is let in from there alone, and whoever comes from elsewhere learns nothing.

use serde_json::{Value, json};

use crate::support::{Key, World};

async fn bound(addresses: Value) -> (World, Key) {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 3, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a", "allowedAddresses": addresses})).await;

    (world, key)
}

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

async fn verdict(world: &World, key: &Key, address: Option<&str>) -> Value {
    let mut question = json!({"key": key.secret});
    if let Some(address) = address {
        question["address"] = address.into();
    }
    let answer = world.operate("POST", "/verify", question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

#[tokio::test]
async fn who_comes_from_elsewhere_is_refused_counts_nothing_and_is_told_nothing_of_the_list() {
    let (world, key) = bound(json!(["203.0.113.0/24", "2001:db8::1"])).await;
    for (address, valid) in [
        (Some("203.0.113.9"), true),
        (Some("203.0.114.9"), false),
        (None, false),
        (Some("2001:db8::1"), true),
        (Some("::ffff:203.0.113.1"), true),
        (Some("2001:db8::2"), false),
        // The limit is reached: that is told only to those who may come.
        (Some("203.0.113.9"), false),
        (Some("198.51.100.1"), false),
    ] {
        let said = verdict(&world, &key, address).await;
        assert_eq!(said["valid"], valid, "{address:?}: {said}");
        if !valid && address != Some("203.0.113.9") {
            assert_eq!(said["reason"], "address_not_allowed", "{said}");
            assert_eq!((&said["response"]["status"], said.get("rateLimit")), (&json!(403), None));
            let told = said["response"].to_string();
            assert!(!told.contains("203.0.113") && !told.contains("2001:db8"), "{told}");
        }
    }
    assert_eq!(verdict(&world, &key, Some("203.0.113.9")).await["reason"], "rate_limited");
    // Through the API itself it is the caller's own address, and no header makes it another one.
    let answer = world.get("/api/v1/acme/api-keys", &key).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (403, &json!("address_not_allowed")));
    let (header, credential) = world.credential(&key.secret);
    let forged = [(&*header, &*credential), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(world.http.send("GET", "/api/v1/acme/api-keys", &forged, None).await.status, 403);
}

#[tokio::test]
async fn a_changed_list_is_in_force_when_the_change_returns() {
    let (world, key) = bound(json!(["203.0.113.7"])).await;
    world.organization("acme", json!({"limits": [{"requests": 1000, "per": "minute"}]})).await;
    let from = async |address| verdict(&world, &key, Some(address)).await["valid"] == true;
    for (list, here, there) in [
        (json!(["203.0.113.7"]), true, false),
        (json!(["198.51.100.0/24"]), false, true),
        (json!(["198.51.100.0/24", "203.0.113.0/28"]), true, true),
        (Value::Null, true, true),
        (json!(["203.0.113.8"]), false, false),
    ] {
        let answer = world.operate("PATCH", &path(&key), json!({"allowedAddresses": list})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = answer.json()["data"].get("allowedAddresses").cloned().unwrap_or_default();
        assert_eq!(shown, list, "as it was set");
        // Twice: by what the function saw before, and by what it has seen since.
        for _ in 0..2 {
            assert_eq!((from("203.0.113.7").await, from("198.51.100.1").await), (here, there), "{list}");
        }
    }
}

#[tokio::test]
async fn a_list_goes_with_the_key_to_its_next_secret_and_comes_with_an_import() {
    let (world, key) = bound(json!(["203.0.113.7"])).await;
    verdict(&world, &key, Some("203.0.113.7")).await;
    let regenerated =
        world.operate("POST", &format!("{}/regenerate", path(&key)), json!({"overlapSeconds": 600})).await;
    let secret = regenerated.json()["data"]["key"].as_str().unwrap().to_owned();
    let new = Key { id: key.id.clone(), secret };
    for key in [&key, &new] {
        assert_eq!(verdict(&world, key, Some("198.51.100.1")).await["reason"], "address_not_allowed");
    }
    assert_eq!(verdict(&world, &new, Some("203.0.113.7")).await["rateLimit"]["remaining"], 1);

    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let foreign = json!({"keys": [{"sha256": sha256, "name": "b", "allowedAddresses": ["2001:db8::/32"]}]});
    let answer = world.operate("POST", "/organizations/acme/api-keys/import", foreign).await;
    let id = answer.json()["data"]["results"][0]["id"].as_str().unwrap().to_owned();
    let shown = world.operate("GET", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await;
    assert_eq!(shown.json()["data"]["allowedAddresses"], json!(["2001:db8::/32"]));
}

#[tokio::test]
async fn what_is_no_list_of_addresses_is_named_and_leaves_nothing_behind() {
    let (world, key) = bound(json!(["203.0.113.7"])).await;
    let before = world.authority().await;
    for list in [
        json!([]),
        json!(["everywhere"]),
        json!(["0.0.0.0/0"]),
        json!(["::/0"]),
        json!(["203.0.113.7/24"]),
        json!(["203.0.113.7", 7]),
        json!("203.0.113.7"),
        Value::from(vec!["203.0.113.7"; 21]),
    ] {
        for (method, path, body) in [
            ("POST", "/organizations/acme/api-keys".to_owned(), json!({"name": "b", "allowedAddresses": list})),
            ("PATCH", path(&key), json!({"allowedAddresses": list})),
        ] {
            let answer = world.operate(method, &path, body).await;
            assert_eq!(answer.status, 400, "{list}: {answer:?}");
            assert!(answer.body.contains("allowedAddresses"), "{list}: {answer:?}");
        }
    }
    for address in [json!("here"), json!(7), json!("203.0.113.0/24")] {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret, "address": address})).await;
        assert_eq!(answer.status, 400, "{address}: {answer:?}");
    }
    assert_eq!(world.authority().await, before);
}
