use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all};

#[tokio::test]
async fn enrolling_is_idempotent_and_restores_a_revoked_record() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let student = campus.student("ada@example.com").await;
    let path = format!("/students/{student}/enrollments");
    let first = campus.send("POST", &path, json!({"course_id": course})).await;
    let id = first.json()["data"]["id"].as_str().unwrap().to_owned();
    let body = format!(r#"{{"data":{{"id":"{id}","course_id":"{course}","course_title":"Course 1"}}}}"#);
    first.is(201, &[], &body);
    campus.world.at("2030-06-15T00:01:00Z");
    campus.send("POST", &path, json!({"course_id": course.to_uppercase()})).await.is(201, &[], &body);
    assert_eq!(campus.send("DELETE", &format!("{path}/{id}"), Value::Null).await.status, 200);
    assert_eq!(campus.data(&format!("/students/{student}")).await["enrollments"], json!([]));
    campus.send("POST", &path, json!({"course_id": course})).await.is(201, &[], &body);
    let shown = campus.data(&format!("/students/{student}")).await;
    let [enrollment] = shown["enrollments"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    assert_eq!((&enrollment["id"], &enrollment["enrolled_at"]), (&json!(id), &json!("2030-06-15T00:00:30Z")));
}

#[tokio::test]
async fn enrolling_at_once_makes_one_record_of_each_course() {
    let campus = Campus::open().await;
    let courses = all((0..5).map(|number| campus.course(number, "published", &[]))).await;
    let student = campus.student("ada@example.com").await;
    let path = format!("/students/{student}/enrollments");
    let enroll = |course: &String| campus.send("POST", &path, json!({"course_id": course}));
    let answers = all(courses.iter().cycle().take(20).map(enroll)).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.json()["data"]["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    assert_eq!(campus.data(&format!("/students/{student}")).await["courses_enrolled"], 5);
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_leaves_nothing_behind() {
    let campus = Campus::open().await;
    let [course, draft] = [campus.course(1, "published", &[]).await, campus.course(2, "draft", &[]).await];
    let student = campus.student("ada@example.com").await;
    let invalid = "validation_error";
    let cases = vec![
        (json!({}), 400, invalid, "course_id is required"),
        (json!({"course_id": "1"}), 400, invalid, "course_id must be a UUID"),
        (json!({"course_id": course, "at": 1}), 400, invalid, "at is not known here"),
        (json!({"course_id": draft}), 400, "invalid_course", "Only published courses can be assigned"),
        (json!({"course_id": NOBODY}), 404, "not_found", "Course not found in this academy"),
    ];
    campus.refuses("POST", &format!("/students/{student}/enrollments"), cases).await;
    let cases = vec![(json!({"course_id": NOBODY}), 404, "not_found", "Student not found in this academy")];
    campus.refuses("POST", &format!("/students/{NOBODY}/enrollments"), cases).await;
    let cases = vec![(json!({"course_id": course}), 400, invalid, "id must be a UUID")];
    campus.refuses("POST", "/students/1/enrollments", cases).await;
}
