use serde_json::json;

use crate::support::{Campus, World};

const ID: &str = "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

#[tokio::test]
async fn a_course_is_shown_with_the_lists_it_is_granted_to() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let Campus { world, key, .. } = &campus;
    let course = json!({"title": "Rust", "status": "published", "granted_lists": [list]});
    let authored = world.operate("PUT", &format!("/organizations/acme/courses/{ID}"), course).await;
    let shown = world.get(&format!("/api/v1/courses/{ID}"), key).await;
    assert_eq!((shown.status, shown.json()), (200, authored.json()));
    let upper = world.get(&format!("/api/v1/courses/{}", ID.to_uppercase()), key).await;
    assert_eq!(upper.body, shown.body);
}

#[tokio::test]
async fn a_malformed_id_is_400() {
    let (world, key) = World::academy("pro").await;
    let body = r#"{"error":{"code":"validation_error","message":"id must be a UUID"}}"#;
    for id in ["7", "not-a-uuid", &ID.replace('-', ""), &format!("{ID}x"), "%C3%A9"] {
        world.get(&format!("/api/v1/courses/{id}"), &key).await.is(400, &[], body);
    }
}
