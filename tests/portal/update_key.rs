use serde_json::{Value, json};

use crate::portal::{issued, open, page};
use crate::support::{Key, World, all, did};

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
    let answer = browser.submit(&form, &path, &same).await;
    browser.get(&answer.leads_to(&path)).await.says("Nothing was changed.");
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
        (vec![("name", "typed"), ("scope", "admin"), ("expires", "date")], "Choose the last day"),
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

#[tokio::test]
async fn what_others_have_changed_meanwhile_is_not_undone() {
    let world = open("fanfare").await;
    let key = world.key("acme", json!({"name": "web", "type": "secret", "scopes": ["admin", "read:analytics"]})).await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "");
    let form = browser.get(&page(&key, "/edit")).await;
    let ticked = [("scope", "admin"), ("scope", "read:analytics"), ("expires", "never")];
    let sent = [&[("name", "shop")][..], &ticked].concat();
    let api = format!("/organizations/acme/api-keys/{}", key.id);
    let narrowed = json!({"scopes": ["read:analytics"]});
    assert_eq!(world.operate("PATCH", &api, narrowed).await.status, 200);

    let answer = browser.post(&path, &form.form(&sent)).await;
    assert_eq!(answer.status, 409);
    answer.says("Somebody has changed this key meanwhile");
    answer.says("Permissions read:analytics");
    assert!(answer.body.contains("name=\"name\" value=\"shop\""), "what was typed stays");
    let now = shown(&world, &key).await;
    assert_eq!((&now["name"], &now["scopes"]), (&json!("web"), &json!(["read:analytics"])));

    // Whoever has seen it decides.
    let sent = [("name", "shop"), ("scope", "read:analytics"), ("expires", "never")];
    assert_eq!(browser.post(&path, &answer.form(&sent)).await.status, 303);
    let now = shown(&world, &key).await;
    assert_eq!((&now["name"], &now["scopes"]), (&json!("shop"), &json!(["read:analytics"])));
    for version in ["", "1", "-1", "x", "99999999999999999999"] {
        let fields = [&sent[..], &[("version", version)]].concat();
        assert_eq!(browser.submit(super::KEYS, &path, &fields).await.status, 409, "{version}");
    }
}

#[tokio::test]
async fn of_eight_forms_that_were_made_from_one_key_and_are_sent_at_once_one_is_saved() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let names: Vec<_> = (0..8).map(|number| format!("web {number}")).collect();
    let forms = all(names.iter().map(|_| browser.get("/portal/acme/keys/new"))).await;
    let path = page(&key, "");
    let fields = |name| [("name", name), ("scope", "admin"), ("expires", "never"), ("version", "1")];
    let sent: Vec<_> = names.iter().zip(&forms).map(|(name, form)| form.form(&fields(name.as_str()))).collect();
    let answers = all(sent.iter().map(|fields| browser.post(&path, fields))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(did(&world, "key.changed").await, 1);
}
