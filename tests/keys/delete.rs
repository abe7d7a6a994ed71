use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_deleted_key_is_gone_with_everything_that_let_it_in() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);

    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let answer = world.operate("DELETE", &path, Value::Null).await;
    answer.is(200, &[], &format!(r#"{{"data":{{"id":"{}","deleted":true}}}}"#, key.id));
    let refused = world.get("/api/v1/courses", &key).await;
    refused.is(401, &[], r#"{"error":{"code":"unauthorized","message":"Invalid API key"}}"#);

    let left = world.authority().await;
    let [org, secret] = left.as_slice() else { panic!("{left:?}") };
    assert!(org.contains("sk=S(\"organization\")") && secret.contains("ended=N(\"1907712030000\")"), "{left:?}");
    assert_eq!(world.passes().await, 0, "no pass is left");
    assert_eq!(world.organization("acme", json!({})).await["keys"], 0);
    let again = world.operate("DELETE", &path, Value::Null).await;
    again.is(404, &[], r#"{"error":{"code":"not_found","message":"API key not found in this academy"}}"#);
}

#[tokio::test]
async fn a_key_of_another_organization_is_like_one_that_does_not_exist() {
    let (world, key) = World::academy("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let others = world.operate("DELETE", &format!("/organizations/other/api-keys/{}", key.id), Value::Null).await;
    let nobodys = "/organizations/other/api-keys/key_00000000000000000000000000";
    let nobodys = world.operate("DELETE", nobodys, Value::Null).await;
    assert_eq!((others.status, &others.body), (404, &nobodys.body));
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_an_id_is_400() {
    let world = World::serving("fayne").await;
    let answer = world.operate("DELETE", "/organizations/acme/api-keys/key_1", Value::Null).await;
    answer.is(400, &[], r#"{"error":{"code":"validation_error","message":"id must be the id of a key"}}"#);
    let answer = world.operate("DELETE", "/organizations/Acme/api-keys/key_1", Value::Null).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_key_can_delete_others_of_its_organization_and_itself_where_the_contract_lets_it() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let admin = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    let other = world.key("acme", json!({"name": "b", "type": "production"})).await;
    for key in [&other, &admin] {
        assert_eq!(world.register_run(&key.secret).await.status, 200);
        let path = format!("/api/v1/acme/api-keys/{}", key.id);
        assert_eq!(
            world.call("DELETE", &path, &other.secret, None).await.status,
            if key.id == other.id { 403 } else { 401 }
        );
        assert_eq!(world.call("DELETE", &path, &admin.secret, None).await.status, 200);
        assert_eq!(world.register_run(&key.secret).await.status, 401);
    }
}
