use serde_json::json;

use crate::support::{Campus, START};

#[tokio::test]
async fn students_are_listed_by_when_they_joined_with_their_enrollments() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let first = campus.student("one@example.com").await;
    let order = json!({"email": "Two@Example.com", "name": "Two", "course_ids": [course]});
    campus.world.at("2030-06-15T00:01:00Z");
    let second = campus.id("/students", order).await;
    campus.world.at("2030-06-15T00:02:00Z");
    campus.student("three@example.com").await;

    for (query, emails, limit, offset) in [
        ("", json!(["three@example.com", "Two@Example.com", "one@example.com"]), 50, 0),
        ("?limit=2", json!(["three@example.com", "Two@Example.com"]), 2, 0),
        ("?limit=2&offset=2", json!(["one@example.com"]), 2, 2),
        ("?limit=1&offset=1", json!(["Two@Example.com"]), 1, 1),
        ("?offset=3", json!([]), 50, 3),
        ("?offset=4294967295", json!([]), 50, 4_294_967_295_u32),
    ] {
        let data = campus.data(&format!("/students{query}")).await;
        let listed: Vec<_> = data["students"].as_array().unwrap().iter().map(|student| &student["email"]).collect();
        assert_eq!(json!(listed), emails, "{query}");
        assert_eq!(data["pagination"], json!({"total": 3, "limit": limit, "offset": offset}));
    }
    let students = campus.data("/students").await["students"].clone();
    let enrollment = students[1]["enrollments"][0]["id"].clone();
    assert_eq!(
        students[1],
        json!({"id": second, "email": "Two@Example.com", "name": "Two", "avatar_url": null, "joined_at": "2030-06-15T00:01:00Z",
               "courses_enrolled": 1,
               "enrollments": [{"id": enrollment, "course_id": course, "enrolled_at": "2030-06-15T00:01:00Z", "completed_at": null}]})
    );
    assert_eq!(
        students[2],
        json!({"id": first, "email": "one@example.com", "name": null, "avatar_url": null, "joined_at": START,
               "courses_enrolled": 0, "enrollments": []})
    );
}

#[tokio::test]
async fn revoked_enrollments_and_people_who_have_gone_are_not_shown() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let gone = campus.student("gone@example.com").await;
    let student = campus.student("ada@example.com").await;
    let path = format!("/students/{student}/enrollments");
    let enrollment = campus.id(&path, json!({"course_id": course})).await;
    campus.send("DELETE", &format!("{path}/{enrollment}"), json!(null)).await;
    campus.send("DELETE", &format!("/students/{gone}"), json!(null)).await;
    let data = campus.data("/students").await;
    assert_eq!(data["pagination"]["total"], 1);
    let [shown] = data["students"].as_array().unwrap().as_slice() else { panic!("{data}") };
    assert_eq!(shown["email"], "ada@example.com");
    assert_eq!((&shown["courses_enrolled"], &shown["enrollments"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_page_out_of_range_is_400() {
    let campus = Campus::open().await;
    for (query, message) in [
        ("limit=0", "limit must be a number from 1 to 100"),
        ("limit=101", "limit must be a number from 1 to 100"),
        ("limit=x", "limit must be a number in range"),
        ("offset=-1", "offset must be a number in range"),
    ] {
        let body = json!({"error": {"code": "validation_error", "message": message}}).to_string();
        campus.get(&format!("/students?{query}")).await.is(400, &[], &body);
    }
}

#[tokio::test]
async fn another_academys_students_are_not_there() {
    let campus = Campus::open().await;
    campus.student("ada@example.com").await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let answer = campus.world.get("/api/v1/students", &other).await;
    answer.is(200, &[], r#"{"data":{"students":[],"pagination":{"total":0,"limit":50,"offset":0}}}"#);
}
