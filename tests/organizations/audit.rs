use serde_json::{Value, json};

use crate::support::World;

const AUDIT: &str = "/organizations/acme/audit";

async fn rows(world: &World) -> Vec<Value> {
    world.operate("GET", &format!("{AUDIT}?limit=100"), Value::Null).await.json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_change_leaves_a_row_that_says_who_what_and_when_and_no_secret() {
    let world = World::serving("fabraix").await;
    let made = world.organization("acme", json!({"plan": "standard"})).await;
    world.at("2030-06-15T00:00:31Z");
    let locked = world.organization("acme", json!({"status": "locked"})).await;
    world.at("2030-06-15T00:00:32Z");
    world.organization("acme", json!({"status": "active"})).await;
    world.at("2030-06-15T00:00:33Z");
    let admin = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    world.at("2030-06-15T00:00:34Z");
    let path = format!("/api/v1/acme/api-keys/{}", admin.id);
    world.call("PATCH", &path, &admin.secret, Some(json!({"name": "b"}))).await;
    world.at("2030-06-15T00:00:35.250Z");
    world.call("DELETE", &path, &admin.secret, None).await;

    let rows = rows(&world).await;
    let actions: Vec<_> = rows.iter().map(|row| row["action"].as_str().unwrap()).collect();
    let expected = [
        "key.deleted",
        "key.changed",
        "key.created",
        "organization.changed",
        "organization.changed",
        "organization.created",
    ];
    assert_eq!(actions, expected);
    let [deleted, changed, created, _, locking, founding] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        (&founding["before"], &founding["after"], &founding["plane"]),
        (&json!(null), &made, &json!("operator"))
    );
    assert!(founding["actor"].as_str().unwrap().starts_with("arn:aws:"), "{founding}");
    assert_eq!((&locking["before"], &locking["after"]), (&made, &locked));
    assert_eq!((&created["keyId"], &created["after"]["name"]), (&json!(admin.id), &json!("a")));
    assert_eq!((&changed["before"]["name"], &changed["after"]["name"]), (&json!("a"), &json!("b")));
    for row in [deleted, changed] {
        assert_eq!((&row["plane"], &row["actor"]), (&json!("key"), &json!(admin.id)));
    }
    assert_eq!((&deleted["after"], &deleted["at"]), (&json!(null), &json!("2030-06-15T00:00:35.250Z")));
    assert!(rows.iter().all(|row| row["requestId"].as_str().unwrap().len() > 8), "{rows:?}");
    assert!(!Value::from(rows).to_string().contains(admin.secret.trim_start_matches("fbx_adm_")));
}

#[tokio::test]
async fn what_changes_nothing_leaves_no_row() {
    let (world, key) = World::academy("pro").await;
    let before = rows(&world).await.len();
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    world.operate("PATCH", &path, json!({"name": ""})).await;
    world.operate("PUT", "/organizations/acme", json!({"plan": "gold"})).await;
    world.operate("POST", "/organizations/acme/api-keys", json!({"name": ""})).await;
    world.operate("DELETE", "/organizations/acme/api-keys/key_00000000000000000000000000", Value::Null).await;
    world.operate("POST", "/verify", json!({"key": key.secret})).await;
    world.get("/api/v1/courses", &key).await;
    assert_eq!(rows(&world).await.len(), before);
}

#[tokio::test]
async fn the_trail_is_paged_newest_first_and_each_organizations_own() {
    let world = World::serving("fayne").await;
    world.organization("other", json!({"plan": "pro"})).await;
    for second in 0..5 {
        world.at(&format!("2030-06-15T00:00:0{second}Z"));
        world.organization("acme", json!({"plan": "pro", "name": format!("Acme {second}")})).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operate("GET", &format!("{AUDIT}?{cursor}limit=2"), Value::Null).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["after"]["name"].clone()));
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
        let elsewhere = world.operate("GET", &format!("/organizations/other/audit?cursor={next}"), Value::Null).await;
        assert_eq!(elsewhere.status, 400, "a cursor of another organization opens nothing");
        cursor = format!("cursor={next}&");
    }
    assert_eq!(seen, ["Acme 4", "Acme 3", "Acme 2", "Acme 1", "Acme 0"]);
    assert_eq!(world.operate("GET", "/organizations/nobody/audit", Value::Null).await.status, 404);
}
