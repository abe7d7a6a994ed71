use serde_json::{Value, json};

use crate::support::{Campus, NOBODY};

#[tokio::test]
async fn progress_is_recorded_of_whoever_has_access() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let [enrolled, granted, neither] = [
        campus.course(1, "published", &[]).await,
        campus.course(2, "published", &[&list]).await,
        campus.course(3, "published", &[]).await,
    ];
    let new = json!({"email": "ada@example.com", "course_ids": [enrolled], "list_ids": [list]});
    let student = campus.id("/students", new).await;
    let path = format!("/organizations/acme/students/{student}/progress");
    let report = |completed: u32, total: u32| json!({"completed_lessons": completed, "total_lessons": total});
    for course in [&enrolled, &granted] {
        campus.world.at("2030-06-15T00:01:00Z");
        let first = campus.world.operate("PUT", &format!("{path}/{course}"), report(3, 10)).await;
        let body = r#"{"data":{"completed_lessons":3,"total_lessons":10,"completed_at":null,"updated_at":"2030-06-15T00:01:00Z"}}"#;
        first.is(201, &[], body);
        campus.world.at("2030-06-15T00:02:00Z");
        let again = campus.world.operate("PUT", &format!("{path}/{course}"), report(10, 10)).await;
        let at = "2030-06-15T00:02:00Z";
        let body = format!(
            r#"{{"data":{{"completed_lessons":10,"total_lessons":10,"completed_at":"{at}","updated_at":"{at}"}}}}"#
        );
        again.is(200, &[], &body);
    }
    let body =
        r#"{"error":{"code":"validation_error","message":"courseId must be a course that the student has access to"}}"#;
    campus.world.operate("PUT", &format!("{path}/{neither}"), report(1, 2)).await.is(400, &[], body);
}

#[tokio::test]
async fn a_report_that_is_none_names_the_field_and_leaves_nothing_behind() {
    let campus = Campus::open().await;
    let course = campus.course(1, "published", &[]).await;
    let student = campus.id("/students", json!({"email": "ada@example.com", "course_ids": [course]})).await;
    let good = json!({"completed_lessons": 1, "total_lessons": 2});
    let place = format!("acme/students/{student}/progress/{course}");
    let before = campus.kept().await;
    for (place, report, status, message) in [
        (&*place, json!({}), 400, "completed_lessons is required"),
        (&place, json!({"completed_lessons": 1}), 400, "total_lessons is required"),
        (
            &place,
            json!({"completed_lessons": 0, "total_lessons": 0}),
            400,
            "total_lessons must be a number from 1 to 10000",
        ),
        (
            &place,
            json!({"completed_lessons": 0, "total_lessons": 10_001}),
            400,
            "total_lessons must be a number from 1 to 10000",
        ),
        (
            &place,
            json!({"completed_lessons": 3, "total_lessons": 2}),
            400,
            "completed_lessons must not be more than total_lessons",
        ),
        (
            &place,
            json!({"completed_lessons": -1, "total_lessons": 2}),
            400,
            "completed_lessons must be a number in range",
        ),
        (&format!("acme/students/{NOBODY}/progress/{course}"), good.clone(), 404, "Student not found in this academy"),
        (&format!("acme/students/{student}/progress/{NOBODY}"), good.clone(), 404, "Course not found in this academy"),
        (&format!("acme/students/1/progress/{course}"), good.clone(), 400, "id must be a UUID"),
        (&format!("acme/students/{student}/progress/1"), good.clone(), 400, "courseId must be a UUID"),
        (&format!("nobody/students/{student}/progress/{course}"), good, 404, "Academy not found"),
    ] {
        let answer = campus.world.operate("PUT", &format!("/organizations/{place}"), report.clone()).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (status, &json!(message)), "{place} {report}");
    }
    assert_eq!(campus.kept().await, before);
    assert_eq!(campus.world.operate("PUT", &format!("/organizations/{place}"), Value::Null).await.status, 400);
}
