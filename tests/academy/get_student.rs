use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, START};

#[tokio::test]
async fn a_student_is_shown_with_profile_enrollments_and_progress_by_course() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let new = json!({"email": "Ada@Example.com", "name": "Ada", "course_ids": [course]});
    let added = campus.send("POST", "/students", new).await.json()["data"].clone();
    let path = format!("/students/{}", added["id"].as_str().unwrap());
    let none = json!({"completed_lessons": 0, "total_lessons": null, "completed_at": null, "updated_at": null});
    let shown = |completed: Value, progress: &Value| {
        json!({"id": added["id"], "email": "Ada@Example.com", "name": "Ada", "avatar_url": null, "joined_at": START,
               "courses_enrolled": 1,
               "enrollments": [{"id": added["enrollments"][0]["id"], "course_id": course, "enrolled_at": START, "completed_at": completed}],
               "lists": [],
               "courses": [{"course_id": course, "course_title": "Course 1", "enrolled": true, "granted_by": [], "progress": progress}]})
    };
    assert_eq!(campus.data(&path).await, shown(Value::Null, &none));

    campus.world.at("2030-06-15T09:22:00Z");
    let report = json!({"completed_lessons": 4, "total_lessons": 4});
    campus.world.operate("PUT", &format!("/organizations/acme{path}/progress/{course}"), report).await;
    let at = "2030-06-15T09:22:00Z";
    let done = json!({"completed_lessons": 4, "total_lessons": 4, "completed_at": at, "updated_at": at});
    assert_eq!(campus.data(&path).await, shown(json!(at), &done));
    assert_eq!(campus.data(&path.to_uppercase().replace("/STUDENTS", "/students")).await["email"], "Ada@Example.com");
}

#[tokio::test]
async fn who_is_on_a_list_has_its_courses_as_long_as_they_are() {
    let campus = Campus::open().await;
    let [autumn, winter] = [campus.list("Autumn").await, campus.list("Winter").await];
    let granted = campus.course(1, "published", &[&autumn, &winter]).await;
    campus.course(2, "draft", &[&autumn]).await;
    campus.course(3, "published", &[]).await;
    let enrolled = campus.course(4, "published", &[&winter]).await;
    let new = json!({"email": "ada@example.com", "course_ids": [enrolled]});
    let student = campus.id("/students", new).await;
    let path = format!("/students/{student}");
    let access = async || -> Value {
        let data = campus.data(&path).await;
        let line = |course: &Value| json!([course["course_id"], course["enrolled"], course["granted_by"]]);
        data["courses"].as_array().unwrap().iter().map(line).collect()
    };
    assert_eq!(access().await, json!([[enrolled, true, []]]));

    campus.join(&autumn, &["ADA@example.com"]).await;
    assert_eq!(access().await, json!([[enrolled, true, []], [granted, false, [autumn]]]));
    campus.world.at("2030-06-15T00:01:00Z");
    campus.join(&winter, &["ada@example.com"]).await;
    let mut both = [autumn.clone(), winter.clone()];
    both.sort();
    assert_eq!(access().await, json!([[enrolled, true, [winter]], [granted, false, both]]));
    let lists = campus.data(&path).await["lists"].clone();
    assert_eq!(lists, json!([{"id": winter, "added_at": "2030-06-15T00:01:00Z"}, {"id": autumn, "added_at": START}]));

    // Access goes with a list, with the membership in it, with the grant, and with the course.
    campus.send("DELETE", &format!("/lists/{winter}"), Value::Null).await;
    assert_eq!(access().await, json!([[enrolled, true, []], [granted, false, [autumn]]]));
    campus.course(1, "draft", &[&autumn]).await;
    assert_eq!(access().await, json!([[enrolled, true, []]]));
    campus.course(1, "published", &[&autumn]).await;
    campus.send("DELETE", &format!("/lists/{autumn}/members/ada@example.com"), Value::Null).await;
    assert_eq!(access().await, json!([[enrolled, true, []]]));
    campus.join(&autumn, &["ada@example.com"]).await;
    campus.course(1, "published", &[]).await;
    assert_eq!(access().await, json!([[enrolled, true, []]]));
}

#[tokio::test]
async fn another_academys_student_is_like_one_that_does_not_exist() {
    let campus = Campus::open().await;
    let student = campus.student("ada@example.com").await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let body = r#"{"error":{"code":"not_found","message":"Student not found in this academy"}}"#;
    campus.get(&format!("/students/{NOBODY}")).await.is(404, &[], body);
    campus.world.get(&format!("/api/v1/students/{student}"), &other).await.is(404, &[], body);
    let body = r#"{"error":{"code":"validation_error","message":"id must be a UUID"}}"#;
    campus.get("/students/ada@example.com").await.is(400, &[], body);
}
