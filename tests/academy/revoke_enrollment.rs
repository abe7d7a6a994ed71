use serde_json::{Value, json};

use crate::support::{Campus, NOBODY};

#[tokio::test]
async fn a_revoked_enrollment_gives_no_access_any_more() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let student = campus.student("ada@example.com").await;
    let path = format!("/students/{student}/enrollments");
    let id = campus.id(&path, json!({"course_id": course})).await;
    let body = format!(r#"{{"data":{{"id":"{id}","revoked":true}}}}"#);
    // Once more changes nothing.
    for _ in 0..2 {
        campus.send("DELETE", &format!("{path}/{id}"), Value::Null).await.is(200, &[], &body);
        let shown = campus.data(&format!("/students/{student}")).await;
        assert_eq!((&shown["enrollments"], &shown["courses"]), (&json!([]), &json!([])));
    }
}

#[tokio::test]
async fn an_enrollment_that_is_none_or_another_students_is_404() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let [ada, bob] = [campus.student("ada@example.com").await, campus.student("bob@example.com").await];
    let theirs = campus.id(&format!("/students/{bob}/enrollments"), json!({"course_id": course})).await;
    let missing = (404, "not_found", "Enrollment not found in this academy");
    for (student, enrollment, (status, code, message)) in [
        (&*ada, NOBODY, missing),
        (&*ada, &*theirs, missing),
        (NOBODY, &*theirs, (404, "not_found", "Student not found in this academy")),
        ("1", &*theirs, (400, "validation_error", "id must be a UUID")),
        (&*ada, "1", (400, "validation_error", "enrollmentId must be a UUID")),
    ] {
        let path = format!("/students/{student}/enrollments/{enrollment}");
        campus.refuses("DELETE", &path, vec![(Value::Null, status, code, message)]).await;
    }
    assert_eq!(campus.data(&format!("/students/{bob}")).await["courses_enrolled"], 1);
}
