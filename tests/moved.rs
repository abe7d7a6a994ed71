//! The promise: a key that comes with its id stays what it was, and an id is one key's.

use serde_json::{Value, json};

use crate::support::World;

const PATH: &str = "/organizations/acme/api-keys/import";

async fn world() -> World {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "free"})).await;
    world.organization("other", json!({"plan": "free"})).await;

    world
}

/// An id of this time, in milliseconds since 1970.
fn id(millis: u128, last: u128) -> String {
    let bits = (millis << 80) | (7 << 76) | (2 << 62) | last;
    let digits = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |place: u32| char::from(digits[usize::try_from((bits >> (place * 5)) & 31).unwrap()]);

    format!("key_{}", (0..26).rev().map(digit).collect::<String>())
}

fn key(id: &str, digit: &str) -> Value {
    json!({"sha256": digit.repeat(64), "id": id, "name": "a", "type": "live", "scopes": ["read"]})
}

/// What became of each: its result, or why it was refused.
async fn import(world: &World, path: &str, keys: Value) -> Vec<String> {
    let answer = world.operate("POST", path, json!({"keys": keys})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let results = answer.json()["data"]["results"].as_array().unwrap().clone();
    let said = |result: &Value| {
        let detail = result["response"]["body"]["detail"].as_str();
        detail.or(result["result"].as_str()).unwrap().to_owned()
    };

    results.iter().map(said).collect()
}

#[tokio::test]
async fn an_id_is_taken_over_with_its_time_and_belongs_to_one_key() {
    let world = world().await;
    let [first, second, third] = [1, 2, 3].map(|last| id(1_735_689_600_123, last));
    assert_eq!(import(&world, PATH, json!([key(&first, "1")])).await, ["imported"]);
    let shown = world.operate("GET", &format!("/organizations/acme/api-keys/{first}"), Value::Null).await.json();
    assert_eq!(shown["data"]["createdAt"], "2025-01-01T00:00:00Z");
    let taken = "The id is another key's, or was";
    let results = import(
        &world,
        PATH,
        json!([
            key(&first, "1"),
            key(&first, "2"),
            key(&second, "1"),
            key(&second, "3"),
            key(&second, "4"),
            key(&second, "3"),
            {"sha256": "3".repeat(64), "name": "without an id", "type": "live"},
        ]),
    )
    .await;
    let other = format!("The digest is that of the key {first}");
    assert_eq!(results, ["exists", taken, &other, "imported", taken, "exists", "exists"]);
    // Nor is it free in another organization, or once its key is revoked.
    let there = "/organizations/other/api-keys/import";
    assert_eq!(import(&world, there, json!([key(&first, "5"), key(&third, "6")])).await, [taken, "imported"]);
    let path = format!("/organizations/acme/api-keys/{first}");
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(import(&world, PATH, json!([key(&first, "7")])).await, [taken]);
}

#[tokio::test]
async fn an_id_of_no_time_or_another_one_is_refused() {
    let world = world().await;
    let made = id(1_735_689_600_123, 1);
    let not_made = "id must be one that a stack has made, and of a time that is not to come";
    for (wrong, why) in [
        (json!({"id": "key_1"}), "id must be the id of a key"),
        (json!({"id": format!("key_{}", "Z".repeat(26))}), not_made),
        (json!({"id": id(4_000_000_000_000, 1)}), not_made),
        (
            json!({"id": made, "createdAt": "2025-01-01T00:00:01.000Z"}),
            "createdAt must be the time that is in its id, 2025-01-01T00:00:00.123Z, or left out",
        ),
        (
            json!({"hint": "lk_live_abcdefgh"}),
            "hint must be like lk_live_…4Y2o, with at most four of the last characters",
        ),
        (
            json!({"managerLimits": [{"requests": 1, "per": "week"}]}),
            "managerLimits must be per minute or hour or day or month",
        ),
        (json!({"status": "expired"}), "status must be one of active, inactive, quarantined"),
        (json!({"scopes": ["fly"]}), "scopes must be among admin, read, write"),
        (json!({"type": "gone"}), "type must be one of live, test"),
        (json!({"leak": {"at": "2025-01-01T00:00:00Z", "done": "notify"}}), "leak.source is required"),
    ] {
        let mut order = key(&id(1_735_689_600_123, 2), "1");
        order.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let said = import(&world, PATH, json!([order])).await;
        assert_eq!(said.len(), 1);
        assert!(said[0].contains(why), "{wrong}: {said:?}");
    }
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
    assert_eq!(listed, json!([]));
}

#[tokio::test]
async fn a_key_that_is_moved_needs_no_room_and_a_new_one_does() {
    let world = world().await;
    let moved = |last: u128| {
        let mut order = key(&id(1_735_689_600_123, last), &format!("{last}"));
        order["expiresAt"] = json!("2026-01-01T00:00:00Z");
        order
    };
    let new = json!({"sha256": "f".repeat(64), "name": "new", "type": "live"});
    // The plan allows two.
    let keys = json!([moved(1), moved(2), moved(3), new, moved(4)]);
    let full = "The plan free allows 2 API keys";
    assert_eq!(import(&world, PATH, keys).await, ["imported", "imported", "imported", full, "imported"]);
    let listed = world.operate("GET", "/organizations/acme/api-keys?status=expired", Value::Null).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 4);
    // What has expired works again once it has a later expiry.
    let path = format!("/organizations/acme/api-keys/{}", id(1_735_689_600_123, 1));
    let changed = world.operate("PATCH", &path, json!({"expiresAt": null})).await;
    assert_eq!((changed.status, &changed.json()["data"]["status"]), (200, &json!("active")), "{changed:?}");
}
