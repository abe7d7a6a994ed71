use dynamodb::{number, text};
use serde_json::json;

use crate::support::{Campus, NOBODY, START, World, all, course_id};

const COURSE: &str = "/organizations/acme/courses/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

#[tokio::test]
async fn a_course_is_made_and_then_replaced() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let world = &campus.world;
    let draft =
        json!({"title": "Rust", "description": "Ownership first.", "status": "draft", "granted_lists": [list, list]});
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
        (COURSE, json!({"title": "", "status": "draft"}), "title must have 1 to 200 printable characters"),
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

#[tokio::test]
async fn a_course_is_granted_to_lists_of_its_own_academy_alone() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let deleted = campus.list("Winter").await;
    campus.send("DELETE", &format!("/lists/{deleted}"), json!(null)).await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let theirs = campus.world.call("POST", "/api/v1/lists", &other.secret, Some(json!({"name": "Theirs"}))).await;
    let theirs = theirs.json()["data"]["id"].as_str().unwrap().to_owned();
    let before = campus.kept().await;
    let body = r#"{"error":{"code":"invalid_lists","message":"Some list IDs are invalid or not in this academy"}}"#;
    for unknown in [NOBODY, &deleted, &theirs] {
        let course = json!({"title": "a", "status": "draft", "granted_lists": [list, unknown]});
        campus.world.operate("PUT", COURSE, course).await.is(400, &[], body);
    }
    assert_eq!(campus.kept().await, before);
}

#[tokio::test]
async fn a_course_that_many_author_at_once_is_made_once() {
    let campus = Campus::open().await;
    let author = |number: u32| {
        let course = json!({"title": format!("Title {number}"), "status": "draft"});
        campus.world.operate("PUT", COURSE, course)
    };
    let mut statuses: Vec<_> = all((0..8).map(author)).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(campus.data("/courses").await["pagination"]["total"], 1);
}

#[tokio::test]
async fn an_academy_has_at_most_five_hundred_courses() {
    let campus = Campus::open().await;
    campus.course(1, "draft", &[]).await;
    // 498 more, as the academy counts them.
    let client = campus.world.stack.dynamodb().client();
    let register = [("pk", "org#acme"), ("sk", "register")];
    let key = register.map(|(name, value)| (name.to_owned(), text(value)));
    let more = client
        .update_item()
        .table_name("ReferenceTable")
        .set_key(Some(key.into()))
        .update_expression("ADD courses :more");
    more.expression_attribute_values(":more", number(498)).send().await.unwrap();
    let mut statuses = all((2..6).map(|number| {
        let path = format!("/organizations/acme/courses/{}", course_id(number));
        let world = &campus.world;
        async move { world.operate("PUT", &path, json!({"title": "a", "status": "draft"})).await.status }
    }))
    .await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 402, 402, 402]);
    let body = r#"{"error":{"code":"limit_exceeded","message":"An academy has at most 500 courses"}}"#;
    campus.world.operate("PUT", COURSE, json!({"title": "a", "status": "draft"})).await.is(402, &[], body);
    let changed = format!("/organizations/acme/courses/{}", course_id(1));
    assert_eq!(campus.world.operate("PUT", &changed, json!({"title": "a", "status": "draft"})).await.status, 200);
    assert_eq!(campus.data("/courses").await["pagination"]["total"], 500);
}
