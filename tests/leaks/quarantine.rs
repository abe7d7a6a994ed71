//! What a key in quarantine may, and every way out of it.

use serde_json::{Value, json};

use super::{PLACE, acme, beside, leaked, quarantined, read, shown, trail_of, write};
use crate::alerts::watch;
use crate::support::{Key, World, own_contract};

#[tokio::test]
async fn a_key_in_quarantine_may_read_once_a_minute_until_it_has_a_new_secret() {
    let world = World::serving("standard").await;
    acme(&world, Value::Null).await;
    let key = world.key("acme", json!({"name": "server", "type": "live", "scopes": ["admin"]})).await;
    let other = world.key("acme", json!({"name": "other", "type": "live"})).await;
    assert_eq!(write(&world, &key).await, 201);
    // Before the first minute is over, the key has used what quarantine leaves of it.
    leaked(&world, &key).await;
    assert_eq!([read(&world, &key).await, write(&world, &key).await], [429, 429]);
    world.at("2030-06-15T00:01:00Z");
    let answer = world.get("/v1/notes", &key).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (200, Some("1")), "{answer:?}");
    assert_eq!(read(&world, &key).await, 429);
    world.at("2030-06-15T00:02:00Z");
    assert_eq!([write(&world, &key).await, read(&world, &key).await], [403, 429]);
    assert_eq!([read(&world, &other).await, write(&world, &other).await], [200, 201]);
    // It manages nothing any more.
    world.at("2030-06-15T00:03:00Z");
    assert_eq!(world.get("/api/v1/acme/api-keys", &key).await.status, 403);

    let leak =
        json!({"at": "2030-06-15T00:00:30Z", "source": "report", "url": PLACE, "done": "quarantine", "old": false});
    let now = shown(&world, &key).await;
    assert_eq!((&now["status"], &now["leak"]), (&json!("quarantined"), &leak), "{now}");
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json();
    assert!(listed["data"].as_array().unwrap().contains(&now), "{listed}");

    // The old secret must not go on working; without that, a new one ends the quarantine.
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let both = world.operate("POST", &path, json!({"overlapSeconds": 60})).await;
    assert_eq!((both.status, both.json()["code"].clone()), (409, json!("conflict")), "{both:?}");
    let new = world.operate("POST", &path, Value::Null).await.json()["data"]["key"].as_str().unwrap().to_owned();
    let new = Key { secret: new, id: key.id.clone() };
    assert_eq!([write(&world, &new).await, read(&world, &new).await, read(&world, &key).await], [201, 200, 401]);
    let now = shown(&world, &new).await;
    assert_eq!((&now["status"], &now["leak"]), (&json!("active"), &Value::Null));
    // What has leaked is history, and is not told of again.
    let before = trail_of(&world, &key).await;
    leaked(&world, &key).await;
    assert_eq!(trail_of(&world, &key).await, before);
}

#[tokio::test]
async fn whoever_lets_a_key_out_of_quarantine_has_decided() {
    let (world, key) = quarantined().await;
    assert_eq!(write(&world, &key).await, 403);
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let refused = world.operate("PATCH", &path, json!({"status": "quarantined"})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(world.operate("PATCH", &path, json!({"status": "active"})).await.status, 200);
    assert_eq!(write(&world, &key).await, 201);
    leaked(&world, &key).await;
    assert_eq!(write(&world, &key).await, 201);
    // It stays decided, also while the key is off.
    let off = world.operate("PATCH", &path, json!({"status": "inactive"})).await;
    assert_eq!(off.json()["data"]["status"], "inactive", "{off:?}");
    leaked(&world, &key).await;
    let exported =
        world.operate("GET", "/organizations/acme/api-keys/export", Value::Null).await.json()["data"].clone();
    assert_eq!(exported[0]["leak"]["settled"], true, "{exported}");
    // In another stack, too.
    let other = World::serving("standard").await;
    acme(&other, Value::Null).await;
    let taken = other.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": exported})).await.json();
    assert_eq!(taken["data"]["imported"], 1, "{taken}");
    let on = other.operate("PATCH", &path, json!({"status": "active"})).await;
    assert_eq!(on.json()["data"]["status"], "active", "{on:?}");
    let on = world.operate("PATCH", &path, json!({"status": "active"})).await;
    assert_eq!(on.json()["data"]["status"], "active", "{on:?}");
    assert_eq!(write(&world, &key).await, 201);
    // A stricter policy is another matter.
    acme(&world, json!("revoke")).await;
    leaked(&world, &key).await;
    assert_eq!(write(&world, &key).await, 401);
}

#[tokio::test]
async fn a_manager_narrows_a_key_in_quarantine_that_may_more_than_itself() {
    let contract = own_contract("standard", |text| text.replace("all_scopes = \"admin\"\n", ""));
    let world = World::own(contract, |builder| builder).await;
    acme(&world, Value::Null).await;
    let manager = world.key("acme", json!({"name": "manager", "type": "live", "scopes": ["admin"]})).await;
    let key = world.key("acme", json!({"name": "a", "type": "live", "scopes": ["read", "write"]})).await;
    leaked(&world, &key).await;
    let path = format!("/api/v1/acme/api-keys/{}", key.id);
    let change = async |change: Value| world.call("PATCH", &path, &manager.secret, Some(change)).await.status;
    for narrower in [json!({"name": "b"}), json!({"scopes": ["read"]}), json!({"expiresAt": "2030-06-20T00:00:00Z"})] {
        assert_eq!(change(narrower.clone()).await, 200, "{narrower}");
    }
    assert_eq!(change(json!({"status": "active"})).await, 403, "it would be let out");
}

#[tokio::test]
async fn off_and_on_again_is_no_way_out_of_quarantine() {
    let world = World::serving("standard").await;
    acme(&world, Value::Null).await;
    for was_off in [true, false] {
        let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        let set = async |status: &str| {
            let set = world.operate("PATCH", &path, json!({"status": status})).await;
            assert_eq!(set.status, 200, "{set:?}");
            set.json()["data"]["status"].clone()
        };
        if was_off {
            set("inactive").await;
        }
        leaked(&world, &key).await;
        assert_eq!(set("inactive").await, "inactive");
        let regenerate = format!("{path}/regenerate");
        assert_eq!(world.operate("POST", &regenerate, json!({"overlapSeconds": 60})).await.status, 409);
        assert_eq!(set("active").await, "quarantined");
        assert_eq!(write(&world, &key).await, 403);
        assert_eq!(set("active").await, "active");
        assert_eq!(write(&world, &key).await, 201);
    }
}

#[tokio::test]
async fn a_key_that_is_switched_on_twice_stays_in_quarantine() {
    let (world, key) = quarantined().await;
    let browser = world.visitor("acme").await;
    let path = format!("/portal/acme/keys/{}/status", key.id);
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    let asked = browser.get(&path).await;
    let form = asked.form(&[("status", "active")]);
    let (one, other) = tokio::join!(browser.post(&path, &form), browser.post(&path, &form));
    assert!([one.status, other.status].into_iter().all(|status| matches!(status, 303 | 409)), "{one:?} {other:?}");
    assert_eq!(browser.post(&path, &form).await.status, 303);
    assert_eq!(shown(&world, &key).await["status"], "quarantined");
}

#[tokio::test]
async fn quarantine_never_gives_a_key_more_than_it_had() {
    let world = World::serving("standard").await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 2, "per": "day"}]});
    world.organization("acme", terms).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    leaked(&world, &key).await;
    let mut answers = Vec::new();
    for minute in 1..=3 {
        world.at(&format!("2030-06-15T00:0{minute}:00Z"));
        answers.push(read(&world, &key).await);
    }
    assert_eq!(answers, [200, 200, 429]);
    // Both secrets of a key have leaked: what is known of the current one stays.
    let old = world.key("acme", json!({"name": "b", "type": "live"})).await;
    let new = beside(&world, &old).await;
    for key in [&new, &old, &new, &old] {
        leaked(&world, key).await;
    }
    let now = shown(&world, &new).await;
    assert_eq!((&now["status"], &now["leak"]["old"]), (&json!("quarantined"), &json!(false)), "{now}");
    let told = trail_of(&world, &new).await.iter().filter(|row| row["action"] == "key.leaked").count();
    assert_eq!(told, 1);
    assert_eq!(read(&world, &old).await, 401);
}

#[tokio::test]
async fn a_contract_that_drops_its_quarantine_leaves_a_key_in_it_nothing() {
    let contract = own_contract("standard", |text| text.replace("title = \"API keys\"", "title = \"Keys\""));
    let world = World::own(contract, |builder| builder.parameter("ReferenceApi", "notes")).await;
    acme(&world, json!("quarantine")).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    leaked(&world, &key).await;
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(read(&world, &key).await, 200);
    world.edit("policy = \"quarantine\"\nquarantine_scopes = [\"read\"]", "policy = \"notify\"").await;
    world.at("2030-06-15T00:02:00Z");
    assert_eq!(read(&world, &key).await, 403);
    // The organization's choice is none that there is: the contract's counts.
    let other = world.key("acme", json!({"name": "b", "type": "live"})).await;
    leaked(&world, &other).await;
    assert_eq!([read(&world, &other).await, write(&world, &other).await], [200, 201]);
    watch(&world.stack).await;
}
