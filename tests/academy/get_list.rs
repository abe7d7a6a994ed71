use serde_json::json;

use crate::support::{Campus, NOBODY};

#[tokio::test]
async fn a_list_is_shown_to_its_own_academy_alone() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    campus.join(&list, &["ada@example.com"]).await;
    let shown = campus.data(&format!("/lists/{list}")).await;
    assert_eq!(json!([shown]), campus.data("/lists").await["lists"]);
    assert_eq!(shown["member_count"], 1);
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    let body = r#"{"error":{"code":"not_found","message":"List not found in this academy"}}"#;
    campus.world.get(&format!("/api/v1/lists/{list}"), &other).await.is(404, &[], body);
    campus.get(&format!("/lists/{NOBODY}")).await.is(404, &[], body);
    let body = r#"{"error":{"code":"validation_error","message":"id must be a UUID"}}"#;
    campus.get("/lists/Autumn").await.is(400, &[], body);
}
