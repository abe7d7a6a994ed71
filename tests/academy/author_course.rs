use serde_json::json;

use crate::support::{START, World};

const COURSE: &str = "/organizations/acme/courses/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

#[tokio::test]
async fn a_course_is_made_and_then_replaced() {
    let (world, _) = World::academy("pro").await;
    let list = "a1b2c3d4-e5f6-7890-1234-567890abcdef";
    let draft = json!({"title": "Rust", "description": "Ownership first.", "status": "draft", "granted_lists": [list]});
    let made = world.operate("PUT", COURSE, draft).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json()["data"],
        json!({"id": "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d", "title": "Rust", "description": "Ownership first.",
               "status": "draft", "created_at": START, "updated_at": START, "granted_lists": [list]})
    );

    world.at("2030-06-15T09:00:00Z");
    let replaced = world.operate("PUT", COURSE, json!({"title": "Rust 2", "status": "published"})).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(
        replaced.json()["data"],
        json!({"id": "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d", "title": "Rust 2", "description": null,
               "status": "published", "created_at": START, "updated_at": "2030-06-15T09:00:00Z", "granted_lists": []})
    );
}

#[tokio::test]
async fn a_course_that_is_none_names_the_field_and_leaves_nothing_behind() {
    let (world, _) = World::academy("pro").await;
    for (path, draft, message) in [
        (COURSE, json!({"status": "draft"}), "title is required"),
        (COURSE, json!({"title": "", "status": "draft"}), "title must have 1 to 200 characters"),
        (COURSE, json!({"title": "a"}), "status is required"),
        (COURSE, json!({"title": "a", "status": "live"}), "status must be draft or published"),
        (COURSE, json!({"title": "a", "status": "draft", "granted_lists": ["x"]}), "granted_lists[0] must be a UUID"),
        (
            COURSE,
            json!({"title": "a", "status": "draft", "granted_lists": vec!["a1b2c3d4-e5f6-7890-1234-567890abcdef"; 101]}),
            "granted_lists must name at most 100 lists",
        ),
        ("/organizations/acme/courses/7", json!({"title": "a", "status": "draft"}), "id must be a UUID"),
    ] {
        let answer = world.operate("PUT", path, draft).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    let elsewhere = COURSE.replace("acme", "nobody");
    let answer = world.operate("PUT", &elsewhere, json!({"title": "a", "status": "draft"})).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"Academy not found"}}"#);
    assert!(world.items("ReferenceTable").await.is_empty());
}
