use dynamodb::{number, text};
use serde_json::json;

use crate::support::{Campus, START, all, course_id};

#[tokio::test]
async fn a_list_is_made_and_shown() {
    let campus = Campus::open().await;
    let answer = campus.send("POST", "/lists", json!({"name": "Autumn \u{2014} 2030", "description": "Began"})).await;
    let data = answer.json()["data"].clone();
    assert_eq!(answer.status, 201);
    assert_eq!(
        data,
        json!({"id": data["id"], "name": "Autumn \u{2014} 2030", "description": "Began", "member_count": 0,
               "created_at": START, "updated_at": START})
    );
    assert_eq!(campus.data(&format!("/lists/{}", data["id"].as_str().unwrap())).await, data);
}

#[tokio::test]
async fn a_name_is_one_lists_whatever_its_case() {
    let campus = Campus::open().await;
    campus.list("Ünder Öaks").await;
    let message = "A list with this name already exists";
    let taken = |name: &str| (json!({"name": name}), 409, "already_exists", message);
    campus.refuses("POST", "/lists", vec![taken("Ünder Öaks"), taken("ünder öaks"), taken("ÜNDER ÖAKS")]).await;
    campus.list("Ünder Öaks 2").await;
}

#[tokio::test]
async fn of_many_that_make_a_list_of_one_name_one_does() {
    let campus = Campus::open().await;
    let names = ["Autumn", "autumn", "AUTUMN", "aUtUmN"];
    let make = |name: &&str| campus.send("POST", "/lists", json!({"name": name}));
    let mut statuses: Vec<_> =
        all(names.iter().cycle().take(20).map(make)).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[201][..], &[409; 19]].concat());
    assert_eq!(campus.data("/lists").await["lists"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_academy_has_at_most_two_hundred_lists() {
    let campus = Campus::open().await;
    let names: Vec<_> = (0..12).map(|number| format!("List {number}")).collect();
    // 194 more, as the academy counts them.
    let client = campus.world.stack.dynamodb().client();
    let mut register = client.put_item().table_name("ReferenceTable").item("pk", text("org#acme"));
    register = register.item("sk", text("register")).item("lists", number(194)).item("version", number(194));
    for counted in 0..194 {
        register = register.item(format!("list#{}", course_id(counted)), number(0));
    }
    register.send().await.unwrap();
    let mut statuses: Vec<_> = all(names.iter().map(|name| campus.send("POST", "/lists", json!({"name": name}))))
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [&[201; 6][..], &[402; 6]].concat());
    let message = "An academy has at most 200 lists";
    campus.refuses("POST", "/lists", vec![(json!({"name": "One more"}), 402, "limit_exceeded", message)]).await;
    let lists = campus.data("/lists").await["lists"].clone();
    assert_eq!(lists.as_array().unwrap().len(), 6);
    campus.send("DELETE", &format!("/lists/{}", lists[0]["id"].as_str().unwrap()), json!(null)).await;
    campus.list("One more").await;
}

#[tokio::test]
async fn whatever_is_wrong_is_named_and_leaves_nothing_behind() {
    let campus = Campus::open().await;
    let invalid = "validation_error";
    let name = "name must have 1 to 100 characters";
    let cases = vec![
        (json!({}), 400, invalid, "name is required"),
        (json!({"name": ""}), 400, invalid, name),
        (json!({"name": " \t"}), 400, invalid, name),
        (json!({"name": "n".repeat(101)}), 400, invalid, name),
        (json!({"name": null}), 400, invalid, "name must be a string"),
        (
            json!({"name": "a", "description": "d".repeat(501)}),
            400,
            invalid,
            "description must have at most 500 characters",
        ),
        (json!({"name": "a", "members": []}), 400, invalid, "members is not known here"),
    ];
    campus.refuses("POST", "/lists", cases).await;
    let long = json!({"name": "\u{130}".repeat(100), "description": "\u{1f600}".repeat(500)});
    assert_eq!(campus.send("POST", "/lists", long).await.status, 201);
}
