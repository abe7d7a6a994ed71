use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all};

#[tokio::test]
async fn who_is_taken_off_a_list_stays_in_the_academy() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    let emails = ["Ada+x@Example.com", "bob@example.com"];
    campus.join(&list, &emails).await;
    campus.join(&other, &emails).await;
    let ada = campus.data("/students").await["students"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["email"] == emails[0])
        .unwrap()["id"]
        .clone();
    let path = format!("/lists/{list}/members");
    let body = json!({"data": {"id": ada, "deleted": true}}).to_string();
    campus.send("DELETE", &format!("{path}/ada%2bx@example.com"), Value::Null).await.is(200, &[], &body);
    let missing = r#"{"error":{"code":"not_found","message":"List member not found in this academy"}}"#;
    campus.send("DELETE", &format!("{path}/ada+x@example.com"), Value::Null).await.is(404, &[], missing);
    assert_eq!(campus.members(&list).await, ["bob@example.com"]);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 1);
    assert_eq!(campus.members(&other).await.len(), 2);
    assert_eq!(campus.students().await.len(), 2);
}

#[tokio::test]
async fn who_is_not_on_the_list_is_404_and_who_has_no_address_400() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    campus.student("ada@example.com").await;
    let gone = campus.student("gone@example.com").await;
    campus.send("DELETE", &format!("/students/{gone}"), Value::Null).await;
    let member = (404, "not_found", "List member not found in this academy");
    for (list, email, (status, code, message)) in [
        (&*list, "ada@example.com", member),
        (&*list, "gone@example.com", member),
        (&*list, "nobody@example.com", member),
        (NOBODY, "ada@example.com", (404, "not_found", "List not found in this academy")),
        ("1", "ada@example.com", (400, "validation_error", "id must be a UUID")),
        (&*list, "ada", (400, "validation_error", "email must be an email address of at most 254 characters")),
    ] {
        let path = format!("/lists/{list}/members/{email}");
        campus.refuses("DELETE", &path, vec![(Value::Null, status, code, message)]).await;
    }
}

#[tokio::test]
async fn counts_are_what_lists_show_after_a_storm_of_comings_and_goings() {
    let campus = Campus::open().await;
    let lists = all(["Autumn", "Winter", "Spring"].map(|name| campus.list(name))).await;
    let emails: Vec<_> = (0..6).map(|number| format!("s{number}@example.com")).collect();
    let storm = (0..72_usize).map(|turn| {
        let (campus, list, emails) = (&campus, &lists[turn % 3], &emails);
        let email = &emails[(turn * 5) % 6];
        async move {
            match turn % 4 {
                0 => campus.send("POST", "/students", json!({"email": email, "list_ids": [list]})).await,
                1 => campus.send("DELETE", &format!("/lists/{list}/members/{email}"), Value::Null).await,
                2 => {
                    let students = campus.data("/students").await["students"].clone();
                    let id = students[0]["id"].as_str().unwrap_or(NOBODY).to_owned();
                    campus.send("DELETE", &format!("/students/{id}"), Value::Null).await
                }
                _ => campus.send("POST", &format!("/lists/{list}/members"), json!({"emails": emails})).await,
            }
        }
    });
    let answers = all(storm).await;
    assert!(answers.iter().all(|answer| answer.status < 500), "{answers:?}");
    let students = campus.students().await;
    assert_eq!(campus.total().await, students.len());
    for list in &lists {
        let members = campus.members(list).await;
        assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], members.len());
        assert!(members.iter().all(|member| students.contains(member)), "{members:?} {students:?}");
    }
}
