use serde_json::{Value, json};

use crate::support::{Key, START, World};

pub(super) const NOTES: &str = "/v1/notes";

/// A stack that serves the standard contract to two organizations, and a key of each.
pub(super) async fn desks() -> (World, Key, Key) {
    let world = World::serving("standard").await;
    let mut keys = Vec::new();
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "pro"})).await;
        keys.push(world.key(org, json!({"name": "a", "type": "live"})).await);
    }
    let [ours, theirs] = keys.try_into().unwrap_or_else(|_| panic!());

    (world, ours, theirs)
}

/// Makes a note, which must work: as it is shown.
pub(super) async fn noted(world: &World, key: &Key, title: &str) -> Value {
    let answer = world.post(NOTES, key, json!({"title": title})).await;
    assert_eq!(answer.status, 201, "{answer:?}");

    answer.json()["data"].clone()
}

#[tokio::test]
async fn a_note_is_made_and_shown_whole() {
    let (world, key, _) = desks().await;
    let made = world.post(NOTES, &key, json!({"title": "Milk", "text": "Two bottles.\nCold."})).await;
    let data = made.json()["data"].clone();
    let expected = json!({"id": data["id"], "title": "Milk", "text": "Two bottles.\nCold.", "createdAt": START});
    assert_eq!((made.status, &data), (201, &expected));
    let least = noted(&world, &key, "Bread").await;
    assert_eq!(least["text"], Value::Null);
    assert_eq!(world.items("ReferenceTable").await.len(), 2);
}

#[tokio::test]
async fn a_note_that_is_none_names_the_field_and_leaves_nothing_behind() {
    let (world, key, _) = desks().await;
    let label = "must have 1 to 200 printable characters";
    for (new, field, message) in [
        (json!({}), "title", "is required"),
        (json!([]), "body", "must be an object"),
        (json!({"title": ""}), "title", label),
        (json!({"title": "a\nb"}), "title", label),
        (json!({"title": 7}), "title", "must be a string"),
        (json!({"title": "a", "text": "x".repeat(4_001)}), "text", "must have at most 4000 characters"),
        (json!({"title": "a", "text": 7}), "text", "must be a string"),
        (json!({"title": "a", "id": "7"}), "id", "is not known here"),
    ] {
        let answer = world.post(NOTES, &key, new.clone()).await;
        let body = answer.json();
        assert_eq!((answer.status, &body["errors"]), (400, &json!([{"field": field, "message": message}])), "{new}");
    }
    assert!(world.items("ReferenceTable").await.is_empty());
}
