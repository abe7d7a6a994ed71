use serde_json::json;

use crate::support::{Campus, START};

#[tokio::test]
async fn lists_are_listed_newest_first_with_their_members_counted() {
    let campus = Campus::open().await;
    assert_eq!(campus.data("/lists").await, json!({"lists": []}));
    let autumn = campus.list("Autumn").await;
    campus.world.at("2030-06-15T00:01:00Z");
    let winter = campus.id("/lists", json!({"name": "Winter", "description": "Cold"})).await;
    campus.join(&autumn, &["ada@example.com", "bob@example.com"]).await;
    let at = "2030-06-15T00:01:00Z";
    assert_eq!(
        campus.data("/lists").await,
        json!({"lists": [
            {"id": winter, "name": "Winter", "description": "Cold", "member_count": 0, "created_at": at, "updated_at": at},
            {"id": autumn, "name": "Autumn", "description": null, "member_count": 2, "created_at": START, "updated_at": START},
        ]})
    );
    campus.world.organization("other", json!({"plan": "pro"})).await;
    let other = campus.world.key("other", json!({"name": "other"})).await;
    campus.world.get("/api/v1/lists", &other).await.is(200, &[], r#"{"data":{"lists":[]}}"#);
}
