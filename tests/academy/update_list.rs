use serde_json::{Value, json};

use crate::support::{Campus, NOBODY, START, all};

#[tokio::test]
async fn what_is_given_changes_and_what_is_left_out_stays() {
    let campus = Campus::open().await;
    let list = campus.id("/lists", json!({"name": "Autumn", "description": "Began"})).await;
    campus.join(&list, &["ada@example.com"]).await;
    campus.world.at("2030-06-15T00:05:00Z");
    for (change, name, description) in [
        (json!({"name": "Winter"}), "Winter", json!("Began")),
        (json!({"description": "Cold"}), "Winter", json!("Cold")),
        (json!({"name": "WINTER"}), "WINTER", json!("Cold")),
        (json!({"description": null}), "WINTER", Value::Null),
        (json!({"name": null, "description": "Mild"}), "WINTER", json!("Mild")),
        (json!({"name": "Spring", "description": "Green"}), "Spring", json!("Green")),
    ] {
        let answer = campus.send("PATCH", &format!("/lists/{list}"), change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = json!({"id": list, "name": name, "description": description, "member_count": 1,
                           "created_at": START, "updated_at": "2030-06-15T00:05:00Z"});
        assert_eq!(answer.json()["data"], shown);
        assert_eq!(campus.data(&format!("/lists/{list}")).await, shown);
    }
    // The names that it had are free again.
    campus.list("autumn").await;
    campus.list("winter").await;
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_changes_nothing() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    campus.list("Winter").await;
    let invalid = "validation_error";
    let name = "name must have 1 to 100 characters";
    let cases = vec![
        (json!({}), 400, invalid, "body must have name or description"),
        (json!({"name": ""}), 400, invalid, name),
        (json!({"name": null}), 400, invalid, "body must have name or description"),
        (json!({"description": "d".repeat(501)}), 400, invalid, "description must have at most 500 characters"),
        (json!({"nome": "a"}), 400, invalid, "nome is not known here"),
        (json!({"name": "WINTER"}), 409, "already_exists", "A list with this name already exists"),
    ];
    campus.refuses("PATCH", &format!("/lists/{list}"), cases).await;
    let cases = vec![(json!({"name": "a"}), 404, "not_found", "List not found in this academy")];
    campus.refuses("PATCH", &format!("/lists/{NOBODY}"), cases).await;
    campus.refuses("PATCH", "/lists/1", vec![(json!({"name": "a"}), 400, invalid, "id must be a UUID")]).await;
}

#[tokio::test]
async fn of_many_lists_that_are_given_one_name_one_gets_it() {
    let campus = Campus::open().await;
    let names: Vec<_> = (0..8).map(|number| format!("List {number}")).collect();
    let lists = all(names.iter().map(|name| campus.list(name))).await;
    let paths: Vec<_> = lists.iter().map(|list| format!("/lists/{list}")).collect();
    let answers = all(paths.iter().map(|path| campus.send("PATCH", path, json!({"name": "Autumn"})))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200][..], &[409; 7]].concat());
    let lists = campus.data("/lists").await["lists"].clone();
    assert_eq!(lists.as_array().unwrap().iter().filter(|list| list["name"] == "Autumn").count(), 1);
}

#[tokio::test]
async fn a_list_renamed_by_many_at_once_holds_one_name_and_no_other() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let names: Vec<_> = (0..8).map(|number| format!("Name {number}")).collect();
    let path = format!("/lists/{list}");
    let answers = all(names.iter().map(|name| campus.send("PATCH", &path, json!({"name": name})))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let name = campus.data(&path).await["name"].clone();
    for other in names.iter().map(String::as_str).chain(["Autumn"]).filter(|other| name != **other) {
        campus.list(other).await;
    }
    assert_eq!(campus.send("POST", "/lists", json!({"name": name})).await.status, 409);
}
