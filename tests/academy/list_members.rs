use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, START};

#[tokio::test]
async fn members_are_listed_by_when_they_came_to_the_list() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    let ada = campus.student("ada@example.com").await;
    for (minute, email) in [(1, "bob@example.com"), (2, "ada@example.com"), (3, "cyd@example.com")] {
        campus.world.at(&format!("2030-06-15T00:0{minute}:00Z"));
        campus.join(&list, &[email]).await;
    }
    campus.join(&other, &["dot@example.com"]).await;
    for (query, emails, limit, offset) in [
        ("", json!(["cyd@example.com", "ada@example.com", "bob@example.com"]), 50, 0),
        ("?limit=1&offset=1", json!(["ada@example.com"]), 1, 1),
        ("?offset=3", json!([]), 50, 3),
    ] {
        let data = campus.data(&format!("/lists/{list}/members{query}")).await;
        let listed: Vec<_> = data["members"].as_array().unwrap().iter().map(|member| &member["email"]).collect();
        assert_eq!(json!(listed), emails, "{query}");
        assert_eq!(data["pagination"], json!({"total": 3, "limit": limit, "offset": offset}));
    }
    assert_eq!(
        campus.data(&format!("/lists/{list}/members")).await["members"][1],
        json!({"id": ada, "email": "ada@example.com", "name": null, "avatar_url": null, "joined_at": START,
               "added_at": "2030-06-15T00:02:00Z"})
    );
    campus.send("DELETE", &format!("/students/{ada}"), Value::Null).await;
    assert_eq!(campus.members(&list).await, ["cyd@example.com", "bob@example.com"]);
}

#[tokio::test]
async fn a_list_that_is_none_or_anothers_is_404_and_a_page_out_of_range_400() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let missing = r#"{"error":{"code":"not_found","message":"List not found in this academy"}}"#;
    campus.get(&format!("/lists/{NOBODY}/members")).await.is(404, &[], missing);
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    campus.world.get(&format!("/api/v1/lists/{list}/members"), &other).await.is(404, &[], missing);
    for (path, message) in [
        (format!("/lists/{list}/members?limit=101"), "limit must be a number from 1 to 100"),
        (format!("/lists/{list}/members?offset=x"), "offset must be a number in range"),
        ("/lists/1/members".to_owned(), "id must be a UUID"),
    ] {
        let body = json!({"error": {"code": "validation_error", "message": message}}).to_string();
        campus.get(&path).await.is(400, &[], &body);
    }
}
