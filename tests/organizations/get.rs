use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn an_organization_is_shown_as_it_was_written() {
    let world = World::serving("fayne").await;
    let written = world.organization("acme", json!({"name": "Acme", "plan": "pro"})).await;
    let answer = world.operate("GET", "/organizations/acme", Value::Null).await;
    assert_eq!((answer.status, &answer.json()["data"]), (200, &written));
    world.key("acme", json!({"name": "a"})).await;
    assert_eq!(world.operate("GET", "/organizations/acme", Value::Null).await.json()["data"]["keys"], 1);
    let answer = world.operate("GET", "/organizations/nobody", Value::Null).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"Academy not found"}}"#);
}
