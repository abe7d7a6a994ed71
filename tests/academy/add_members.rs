use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all};

#[tokio::test]
async fn people_come_to_a_list_by_their_emails_and_to_the_academy_where_they_were_not() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    let ada = campus.student("Ada@Example.com").await;
    let gone = campus.student("gone@example.com").await;
    campus.send("DELETE", &format!("/students/{gone}"), Value::Null).await;
    campus.join(&other, &["bob@example.com"]).await;

    let joined = campus
        .join(&list, &["ADA@example.com", "bob@example.com", "New@example.com", "gone@example.com", "new@example.com"])
        .await;
    let added = json!(["ADA@example.com", "bob@example.com", "New@example.com", "gone@example.com"]);
    assert_eq!(joined, json!({"added": added, "already_members": []}));
    let joined = campus.join(&list, &["new@example.com", "cyd@example.com"]).await;
    assert_eq!(joined, json!({"added": ["cyd@example.com"], "already_members": ["new@example.com"]}));
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 5);
    assert_eq!(campus.total().await, 5);
    // People are shown as they were named when they came to the academy, and keep their ids.
    let mut members = campus.members(&list).await;
    members.sort();
    assert_eq!(
        members,
        ["Ada@Example.com", "New@example.com", "bob@example.com", "cyd@example.com", "gone@example.com"]
    );
    assert_eq!(campus.data(&format!("/students/{ada}")).await["lists"][0]["id"], json!(list));
    assert_eq!(campus.data(&format!("/students/{gone}")).await["email"], "gone@example.com");
}

#[tokio::test]
async fn a_hundred_people_come_at_once_or_none_of_them() {
    let campus = Campus::with_room_for(150).await;
    let list = campus.list("Autumn").await;
    let [first, second]: [Vec<String>; 2] =
        ["a", "b"].map(|prefix| (0..100).map(|number| format!("{prefix}{number}@example.com")).collect());
    let first: Vec<_> = first.iter().map(String::as_str).collect();
    let joined = campus.join(&list, &first).await;
    assert_eq!(joined, json!({"added": first, "already_members": []}));
    assert_eq!((campus.total().await, campus.members(&list).await.len()), (json!(100), 100));
    let full = "The plan small allows 150 students";
    let members = format!("/lists/{list}/members");
    campus.refuses("POST", &members, vec![(json!({"emails": second}), 402, "limit_exceeded", full)]).await;
    // People who are in the academy need no room in it.
    let other = campus.list("Winter").await;
    assert_eq!(campus.join(&other, &first).await["added"].as_array().unwrap().len(), 100);
    assert_eq!(campus.join(&other, &first).await["already_members"].as_array().unwrap().len(), 100);
    let half: Vec<_> = second.iter().take(50).map(String::as_str).collect();
    campus.join(&list, &half).await;
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(150), 100));
}

#[tokio::test]
async fn the_same_people_come_to_a_list_once_however_often_they_are_put_on_it_at_once() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let members = format!("/lists/{list}/members");
    let emails: Vec<_> = (0..40).map(|number| format!("s{number}@example.com")).collect();
    let bodies = (0..8).map(|turn| json!({"emails": emails.iter().skip(turn * 4).collect::<Vec<_>>()}));
    let adds = emails.iter().take(10).map(|email| campus.send("POST", "/students", json!({"email": email})));
    let (joins, adds) = tokio::join!(all(bodies.map(|body| campus.send("POST", &members, body))), all(adds));
    assert!(joins.iter().all(|answer| answer.status == 200), "{joins:?}");
    assert!(adds.iter().all(|answer| matches!(answer.status, 201 | 409)), "{adds:?}");
    let added: usize = joins.iter().map(|answer| answer.json()["data"]["added"].as_array().unwrap().len()).sum();
    assert_eq!(added, 40);
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(40), 40));
    assert_eq!(campus.members(&list).await.len(), 40);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 40);
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_leaves_nothing_behind() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let invalid = "validation_error";
    let email = "emails[1] must be an email address of at most 254 characters";
    let number = "emails must name 1 to 100 emails";
    let many: Vec<_> = (0..101).map(|number| format!("s{number}@example.com")).collect();
    let cases = vec![
        (json!({}), 400, invalid, "emails is required"),
        (json!({"emails": []}), 400, invalid, number),
        (json!({"emails": many}), 400, invalid, number),
        (json!({"emails": ["a@example.com", "b"]}), 400, invalid, email),
        (json!({"emails": ["a@example.com", format!("{}@example.com", "b".repeat(65))]}), 400, invalid, email),
        (json!({"emails": "a@example.com"}), 400, invalid, "emails must be a list"),
        (json!({"emails": ["a@example.com"], "name": "A"}), 400, invalid, "name is not known here"),
    ];
    campus.refuses("POST", &format!("/lists/{list}/members"), cases).await;
    let one = json!({"emails": ["a@example.com"]});
    let missing = (one.clone(), 404, "not_found", "List not found in this academy");
    campus.refuses("POST", &format!("/lists/{NOBODY}/members"), vec![missing]).await;
    campus.refuses("POST", "/lists/1/members", vec![(one, 400, invalid, "id must be a UUID")]).await;
}
