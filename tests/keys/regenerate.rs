use serde_json::{Value, json};

use crate::support::{Key, START, World, all};

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

/// Gives `key` a new secret, which must work.
async fn regenerate(world: &World, key: &Key, overlap_seconds: i64) -> Key {
    let path = format!("{}/regenerate", path(key));
    let answer = world.operate("POST", &path, json!({"overlapSeconds": overlap_seconds})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let data = answer.json()["data"].clone();
    assert_eq!(data["id"], key.id);

    Key { id: key.id.clone(), secret: data["key"].as_str().unwrap().to_owned() }
}

async fn status(world: &World, key: &Key) -> u16 {
    world.get("/api/v1/courses", key).await.status
}

#[tokio::test]
async fn a_key_gets_a_new_secret_and_stays_the_same_key() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(status(&world, &key).await, 200);
    let before = world.operate("GET", &path(&key), Value::Null).await.json()["data"].clone();
    // No body is as good as an empty one.
    let answer = world.operate("POST", &format!("{}/regenerate", path(&key)), Value::Null).await;
    let mut data = answer.json()["data"].clone();
    assert_eq!(answer.status, 200, "{answer:?}");
    let secret = data["key"].take().as_str().unwrap().to_owned();
    assert!(secret.starts_with("fa_live_") && secret.len() == 40 && secret != key.secret);
    let mut after = world.operate("GET", &path(&key), Value::Null).await.json()["data"].clone();
    assert_ne!(after["fingerprint"], before["fingerprint"]);
    assert_eq!(after["fingerprint"], data["fingerprint"]);
    after["fingerprint"] = before["fingerprint"].clone();
    assert_eq!(after.as_object_mut().unwrap().remove("lastRotatedAt"), Some(json!(START)));
    assert_eq!(after, before, "all else is as it was, lastUsedAt too");
    assert_eq!(before["lastUsedAt"], START);
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!((&listed[0]["id"], &listed[0]["lastUsedAt"]), (&before["id"], &before["lastUsedAt"]));

    let new = Key { id: key.id.clone(), secret };
    assert_eq!([status(&world, &key).await, status(&world, &new).await], [401, 200]);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["action"] == "key.regenerated").unwrap();
    assert_eq!(row["before"]["fingerprint"], before["fingerprint"]);
    assert_eq!(row["after"]["fingerprint"], data["fingerprint"]);
    assert!(!rows.to_string().contains(&new.secret[8..]), "no secret is in the trail");
}

#[tokio::test]
async fn a_key_that_has_expired_gets_no_secret_and_an_overlap_ends_with_its_key() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let old = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:01:00Z"})).await;
    let new = regenerate(&world, &old, 3_600).await;
    let shown = world.operate("GET", &path(&old), Value::Null).await.json()["data"]["overlapEndsAt"].clone();
    assert_eq!(shown, "2030-06-15T00:01:00Z");
    world.at("2030-06-15T00:00:59.999Z");
    assert_eq!([status(&world, &old).await, status(&world, &new).await], [200, 200]);
    world.at("2030-06-15T00:01:00Z");
    assert_eq!([status(&world, &old).await, status(&world, &new).await], [401, 401]);
    let answer = world.operate("POST", &format!("{}/regenerate", path(&old)), Value::Null).await;
    assert!(answer.status == 409 && answer.body.contains("expired"), "{answer:?}");
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 3, "{rows}");
}

#[tokio::test]
async fn the_old_secret_works_to_the_end_of_the_overlap_and_not_a_millisecond_longer() {
    let (world, old) = World::academy("pro").await;
    let new = regenerate(&world, &old, 60).await;
    let shown = world.operate("GET", &path(&old), Value::Null).await.json()["data"]["overlapEndsAt"].clone();
    assert_eq!(shown, "2030-06-15T00:01:30Z");
    for (now, expected) in [
        (START, [200, 200]),
        ("2030-06-15T00:01:29.999Z", [200, 200]),
        ("2030-06-15T00:01:30Z", [401, 200]),
        ("2030-06-16T00:00:00Z", [401, 200]),
    ] {
        world.at(now);
        assert_eq!([status(&world, &old).await, status(&world, &new).await], expected, "{now}");
    }
    let shown = world.operate("GET", &path(&old), Value::Null).await.json()["data"]["overlapEndsAt"].clone();
    assert_eq!(shown, Value::Null);
}

#[tokio::test]
async fn a_new_secret_brings_no_new_quota() {
    for overlap in [0, 60] {
        let (world, old) = World::academy("pro").await;
        world.organization("acme", json!({"limits": [{"requests": 4, "per": "minute"}]})).await;
        assert_eq!([status(&world, &old).await, status(&world, &old).await], [200, 200]);
        let unused = regenerate(&world, &old, overlap).await;
        // A secret that nobody has used hands on what it was to take over.
        let new = regenerate(&world, &unused, overlap).await;
        assert_eq!([status(&world, &old).await, status(&world, &new).await], [401, 200], "{overlap}");
        let newest = regenerate(&world, &new, overlap).await;
        let last = if overlap == 0 { &newest } else { &new };
        assert_eq!(status(&world, last).await, 200);
        assert_eq!(status(&world, &newest).await, 429);
        assert_eq!(status(&world, &new).await, if overlap == 0 { 401 } else { 429 });
        let again = regenerate(&world, &newest, overlap).await;
        assert_eq!(status(&world, &again).await, 429, "a refused first request takes over too");
        world.at("2030-06-15T00:01:00Z");
        assert_eq!(status(&world, &again).await, 200);
    }
}

#[tokio::test]
async fn both_secrets_draw_on_one_quota_however_many_ask_at_once() {
    let (world, old) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 20, "per": "minute"}]})).await;
    assert_eq!(all((0..5).map(|_| status(&world, &old))).await, [200; 5]);
    let new = regenerate(&world, &old, 60).await;
    let answers = all((0..30).map(|n| status(&world, if n % 2 == 0 { &old } else { &new }))).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 15, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 15, "{answers:?}");
}

#[tokio::test]
async fn a_request_that_is_counted_while_the_secret_is_replaced_is_taken_over() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 1000, "per": "minute"}]})).await;
    let mut newest = key.clone();
    let mut admitted = 0;
    for _ in 0..5 {
        let old = newest.clone();
        let (statuses, new) = tokio::join!(all((0..20).map(|_| status(&world, &old))), regenerate(&world, &old, 60));
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        admitted += statuses.len();
        newest = new;
    }
    let answer = world.operate("POST", "/verify", json!({"key": newest.secret})).await.json()["data"].clone();
    assert_eq!(answer["rateLimit"]["remaining"], 1000 - admitted - 1, "{answer}");
}

#[tokio::test]
async fn the_old_secret_goes_with_its_key_and_stands_under_its_terms() {
    let (world, old) = World::academy("pro").await;
    let new = regenerate(&world, &old, 3_600).await;
    let both = async || [status(&world, &old).await, status(&world, &new).await];
    assert_eq!(both().await, [200, 200]);
    world.operate("PATCH", &path(&old), json!({"status": "inactive"})).await;
    assert_eq!(both().await, [401, 401]);
    world.operate("PATCH", &path(&old), json!({"status": "active"})).await;
    assert_eq!(both().await, [200, 200]);
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(both().await, [402, 402]);
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(both().await, [200, 200]);
    assert_eq!(world.operate("DELETE", &path(&old), Value::Null).await.status, 200);
    assert_eq!(both().await, [401, 401]);
    let left = |item: &String| item.contains("sk=S(\"organization\")") || item.contains("ended=N(");
    assert!(world.authority().await.iter().all(left), "nothing of the key is left but that its secrets have ended");
}

#[tokio::test]
async fn without_any_counters_both_secrets_still_work() {
    let (world, old) = World::academy("pro").await;
    let new = regenerate(&world, &old, 60).await;
    // As after the authority was restored from a backup.
    let client = world.stack.dynamodb().client();
    let items = client.scan().table_name("CountersTable").send().await.unwrap();
    for item in items.items() {
        let delete = client.delete_item().table_name("CountersTable").key("digest", item["digest"].clone());
        delete.send().await.unwrap();
    }
    assert_eq!([status(&world, &old).await, status(&world, &new).await, status(&world, &old).await], [200; 3]);
    world.at("2030-06-15T00:01:30Z");
    assert_eq!([status(&world, &old).await, status(&world, &new).await], [401, 200]);
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_names_the_field_and_changes_nothing() {
    let (world, key) = World::academy("pro").await;
    let regenerate = format!("{}/regenerate", path(&key));
    for (wish, message) in [
        (json!({"overlapSeconds": -1}), "overlapSeconds must be a number from 0 to 604800"),
        (json!({"overlapSeconds": 604_801}), "overlapSeconds must be a number from 0 to 604800"),
        (json!({"overlapSeconds": "60"}), "overlapSeconds must be a whole number"),
        (json!({"overlap": 60}), "overlap is not known here"),
        (json!([]), "body must be an object"),
    ] {
        let answer = world.operate("POST", &regenerate, wish).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    assert_eq!(status(&world, &key).await, 200);
    for nobodys in [
        "/organizations/acme/api-keys/key_00000000000000000000000000/regenerate",
        "/organizations/nobody/api-keys/key_00000000000000000000000000/regenerate",
    ] {
        assert_eq!(world.operate("POST", nobodys, Value::Null).await.status, 404);
    }
}

#[tokio::test]
async fn nobody_gets_the_secret_of_a_key_that_may_do_more() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let manager = json!({"name": "manager", "type": "restricted", "scopes": ["keys:manage"]});
    let manager = world.key("acme", manager).await;
    let admin = world.key("acme", json!({"name": "admin", "type": "admin"})).await;
    let path = |key: &Key| format!("/api/v1/acme/api-keys/{}/regenerate", key.id);
    assert_eq!(world.call("POST", &path(&admin), &manager.secret, None).await.status, 403);
    let answer = world.call("POST", &path(&manager), &manager.secret, None).await;
    assert_eq!(answer.status, 200, "its own it can have");
    let newer = answer.json()["data"]["key"].as_str().unwrap().to_owned();
    assert_eq!(world.call("GET", "/api/v1/acme/api-keys", &manager.secret, None).await.status, 401);
    assert_eq!(world.call("GET", "/api/v1/acme/api-keys", &newer, None).await.status, 200);
}

#[tokio::test]
async fn a_repeat_under_the_same_name_does_nothing_and_shows_no_secret() {
    let (world, key) = World::academy("pro").await;
    let path = format!("{}/regenerate", path(&key));
    let once = async |wish: Value| world.operate_once("rotation-1", "POST", &path, wish).await;
    let answers = all((0..8).map(|_| once(json!({"overlapSeconds": 60})))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let data: Vec<_> = answers.iter().map(|answer| answer.json()["data"].clone()).collect();
    let shown: Vec<_> = data.iter().filter_map(|data| data["key"].as_str()).collect();
    let [secret] = *shown else { panic!("{shown:?}") };
    assert!(data.iter().all(|other| other["fingerprint"] == data[0]["fingerprint"]), "{data:?}");
    let new = Key { id: key.id.clone(), secret: secret.to_owned() };
    assert_eq!([status(&world, &key).await, status(&world, &new).await], [200, 200]);
    assert_eq!(once(json!({"overlapSeconds": 61})).await.status, 409);
}
