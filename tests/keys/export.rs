use serde_json::{Value, json};

use crate::support::{Key, World, sha256};

async fn all_of(world: &World, org: &str, limit: usize) -> Vec<Value> {
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/organizations/{org}/api-keys/export?limit={limit}{cursor}");
        let page = world.operate("GET", &path, Value::Null).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        let some = page["data"].as_array().unwrap();
        assert!(some.len() <= limit);
        keys.extend(some.iter().cloned());
        match page["meta"]["pagination"]["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return keys,
        }
    }
}

async fn take_over(world: &World, org: &str, keys: &[Value]) -> Vec<Value> {
    let path = format!("/organizations/{org}/api-keys/import");
    let answer = world.operate("POST", &path, json!({"keys": keys})).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    answer.json()["data"]["results"].as_array().unwrap().clone()
}

async fn change(world: &World, key: &Key, to: Value) {
    let answer = world.operate("PATCH", &format!("/organizations/acme/api-keys/{}", key.id), to).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Keys of every kind in the organization `acme`, which may have fewer by now.
async fn furnished(world: &World) -> Vec<Key> {
    world.organization("acme", json!({"plan": "pro", "leaks": "quarantine"})).await;
    let issue = |order: Value| world.key("acme", order);
    let plain = issue(json!({"name": "plain", "type": "live"})).await;
    let admin = issue(json!({"name": "admin", "type": "live", "scopes": ["admin"]})).await;
    let full = issue(json!({
        "name": "füll", "type": "live", "scopes": ["read"], "externalId": "user_42", "metadata": {"team": "billing", "a": "ü"},
        "allowedAddresses": ["203.0.113.0/24", "2001:db8::1"], "expiresAt": "2030-09-01T00:00:00.250Z",
        "limits": [{"requests": 7, "per": "minute", "sliding": true}, {"requests": 50, "per": "day"}],
    }))
    .await;
    let path = format!("/api/v1/acme/api-keys/{}", full.id);
    let limits = json!({"limits": [{"requests": 3, "per": "hour"}]});
    let lowered = world.call("PATCH", &path, &admin.secret, Some(limits)).await;
    assert_eq!(lowered.status, 200, "{lowered:?}");
    let inactive = issue(json!({"name": "off", "type": "test"})).await;
    change(world, &inactive, json!({"status": "inactive"})).await;
    let leaked = issue(json!({"name": "leaked", "type": "live"})).await;
    let report = json!({"key": leaked.secret, "url": format!("https://example.com/?a={}", leaked.secret)});
    assert_eq!(world.http.send("POST", "/leaks/report", &[], Some(report)).await.status, 202);
    let expiring = issue(json!({"name": "short", "type": "live", "expiresAt": "2030-06-15T12:00:00Z"})).await;
    let replaced = issue(json!({"name": "replaced", "type": "live"})).await;
    let path = format!("/organizations/acme/api-keys/{}/regenerate", replaced.id);
    let second = world.operate("POST", &path, json!({"overlapSeconds": 604_800})).await.json()["data"].clone();
    let replaced = Key { secret: second["key"].as_str().unwrap().to_owned(), ..replaced };
    let foreign = "Zt3kQ9vX1mB7cD5eF2gH8jL4nP6r";
    let old =
        json!({"sha256": sha256(foreign), "name": "old", "type": "live", "createdAt": "2024-02-03T04:05:06.789Z"});
    take_over(world, "acme", &[old]).await;

    vec![plain, admin, full, inactive, leaked, expiring, replaced]
}

#[tokio::test]
async fn an_export_imported_into_an_empty_stack_exports_the_same_and_lets_the_same_keys_in() {
    let (old, new) = (World::serving("standard").await, World::serving("standard").await);
    let keys = furnished(&old).await;
    // Since then some time has gone by, and the organization has fewer rights.
    for world in [&old, &new] {
        world.at("2030-06-16T00:00:30Z");
        let terms = json!({"plan": "free", "leaks": "quarantine"});
        world.organization("acme", terms).await;
    }
    let exported = all_of(&old, "acme", 3).await;
    assert_eq!(exported.len(), 8);
    let secrets: Vec<_> = keys.iter().map(|key| &key.secret).collect();
    assert!(exported.iter().all(|key| secrets.iter().all(|secret| !key.to_string().contains(*secret))));

    let results = take_over(&new, "acme", &exported).await;
    assert!(results.iter().all(|result| result["result"] == "imported"), "{results:?}");
    assert!(results.iter().zip(&exported).all(|(result, key)| result["id"] == key["id"]), "{results:?}");
    assert_eq!(all_of(&new, "acme", 100).await, exported);
    for key in &keys {
        let verdicts = [old.verdict(&key.secret).await, new.verdict(&key.secret).await];
        assert_eq!(verdicts[0], verdicts[1], "{}", key.id);
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        let mut shown = Vec::new();
        for world in [&old, &new] {
            let mut key = world.operate("GET", &path, Value::Null).await.json();
            let members = key["data"].as_object_mut().unwrap();
            members.remove("lastUsedAt");
            members.remove("overlapEndsAt");
            members.remove("lastRotatedAt");
            shown.push(key);
        }
        assert_eq!(shown[0], shown[1]);
    }
    // Again, and all is there.
    let results = take_over(&new, "acme", &exported).await;
    assert!(results.iter().all(|result| result["result"] == "exists"), "{results:?}");
    // In the same stack they are somebody's already.
    old.organization("other", json!({"plan": "pro"})).await;
    let results = take_over(&old, "other", &exported).await;
    assert!(results.iter().all(|result| result["reason"] == "conflict"), "{results:?}");
    assert_eq!(all_of(&old, "other", 10).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_exported_key_is_everything_that_import_takes() {
    let world = World::serving("standard").await;
    let keys = furnished(&world).await;
    let exported = all_of(&world, "acme", 100).await;
    let of = |key: &Key| exported.iter().find(|one| one["id"] == json!(key.id)).unwrap();
    let full = &keys[2];
    assert_eq!(
        *of(full),
        json!({
            "sha256": sha256(&full.secret), "id": full.id, "name": "füll", "type": "live", "scopes": ["read"],
            "limits": [{"requests": 7, "per": "minute", "sliding": true}, {"requests": 50, "per": "day"}],
            "managerLimits": [{"requests": 3, "per": "hour"}],
            "allowedAddresses": ["203.0.113.0/24", "2001:db8::1"],
            "externalId": "user_42", "metadata": {"a": "ü", "team": "billing"},
            "expiresAt": "2030-09-01T00:00:00.25Z", "status": "active", "createdAt": "2030-06-15T00:00:30Z",
            "hint": format!("lk_live_…{}", &full.secret[full.secret.len() - 4..]),
        })
    );
    let leaked = of(&keys[4]);
    let leak = json!({"at": "2030-06-15T00:00:30Z", "source": "report", "url": "https://example.com/?a=", "done": "quarantine"});
    assert_eq!((&leaked["status"], &leaked["leak"]), (&json!("quarantined"), &leak));
    // The oldest is the last, with the very time that is in its id.
    assert_eq!(exported[7]["createdAt"], "2024-02-03T04:05:06.789Z");
    assert_eq!(exported[7].get("hint"), None);
}

#[tokio::test]
async fn a_page_of_an_export_is_asked_for_by_the_operator_alone_and_by_its_own_cursor() {
    let world = World::serving("standard").await;
    let keys = furnished(&world).await;
    let path = "/organizations/acme/api-keys";
    let page = world.operate("GET", &format!("{path}/export?limit=1"), Value::Null).await.json();
    let cursor = page["meta"]["pagination"]["cursor"].as_str().unwrap();
    for (path, status) in [
        (format!("{path}?cursor={cursor}"), 400),
        (format!("{path}/export?cursor=x"), 400),
        (format!("{path}/export?limit=101"), 400),
        (format!("/organizations/nobody/api-keys/export?cursor={cursor}"), 404),
        (format!("{path}/export?cursor={cursor}"), 200),
    ] {
        assert_eq!(world.operate("GET", &path, Value::Null).await.status, status, "{path}");
    }
    let admin = &keys[1];
    assert_eq!(world.get("/api/v1/acme/api-keys/export", admin).await.status, 400, "no key has this id");
    assert_eq!(world.get("/operator/v1/organizations/acme/api-keys/export", admin).await.status, 403);
    let before = world.authority().await;
    all_of(&world, "acme", 2).await;
    assert_eq!(world.authority().await, before);
}
