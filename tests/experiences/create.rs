use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{START, World, all};

const EXPERIENCES: &str = "/api/experiences";

#[tokio::test]
async fn an_experience_is_made_and_shown_whole() {
    let (world, key) = World::launches().await;
    let new = json!({"name": "Summer drop", "slug": "summer", "openAt": "2030-06-15T12:00:00+02:00",
                     "closeAt": "2030-06-16T00:00:00.250Z", "timeZone": "europe/berlin"});
    world.at("2030-06-15T00:00:30.999Z");
    let made = world.post(EXPERIENCES, &key, new).await;
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let body = format!(
        r#"{{"data":{{"id":"{id}","name":"Summer drop","slug":"summer","status":"scheduled","openAt":"2030-06-15T10:00:00Z","closeAt":"2030-06-16T00:00:00.25Z","timeZone":"Europe/Berlin","createdAt":"{START}"}}}}"#
    );
    let quota = ["x-ratelimit-limit: 10000", "x-ratelimit-remaining: 9999", "x-ratelimit-reset: 1907712060"];
    made.is(201, &quota, &body);

    let least = world.post(EXPERIENCES, &key, json!({"name": "x", "slug": null, "openAt": null})).await.json();
    let id = least["data"]["id"].clone();
    assert_eq!(
        least["data"],
        json!({"id": id, "name": "x", "slug": "x", "status": "draft", "openAt": null, "closeAt": null, "timeZone": null,
               "createdAt": START})
    );
}

#[tokio::test]
async fn a_slug_is_made_of_the_name_where_none_is_given() {
    let (world, key) = World::launches().await;
    let slug = async |new: Value| {
        let data = world.post(EXPERIENCES, &key, new).await.json()["data"].clone();
        [&data["slug"], &data["id"]].map(|text| text.as_str().unwrap().to_owned())
    };
    assert_eq!(slug(json!({"name": "Summer Drop, 2030!"})).await[0], "summer-drop-2030");
    assert_eq!(slug(json!({"name": "Summer drop 2030", "slug": "again"})).await[0], "again");
    let [slug, id] = slug(json!({"name": "夏の発売"})).await;
    assert_eq!(slug, id, "no letter a to z, no digit: the id will do");
    let again = world.post(EXPERIENCES, &key, json!({"name": "summer-drop 2030"})).await;
    assert_eq!(
        (again.status, again.json()),
        (409, json!({"error": "There is an experience with the slug summer-drop-2030"}))
    );
}

#[tokio::test]
async fn slugs_are_by_organization() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    let new = json!({"name": "Summer", "slug": "summer"});
    for (key, status) in [(&key, 201), (&other, 201), (&key, 409), (&other, 409)] {
        assert_eq!(world.post(EXPERIENCES, key, new.clone()).await.status, status);
    }
}

#[tokio::test]
async fn of_forty_that_ask_for_one_slug_at_once_exactly_one_gets_it() {
    let (world, key) = World::launches().await;
    world.stack.dynamodb().transactions_take(Duration::from_millis(20));
    let new = |number: usize| json!({"name": format!("Number {number}"), "slug": "summer"});
    let answers = all((0..40).map(|number| world.post(EXPERIENCES, &key, new(number)))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 39]].concat());
    assert_eq!(world.items("ReferenceTable").await.len(), 3, "the experience, its slug and a tally");
    let listed = world.get(EXPERIENCES, &key).await.json();
    let winner = answers.iter().find(|answer| answer.status == 201).unwrap().json();
    assert_eq!(listed["data"], json!([winner["data"]]));
}

#[tokio::test]
async fn an_experience_that_is_none_names_the_field_and_leaves_nothing_behind() {
    let (world, key) = World::launches().await;
    let long = "n".repeat(201);
    let label = "must have 1 to 200 printable characters";
    let slug = "must have 1 to 63 lower-case letters, digits and hyphens, the first no hyphen";
    let time = "must be a time like 2024-01-01T00:00:00Z";
    let zone = "must be the name of a time zone like Europe/Berlin";
    let with = |field: &str, value: Value| {
        let mut new = json!({"name": "a"});
        new[field] = value;
        new
    };
    for (new, field, message) in [
        (json!({}), "name", "is required"),
        (json!([]), "body", "must be an object"),
        (json!(null), "body", "must be an object"),
        (with("name", json!("")), "name", label),
        (with("name", json!(" \u{a0} ")), "name", label),
        (with("name", json!("a\nb")), "name", label),
        (with("name", json!(long)), "name", label),
        (with("name", json!(7)), "name", "must be a string"),
        (with("name", json!(null)), "name", "must be a string"),
        (with("slug", json!("")), "slug", slug),
        (with("slug", json!("Summer")), "slug", slug),
        (with("slug", json!("-a")), "slug", slug),
        (with("slug", json!("a/b")), "slug", slug),
        (with("slug", json!("a".repeat(64))), "slug", slug),
        (with("openAt", json!("tomorrow")), "openAt", time),
        (with("openAt", json!("2030-06-15T10:00:00")), "openAt", time),
        (with("openAt", json!(1_907_712_000)), "openAt", "must be a string"),
        (with("closeAt", json!("2030-13-15T10:00:00Z")), "closeAt", time),
        (with("closeAt", json!("2030-06-15T10:00:00Z")), "openAt", "is required where there is a closeAt"),
        (
            json!({"name": "a", "openAt": "2030-06-15T10:00:00Z", "closeAt": "2030-06-15T12:00:00+02:00"}),
            "closeAt",
            "must be later than openAt",
        ),
        (with("timeZone", json!("Europe/Atlantis")), "timeZone", zone),
        (with("timeZone", json!("")), "timeZone", zone),
        (with("status", json!("active")), "status", "is not known here"),
        (with("id", json!("0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d")), "id", "is not known here"),
    ] {
        let answer = world.post(EXPERIENCES, &key, new.clone()).await;
        let body = json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
        assert_eq!((answer.status, answer.json()), (400, body), "{new}");
    }
    assert!(world.items("ReferenceTable").await.is_empty());
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let (world, key) = World::launches().await;
    let slug = "must have 1 to 63 lower-case letters, digits and hyphens, the first no hyphen";
    let time = "must be a time like 2024-01-01T00:00:00Z";
    for (new, details) in [
        (
            json!({"name": 7, "slug": "-", "openAt": "soon", "closeAt": "2030-06-15T10:00:00Z", "colour": "red"}),
            json!([
                {"field": "name", "message": "must be a string"},
                {"field": "slug", "message": slug},
                {"field": "openAt", "message": time},
                {"field": "colour", "message": "is not known here"},
            ]),
        ),
        // What is missing comes after what is wrong.
        (
            json!({"slug": "-", "timeZone": 1}),
            json!([
                {"field": "slug", "message": slug},
                {"field": "timeZone", "message": "must be a string"},
                {"field": "name", "message": "is required"},
            ]),
        ),
    ] {
        let answer = world.post(EXPERIENCES, &key, new).await;
        assert_eq!((answer.status, answer.json()), (400, json!({"error": "Validation failed", "details": details})));
    }
    let answer = world.get("/api/analytics?to=tomorrow&from=&from=today", &key).await;
    let date = "must be a date like 2030-06-15";
    let details = json!([{"field": "to", "message": date}, {"field": "from", "message": date}]);
    assert_eq!((answer.status, answer.json()), (400, json!({"error": "Validation failed", "details": details})));
    let many: serde_json::Map<_, _> = (0..1_000).map(|number| (format!("m{number}"), json!(number))).collect();
    let answer = world.post(EXPERIENCES, &key, many.into()).await;
    assert_eq!((answer.status, answer.json()["details"].as_array().unwrap().len()), (400, 8));
    assert!(world.items("ReferenceTable").await.is_empty());
}
