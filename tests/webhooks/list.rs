use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open};

#[tokio::test]
async fn the_webhooks_are_an_organizations_own_oldest_first() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    world.organization("zeta", json!({"plan": "standard"})).await;
    let (first, _) = hook(&world, &receiver, Value::Null).await;
    world.at("2030-06-15T00:00:31Z");
    let (second, _) = hook(&world, &receiver, json!(["key.deleted"])).await;
    let listed = world.operate("GET", "/organizations/acme/webhooks", Value::Null).await.json()["data"].clone();
    let shown: Vec<_> = listed.as_array().unwrap().iter().map(|hook| (&hook["id"], &hook["kinds"])).collect();
    assert_eq!(shown, [(&json!(first), &Value::Null), (&json!(second), &json!(["key.deleted"]))]);
    assert_eq!(world.operate("GET", "/organizations/zeta/webhooks", Value::Null).await.json()["data"], json!([]));
    assert_eq!(world.operate("GET", "/organizations/nobody/webhooks", Value::Null).await.status, 404);
}
