use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send};

#[tokio::test]
async fn both_secrets_sign_for_a_day_and_then_the_new_one_alone() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, old) = hook(&world, &receiver, json!(["key.created"])).await;
    let answer = world.operate("POST", &format!("/organizations/acme/webhooks/{id}/rotate"), Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let data = answer.json()["data"].clone();
    let new = data["secret"].as_str().unwrap();
    assert_eq!(data["overlapEndsAt"], "2030-06-16T00:00:30Z");
    assert_ne!(new, old);
    world.key("acme", json!({"name": "a", "type": "admin"})).await;
    send(&world).await;
    world.at("2030-06-16T00:00:31Z");
    world.key("acme", json!({"name": "b", "type": "admin"})).await;
    send(&world).await;
    let signed: Vec<_> = receiver.got().iter().map(|got| (got.is_signed_with(&old), got.is_signed_with(new))).collect();
    assert_eq!(signed, [(true, true), (false, true)]);
    let signatures: Vec<_> = receiver.got().iter().map(|got| got.signatures.len()).collect();
    assert_eq!(signatures, [2, 1]);
}
