use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, all};

#[tokio::test]
async fn a_deleted_list_takes_its_grants_and_not_its_members() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    let course = campus.course(1, "published", &[&list, &other]).await;
    campus.join(&list, &["ada@example.com", "bob@example.com"]).await;
    let body = format!(r#"{{"data":{{"id":"{list}","deleted":true}}}}"#);
    let path = format!("/lists/{list}");
    campus.send("DELETE", &path, Value::Null).await.is(200, &[], &body);

    let missing = r#"{"error":{"code":"not_found","message":"List not found in this academy"}}"#;
    campus.send("DELETE", &path, Value::Null).await.is(404, &[], missing);
    campus.get(&path).await.is(404, &[], missing);
    campus.get(&format!("{path}/members")).await.is(404, &[], missing);
    campus.send("POST", &format!("{path}/members"), json!({"emails": ["c@example.com"]})).await.is(404, &[], missing);
    campus.send("DELETE", &format!("{path}/members/ada@example.com"), Value::Null).await.is(404, &[], missing);
    assert_eq!(campus.data("/lists").await["lists"][0]["id"], json!(other));
    assert_eq!(campus.data(&format!("/courses/{course}")).await["granted_lists"], json!([other]));
    assert_eq!(campus.students().await.len(), 2);
    // Its name is free again, and a new list of that name is another one, and empty.
    let again = campus.list("Autumn").await;
    assert_eq!(campus.members(&again).await, [""; 0]);
    assert_eq!(campus.data(&format!("/courses/{course}")).await["granted_lists"], json!([other]));
    assert!(!campus.kept().await.keys().any(|key| key.contains(&format!("member#{list}"))));
}

#[tokio::test]
async fn a_list_is_deleted_once_while_people_come_and_go() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    campus.join(&list, &["a@example.com", "b@example.com"]).await;
    let path = format!("/lists/{list}");
    let members = format!("{path}/members");
    let emails: Vec<_> =
        (0..8).map(|number| json!({"emails": [format!("s{number}@example.com"), "a@example.com"]})).collect();
    let deletions = all((0..4).map(|_| campus.send("DELETE", &path, Value::Null)));
    let additions = all(emails.into_iter().map(|emails| campus.send("POST", &members, emails)));
    let (deletions, additions) = tokio::join!(deletions, additions);
    assert_eq!(deletions.iter().filter(|answer| answer.status == 200).count(), 1, "{deletions:?}");
    assert!(additions.iter().all(|answer| matches!(answer.status, 200 | 404)), "{additions:?}");
    // People who came before it went are in the academy; nobody else is.
    let came = additions.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(2 + came), 2 + came));
}

#[tokio::test]
async fn a_list_with_hundreds_of_members_goes_at_once() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    for hundred in 0..3 {
        let emails: Vec<_> = (0..100).map(|number| format!("s{hundred}-{number}@example.com")).collect();
        campus.join(&list, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    campus.join(&other, &["s0-0@example.com"]).await;
    assert_eq!(campus.send("DELETE", &format!("/lists/{list}"), Value::Null).await.status, 200);
    assert_eq!(campus.total().await, 300);
    assert_eq!(campus.members(&other).await, ["s0-0@example.com"]);
    assert!(!campus.kept().await.keys().any(|key| key.contains("member#") && !key.contains(&other)));
}

#[tokio::test]
async fn an_id_that_is_none_or_anothers_deletes_nothing() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let missing = "List not found in this academy";
    campus.refuses("DELETE", &format!("/lists/{NOBODY}"), vec![(Value::Null, 404, "not_found", missing)]).await;
    campus.refuses("DELETE", "/lists/1", vec![(Value::Null, 400, "validation_error", "id must be a UUID")]).await;
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let answer = campus.world.call("DELETE", &format!("/api/v1/lists/{list}"), &other.secret, None).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"List not found in this academy"}}"#);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["name"], "Autumn");
}
