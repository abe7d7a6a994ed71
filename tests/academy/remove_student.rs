use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all};

#[tokio::test]
async fn a_removed_student_is_out_of_the_academy_its_lists_and_courses() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let course = campus.course(1, "published", &[]).await;
    campus.student("bob@example.com").await;
    campus.join(&list, &["bob@example.com"]).await;
    let new = json!({"email": "ada@example.com", "course_ids": [course], "list_ids": [list]});
    let student = campus.id("/students", new).await;
    let path = format!("/students/{student}");
    let progress = format!("/organizations/acme{path}/progress/{course}");
    let report = json!({"completed_lessons": 1, "total_lessons": 1});
    assert_eq!(campus.world.operate("PUT", &progress, report.clone()).await.status, 201);

    let gone = format!(r#"{{"data":{{"id":"{student}","deleted":true}}}}"#);
    campus.send("DELETE", &path, Value::Null).await.is(200, &[], &gone);
    let missing = r#"{"error":{"code":"not_found","message":"Student not found in this academy"}}"#;
    campus.get(&path).await.is(404, &[], missing);
    campus.send("DELETE", &path, Value::Null).await.is(404, &[], missing);
    campus.send("POST", &format!("{path}/enrollments"), json!({"course_id": course})).await.is(404, &[], missing);
    campus.world.operate("PUT", &progress, report).await.is(404, &[], missing);
    assert_eq!(campus.students().await, ["bob@example.com"]);
    assert_eq!((campus.total().await, campus.members(&list).await), (json!(1), vec!["bob@example.com".to_owned()]));
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 1);

    // Progress is deleted; the enrollment's record is not, and is restored when it is asked for.
    let again = campus.send("POST", "/students", json!({"email": "ada@example.com", "course_ids": [course]})).await;
    assert_eq!((again.status, &again.json()["data"]["id"]), (201, &json!(student)));
    let shown = campus.data(&path).await;
    assert_eq!(shown["enrollments"][0]["completed_at"], Value::Null);
    assert_eq!(shown["courses"][0]["progress"]["completed_lessons"], 0);
}

#[tokio::test]
async fn a_student_on_more_lists_than_a_transaction_holds_leaves_all_of_them() {
    let campus = Campus::open().await;
    let names: Vec<_> = (0..80).map(|number| format!("List {number}")).collect();
    let lists = all(names.iter().map(|name| campus.list(name))).await;
    let student = campus.student("ada@example.com").await;
    for some in lists.chunks(4) {
        all(some.iter().map(|list| campus.join(list, &["ada@example.com", "bob@example.com"]))).await;
    }
    let path = format!("/students/{student}");
    assert_eq!(campus.data(&path).await["lists"].as_array().unwrap().len(), 80);
    assert_eq!(campus.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(campus.total().await, 1);
    for list in campus.data("/lists").await["lists"].as_array().unwrap() {
        assert_eq!(list["member_count"], 1);
        assert_eq!(campus.members(list["id"].as_str().unwrap()).await, ["bob@example.com"]);
    }
}

#[tokio::test]
async fn a_student_is_removed_once_however_many_do_it_at_once() {
    let campus = Campus::open().await;
    let student = campus.student("ada@example.com").await;
    let path = format!("/students/{student}");
    let mut statuses: Vec<_> = all((0..10).map(|_| campus.send("DELETE", &path, Value::Null)))
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200][..], &[404; 9]].concat());
    assert_eq!(campus.total().await, 0);
}

#[tokio::test]
async fn an_id_that_is_none_or_anothers_removes_nobody() {
    let campus = Campus::open().await;
    let student = campus.student("ada@example.com").await;
    let (status, code) = (404, "not_found");
    let path = format!("/students/{NOBODY}");
    campus.refuses("DELETE", &path, vec![(Value::Null, status, code, "Student not found in this academy")]).await;
    campus.refuses("DELETE", "/students/7", vec![(Value::Null, 400, "validation_error", "id must be a UUID")]).await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let answer = campus.world.call("DELETE", &format!("/api/v1/students/{student}"), &other.secret, None).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"Student not found in this academy"}}"#);
    assert_eq!(campus.total().await, 1);
}
