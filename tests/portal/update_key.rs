use serde_json::{Value, json};

use crate::portal::{issued, open, page};
use crate::support::{Key, World, did};

async fn shown(world: &World, key: &Key) -> Value {
    world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await.json()["data"].clone()
}

#[tokio::test]
async fn name_permissions_and_expiry_are_changed_together_in_one_row() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let (form, path) = (page(&key, "/edit"), page(&key, ""));
    let fields = [
        ("name", "web 2"),
        ("scope", "read:analytics"),
        ("scope", "read:consumers"),
        ("expires", "date"),
        ("date", "2030-06-20"),
    ];
    let answer = browser.submit(&form, &path, &fields).await;
    assert_eq!((answer.status, answer.leads_to(&path)), (303, format!("{path}?done=edited")));
    browser.get(&answer.leads_to(&path)).await.says("Your changes are saved.");
    let now = shown(&world, &key).await;
    assert_eq!((&now["name"], &now["expiresAt"]), (&json!("web 2"), &json!("2030-06-20T23:59:59Z")));
    assert_eq!(now["scopes"], json!(["read:analytics", "read:consumers"]));
    assert_eq!(did(&world, "key.changed").await, 1);
    assert_eq!(world.get("/api/experiences", &key).await.status, 403, "it holds for the next call");
    assert_eq!(world.get("/api/consumers", &key).await.status, 200);
    let now = shown(&world, &key).await;

    // Nothing that is changed is no change.
    let same = [("name", "web 2"), ("scope", "read:consumers"), ("scope", "read:analytics"), ("expires", "keep")];
    assert_eq!(browser.submit(&form, &path, &same).await.status, 303);
    assert_eq!((did(&world, "key.changed").await, shown(&world, &key).await), (1, now));

    let forever = [("name", "web 2"), ("scope", "read:consumers"), ("scope", "read:analytics"), ("expires", "never")];
    assert_eq!(browser.submit(&form, &path, &forever).await.status, 303);
    assert_eq!((did(&world, "key.changed").await, &shown(&world, &key).await["expiresAt"]), (2, &Value::Null));
}

#[tokio::test]
async fn a_form_with_mistakes_comes_back_and_changes_nothing() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let (form, path) = (page(&key, "/edit"), page(&key, ""));
    let before = world.authority().await;
    for (fields, sentence) in [
        (vec![("name", ""), ("scope", "admin"), ("expires", "never")], "Enter a name"),
        (vec![("name", "typed"), ("expires", "never")], "Choose at least one permission"),
        (vec![("name", "typed"), ("scope", "x"), ("expires", "never")], "cannot have x"),
        (vec![("name", "typed"), ("scope", "admin")], "Choose when the key expires"),
        (vec![("name", "typed"), ("scope", "admin"), ("expires", "date")], "Enter a real date"),
        (vec![], "Enter a name"),
    ] {
        let answer = browser.submit(&form, &path, &fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        answer.says(sentence);
        let name = fields.first().map_or("", |(_, name)| name);
        assert!(answer.body.contains(&format!("name=\"name\" value=\"{name}\"")), "{fields:?}");
        assert_eq!(answer.link("Cancel", &path), Some(path.clone()), "from where the form was sent");
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_type_is_not_changed_whatever_is_sent() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let fields = [
        ("name", "b"),
        ("type", "public"),
        ("status", "inactive"),
        ("scope", "read:experiences"),
        ("expires", "never"),
    ];
    assert_eq!(browser.submit(&page(&key, "/edit"), &page(&key, ""), &fields).await.status, 303);
    let now = shown(&world, &key).await;
    assert_eq!((&now["type"], &now["status"], &now["name"]), (&json!("secret"), &json!("active"), &json!("b")));
}
