use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{START, World, all};

const CONSUMERS: &str = "/api/consumers";

#[tokio::test]
async fn a_consumer_is_registered_and_shown_whole() {
    let (world, key) = World::launches().await;
    let metadata = r#"{"b": 1.50, "a": [12345678901234567890123, {"deep": null}]}"#;
    let new = format!(
        r#"{{"email": "Ada@Example.com", "phone": "+14155550123", "fullName": "Ada Lovelace", "externalId": "crm/7", "metadata": {metadata}}}"#
    );
    let credential = format!("Bearer {}", key.secret);
    let headers = [("authorization", credential.as_str()), ("content-type", "application/json")];
    world.at("2030-06-15T00:00:30.999Z");
    let made = world.http.send_bytes("POST", CONSUMERS, &headers, new.into_bytes()).await;
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let consumer = format!(
        r#"{{"id":"{id}","email":"Ada@Example.com","phone":"+14155550123","fullName":"Ada Lovelace","externalId":"crm/7","metadata":{metadata},"createdAt":"{START}"}}"#
    );
    let quota = ["x-ratelimit-limit: 10000", "x-ratelimit-remaining: 9999", "x-ratelimit-reset: 1907712060"];
    made.is(201, &quota, &format!(r#"{{"data":{consumer}}}"#));
    let listed = world.get(CONSUMERS, &key).await;
    assert!(listed.body.starts_with(&format!(r#"{{"data":[{consumer}],"pageInfo""#)), "{listed:?}");

    for known in [json!({"phone": "+4930901820"}), json!({"externalId": "7"}), json!({"email": "a@example.com"})] {
        let made = world.post(CONSUMERS, &key, known.clone()).await;
        let mut data = made.json()["data"].clone();
        assert_eq!(made.status, 201, "{known}");
        data.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let left: Vec<_> =
            data.as_object().unwrap().keys().filter(|name| *name != "id" && *name != "createdAt").collect();
        assert_eq!(left, known.as_object().unwrap().keys().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn an_email_is_of_one_consumer_whatever_its_case() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    for (key, email, status) in [
        (&key, "Ada@Example.com", 201),
        (&key, "Ada@Example.com", 409),
        (&key, "ada@example.COM", 409),
        (&other, "ada@example.com", 201),
        (&key, "ada+1@example.com", 201),
    ] {
        let answer = world.post(CONSUMERS, key, json!({"email": email, "phone": "+14155550123"})).await;
        assert_eq!(answer.status, status, "{email}");
        if status == 409 {
            assert_eq!(answer.body, r#"{"error":"There is a consumer with this email"}"#);
        }
    }
    // A phone may be of a household, and the caller's own ids are the caller's business.
    for _ in 0..2 {
        let answer = world.post(CONSUMERS, &key, json!({"phone": "+14155550123", "externalId": "7"})).await;
        assert_eq!(answer.status, 201);
    }
}

#[tokio::test]
async fn of_forty_that_register_one_email_at_once_exactly_one_does() {
    let (world, key) = World::launches().await;
    world.stack.dynamodb().transactions_take(Duration::from_millis(20));
    let email = |number: usize| if number.is_multiple_of(2) { "ada@example.com" } else { "ADA@example.com" };
    let new = |number| json!({"email": email(number), "externalId": number.to_string()});
    let answers = all((0..40).map(|number| world.post(CONSUMERS, &key, new(number)))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 39]].concat());
    let winner = answers.iter().find(|answer| answer.status == 201).unwrap().json();
    assert_eq!(world.get(CONSUMERS, &key).await.json()["data"], json!([winner["data"]]));
    assert_eq!(world.items("ReferenceTable").await.len(), 3, "the consumer, their email and their day");
}

#[tokio::test]
async fn a_consumer_who_is_none_names_the_field_and_leaves_nothing_behind() {
    let (world, key) = World::launches().await;
    let email = "must be an email address of at most 254 characters";
    let label = "must have 1 to 200 printable characters";
    let phone = "must be a number like +14155550123";
    let who = "is required where there is neither phone nor externalId";
    let with = |field: &str, value: Value| {
        let mut new = json!({"externalId": "7"});
        new[field] = value;
        new
    };
    for (new, field, message) in [
        (json!({}), "email", who),
        (json!({"fullName": "Ada", "metadata": {}}), "email", who),
        (json!({"email": null, "phone": null, "externalId": null}), "email", who),
        (json!([]), "body", "must be an object"),
        (with("email", json!("ada")), "email", email),
        (with("email", json!("")), "email", email),
        (with("email", json!(7)), "email", "must be a string"),
        (with("phone", json!("415 555 0123")), "phone", phone),
        (with("phone", json!("+1234567890123456")), "phone", phone),
        (with("fullName", json!("")), "fullName", label),
        (with("fullName", json!("n".repeat(201))), "fullName", label),
        (with("externalId", json!("")), "externalId", label),
        (with("externalId", json!(7)), "externalId", "must be a string"),
        (with("metadata", json!([])), "metadata", "must be an object"),
        (with("metadata", json!("{}")), "metadata", "must be an object"),
        (with("metadata", json!({"a": "x".repeat(16_384)})), "metadata", "must have at most 16384 bytes"),
        (with("full_name", json!("Ada")), "full_name", "is not known here"),
        (with("id", json!("7")), "id", "is not known here"),
    ] {
        let answer = world.post(CONSUMERS, &key, new.clone()).await;
        let body = json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
        assert_eq!((answer.status, answer.json()), (400, body), "{new}");
    }
    assert!(world.items("ReferenceTable").await.is_empty());
}

#[tokio::test]
async fn metadata_as_deep_as_it_may_be_long_is_no_fault_of_ours() {
    let (world, key) = World::launches().await;
    let deep = format!(r#"{{"externalId": "7", "metadata": {{"a": {}{}}}}}"#, "[".repeat(8_000), "]".repeat(8_000));
    let credential = format!("Bearer {}", key.secret);
    let headers = [("authorization", credential.as_str()), ("content-type", "application/json")];
    let made = world.http.send_bytes("POST", CONSUMERS, &headers, deep.into_bytes()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(world.get(CONSUMERS, &key).await.body.contains(&"[".repeat(8_000)));
}
