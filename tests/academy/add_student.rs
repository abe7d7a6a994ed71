use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all, course_id};

#[tokio::test]
async fn a_student_is_added_with_courses_and_lists_in_one_request() {
    let campus = Campus::open().await;
    let courses = [campus.course(1, "published", &[]).await, campus.course(2, "published", &[]).await];
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    // What is named twice counts once.
    let new = json!({"email": "Ada@Example.com", "name": "Ada", "course_ids": [courses[1], courses[0], courses[1]],
                     "list_ids": [list, list.to_uppercase()]});
    let answer = campus.send("POST", "/students", new).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let data = answer.json()["data"].clone();
    let [first, second] = data["enrollments"].as_array().unwrap().as_slice() else { panic!("{data}") };
    assert_eq!(
        data,
        json!({"id": data["id"], "email": "Ada@Example.com", "name": "Ada", "membershipStatus": "created",
               "enrollments": [{"id": first["id"], "course_id": courses[1], "course_title": "Course 2"},
                               {"id": second["id"], "course_id": courses[0], "course_title": "Course 1"}]})
    );
    assert_ne!(first["id"], second["id"]);
    assert_eq!(campus.students().await, ["Ada@Example.com"]);
    assert_eq!(campus.members(&list).await, ["Ada@Example.com"]);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 1);
    assert_eq!(campus.data(&format!("/lists/{other}")).await["member_count"], 0);
    let plain = campus.send("POST", "/students", json!({"email": "bob@example.com"})).await.json()["data"].clone();
    assert_eq!(
        plain,
        json!({"id": plain["id"], "email": "bob@example.com", "name": null, "membershipStatus": "created", "enrollments": []})
    );
}

#[tokio::test]
async fn fifty_courses_and_fifty_lists_fit_into_one_request() {
    let campus = Campus::open().await;
    let courses = all((1..=50).map(|number| campus.course(number, "published", &[]))).await;
    let names: Vec<_> = (1..=50).map(|number| format!("List {number}")).collect();
    let lists = all(names.iter().map(|name| campus.list(name))).await;
    let new = json!({"email": "ada@example.com", "course_ids": courses, "list_ids": lists});
    let student = campus.id("/students", new).await;
    let shown = campus.data(&format!("/students/{student}")).await;
    assert_eq!(shown["courses_enrolled"], 50);
    assert_eq!(shown["lists"].as_array().unwrap().len(), 50);
    for list in campus.data("/lists").await["lists"].as_array().unwrap() {
        assert_eq!(list["member_count"], 1);
    }
}

#[tokio::test]
async fn who_was_a_member_before_is_reactivated_under_the_same_id() {
    let campus = Campus::open().await;
    let [one, two] = [campus.course(1, "published", &[]).await, campus.course(2, "published", &[]).await];
    let list = campus.list("Autumn").await;
    let new = json!({"email": "ada@example.com", "name": "Ada", "course_ids": [one, two], "list_ids": [list]});
    let before = campus.send("POST", "/students", new).await.json()["data"].clone();
    let id = before["id"].as_str().unwrap();
    campus.send("DELETE", &format!("/students/{id}"), Value::Null).await;

    campus.world.at("2030-06-15T00:05:00Z");
    let answer = campus.send("POST", "/students", json!({"email": "ADA@example.com", "course_ids": [one]})).await;
    assert_eq!(answer.status, 201);
    let record = &before["enrollments"][0];
    assert_eq!(
        answer.json()["data"],
        json!({"id": id, "email": "ADA@example.com", "name": "Ada", "membershipStatus": "reactivated", "enrollments": [record]})
    );
    // An enrollment that ended when they went stays revoked, unless it is asked for. They are on no list any more.
    let shown = campus.data(&format!("/students/{id}")).await;
    assert_eq!((&shown["courses_enrolled"], &shown["joined_at"]), (&json!(1), &json!("2030-06-15T00:05:00Z")));
    assert_eq!(shown["lists"], json!([]));
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 0);
    assert_eq!(campus.total().await, 1);
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_leaves_nothing_behind() {
    let campus = Campus::open().await;
    let [course, draft] = [campus.course(1, "published", &[]).await, campus.course(2, "draft", &[]).await];
    let list = campus.list("Autumn").await;
    campus.student("ada@example.com").await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let stranger = campus.world.key("other", json!({"name": "other"})).await;
    let theirs = campus.world.call("POST", "/api/v1/lists", &stranger.secret, Some(json!({"name": "Theirs"}))).await;
    let theirs = theirs.json()["data"]["id"].clone();
    let email = "email must be an email address of at most 254 characters";
    let many: Vec<_> = (0..51).map(course_id).collect();
    let courses = "Some course IDs are invalid or unpublished";
    let lists = "Some list IDs are invalid or not in this academy";
    let invalid = "validation_error";
    campus
        .refuses(
            "POST",
            "/students",
            vec![
                (json!({}), 400, invalid, "email is required"),
                (json!({"email": "ada"}), 400, invalid, email),
                (json!({"email": ""}), 400, invalid, email),
                (json!({"email": 7}), 400, invalid, "email must be a string"),
                (json!({"email": null}), 400, invalid, "email must be a string"),
                (
                    json!({"email": "b@example.com", "name": ""}),
                    400,
                    invalid,
                    "name must have 1 to 200 printable characters",
                ),
                (
                    json!({"email": "b@example.com", "name": "n".repeat(201)}),
                    400,
                    invalid,
                    "name must have 1 to 200 printable characters",
                ),
                (
                    json!({"email": "b@example.com", "course_ids": many}),
                    400,
                    invalid,
                    "course_ids must name at most 50",
                ),
                (json!({"email": "b@example.com", "list_ids": many}), 400, invalid, "list_ids must name at most 50"),
                (json!({"email": "b@example.com", "course_ids": course}), 400, invalid, "course_ids must be a list"),
                (json!({"email": "b@example.com", "course_ids": ["x"]}), 400, invalid, "course_ids[0] must be a UUID"),
                (json!({"email": "b@example.com", "nickname": "b"}), 400, invalid, "nickname is not known here"),
                (json!(["b@example.com"]), 400, invalid, "body must be an object"),
                (json!({"email": "b@example.com", "course_ids": [course, draft]}), 400, "invalid_courses", courses),
                (json!({"email": "b@example.com", "course_ids": [course, NOBODY]}), 400, "invalid_courses", courses),
                (json!({"email": "b@example.com", "list_ids": [list, NOBODY]}), 400, "invalid_lists", lists),
                (json!({"email": "b@example.com", "list_ids": [list, theirs]}), 400, "invalid_lists", lists),
                (
                    json!({"email": "ADA@example.com", "course_ids": [course], "list_ids": [list]}),
                    409,
                    "already_exists",
                    "The student is already a member of this academy",
                ),
            ],
        )
        .await;
}

#[tokio::test]
async fn one_email_is_one_member_however_many_add_it_at_once() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let emails: Vec<_> =
        (0..20).map(|number| if number % 2 == 0 { "ada@example.com" } else { "Ada@Example.com" }).collect();
    let add = |email: &str| campus.send("POST", "/students", json!({"email": email, "list_ids": [list]}));
    let mut statuses: Vec<_> = all(emails.into_iter().map(add)).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[201][..], &[409; 19]].concat());
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(1), 1));
    assert_eq!(campus.members(&list).await.len(), 1);
}

#[tokio::test]
async fn the_plans_cap_on_students_is_exact_when_many_are_added_at_once() {
    let campus = Campus::with_room_for(12).await;
    let add = |number: u32| {
        let campus = &campus;
        async move { campus.send("POST", "/students", json!({"email": format!("s{number}@example.com")})).await }
    };
    let answers = all((0..30).map(add)).await;
    let added = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(added, 12);
    let body = r#"{"error":{"code":"limit_exceeded","message":"The plan small allows 12 students"}}"#;
    answers.iter().filter(|answer| answer.status != 201).for_each(|answer| answer.is(402, &[], body));
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(12), 12));

    // One goes, so one can come. A member is told that they are one, and not about the cap.
    let gone = campus.data("/students?limit=1").await["students"][0].clone();
    campus.send("DELETE", &format!("/students/{}", gone["id"].as_str().unwrap()), Value::Null).await;
    campus.student("last@example.com").await;
    campus.send("POST", "/students", json!({"email": "one@example.com"})).await.is(402, &[], body);
    assert_eq!(campus.send("POST", "/students", json!({"email": "last@example.com"})).await.status, 409);
}
