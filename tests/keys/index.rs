use dynamodb::AttributeValue;
use serde_json::{Value, json};

use crate::support::World;

/// Takes away what is noted of ids, as in a stack that was made before ids were noted. Returns how many there were.
async fn forget(world: &World) -> usize {
    let client = world.stack.dynamodb().client();
    let items = client.scan().table_name("KeysTable").send().await.unwrap().items().to_vec();
    let mut count = 0;
    for item in items {
        let names = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
        if item["sk"] == AttributeValue::S("key".to_owned()) {
            client.delete_item().table_name("KeysTable").set_key(Some(names.into())).send().await.unwrap();
            count += 1;
        }
    }

    count
}

#[tokio::test]
async fn keys_that_were_made_before_ids_were_noted_can_be_found_by_them() {
    let world = World::serving("fayne").await;
    let mut keys = Vec::new();
    for org in ["acme", "bravo", "charlie"] {
        world.organization(org, json!({"plan": "pro"})).await;
        for name in ["a", "b"] {
            keys.push((org, world.key(org, json!({"name": name, "scopes": ["read"]})).await));
        }
    }
    assert_eq!(forget(&world).await, keys.len());
    let find = async |id: &str| world.operate("POST", "/keys/find", json!({"keyId": id})).await;
    assert_eq!(find(&keys[0].1.id).await.status, 404);

    for _ in 0..2 {
        let done = world.operate("POST", "/keys/index", json!({})).await;
        done.is(200, &[], &format!(r#"{{"data":{{"indexed":{},"cursor":null}}}}"#, keys.len()));
    }
    for (org, key) in &keys {
        assert_eq!(find(&key.id).await.json()["data"][0]["organization"], *org);
    }
}

#[tokio::test]
async fn what_there_is_no_time_for_is_done_by_the_next_call() {
    let world = World::hurried("standard", 3, 300).await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]});
    for (first, org) in ["acme", "bravo"].into_iter().enumerate() {
        world.organization(org, terms.clone()).await;
        for page in 0..3 {
            let key = |number: u32| {
                let digest = format!("{first:02}{page:02}{number:060}");
                json!({"sha256": digest, "name": "a", "type": "live"})
            };
            let keys: Vec<_> = (0..100).map(key).collect();
            let path = format!("/organizations/{org}/api-keys/import");
            loop {
                let taken = world.operate("POST", &path, json!({"keys": keys})).await.json();
                if !taken["data"]["results"].as_array().unwrap().iter().any(|one| one["result"] == "busy") {
                    break;
                }
            }
        }
    }
    let noted = forget(&world).await;
    assert_eq!(noted, 600);
    // Each write is late, so that the time of a call is over soon.
    let slow = local::dynamodb::Fault::Delay(std::time::Duration::from_millis(150)).always().on("TransactWriteItems");
    world.stack.dynamodb().inject(slow);
    let (mut indexed, mut calls, mut cursor) = (0, 0, Value::Null);
    loop {
        let done = world.operate("POST", "/keys/index", json!({"cursor": cursor})).await;
        assert_eq!(done.status, 200, "{done:?}");
        indexed += done.json()["data"]["indexed"].as_u64().unwrap();
        calls += 1;
        cursor = done.json()["data"]["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!((indexed, forget(&world).await), (600, 600));
    assert!(calls > 1, "{calls}");
}

#[tokio::test]
async fn it_goes_on_where_it_has_stopped() {
    let world = World::serving("fayne").await;
    for org in ["acme", "bravo"] {
        world.organization(org, json!({"plan": "pro"})).await;
        for name in ["a", "b", "c"] {
            world.key(org, json!({"name": name, "scopes": ["read"]})).await;
        }
    }
    let newest_first = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json();
    let newest = newest_first["data"][0]["id"].as_str().unwrap().to_owned();
    for (cursor, indexed) in [("acme".to_owned(), 3), ("bravo".to_owned(), 0), (format!("acme/{newest}"), 5)] {
        let done = world.operate("POST", "/keys/index", json!({"cursor": cursor})).await;
        assert_eq!((done.status, &done.json()["data"]["indexed"]), (200, &json!(indexed)), "{cursor}");
    }
    for cursor in ["", "ACME", "acme/", "acme/key_1", "acme/x/y"] {
        let answer = world.operate("POST", "/keys/index", json!({"cursor": cursor})).await;
        assert_eq!(answer.status, 400, "{cursor}");
        assert_eq!(answer.json()["error"]["message"], "cursor must be one that this list gave");
    }
}
