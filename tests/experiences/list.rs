use serde_json::{Value, json};

use crate::support::{Key, World};

/// Makes `count` experiences, a second apart; their names, newest first.
async fn made(world: &World, key: &Key, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..count {
        world.at(&format!("2030-06-15T00:00:{number:02}Z"));
        let name = format!("Number {number}");
        assert_eq!(world.post("/api/experiences", key, json!({"name": name})).await.status, 201);
        names.insert(0, name);
    }
    names
}

fn names(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_of_nothing_has_no_cursors() {
    let (world, key) = World::launches().await;
    let quota = ["x-ratelimit-limit: 10000", "x-ratelimit-remaining: 9999", "x-ratelimit-reset: 1907712060"];
    let body = r#"{"data":[],"pageInfo":{"startCursor":null,"endCursor":null}}"#;
    world.get("/api/experiences", &key).await.is(200, &quota, body);
}

#[tokio::test]
async fn experiences_are_listed_newest_first_and_part_by_part() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    made(&world, &other, 3).await;
    let newest_first = made(&world, &key, 25).await;
    assert_eq!(
        names(&world.get("/api/experiences", &key).await.json()),
        newest_first[..20],
        "20 where nothing is said"
    );
    for first in [1, 2, 24, 25, 100] {
        let (mut seen, mut after, mut before) = (Vec::new(), String::new(), Value::Null);
        loop {
            let page = world.get(&format!("/api/experiences?first={first}{after}"), &key).await.json();
            let listed = names(&page);
            let info = &page["pageInfo"];
            assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["startCursor", "endCursor"]);
            if listed.is_empty() {
                assert_eq!(info, &json!({"startCursor": null, "endCursor": null}));
                break;
            }
            assert!(listed.len() == first || seen.len() + listed.len() == 25, "only the last part is short");
            assert_eq!(info["startCursor"] == info["endCursor"], listed.len() == 1);
            assert_ne!(info["startCursor"], before);
            before = info["endCursor"].clone();
            after = format!("&after={}", before.as_str().unwrap());
            seen.extend(listed);
        }
        assert_eq!(seen, newest_first, "by {first}");
    }
}

#[tokio::test]
async fn what_is_made_meanwhile_neither_doubles_nor_hides_an_entry() {
    let (world, key) = World::launches().await;
    let newest_first = made(&world, &key, 4).await;
    let page = world.get("/api/experiences?first=2", &key).await.json();
    world.at("2030-06-15T00:01:00Z");
    world.post("/api/experiences", &key, json!({"name": "meanwhile"})).await;
    let after = page["pageInfo"]["endCursor"].as_str().unwrap();
    let next = world.get(&format!("/api/experiences?first=2&after={after}"), &key).await.json();
    assert_eq!([names(&page), names(&next)].concat(), newest_first);
}

#[tokio::test]
async fn a_cursor_is_a_place_in_ones_own_list_whoever_it_comes_from() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    let theirs = made(&world, &other, 3).await;
    let mine = made(&world, &key, 3).await;
    let page = world.get("/api/experiences?first=1", &other).await.json();
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
    let taken = names(&world.get(&format!("/api/experiences?after={cursor}"), &key).await.json());
    assert!(taken.iter().all(|name| mine.contains(name)) && taken.len() < 4, "{taken:?}");
    assert_eq!(names(&world.get(&format!("/api/experiences?after={cursor}"), &other).await.json()), theirs[1..]);
}

#[tokio::test]
async fn a_part_that_cannot_be_names_the_parameter() {
    let (world, key) = World::launches().await;
    let cursor = "must be a cursor that a list gave";
    for (query, field, message) in [
        ("first=0", "first", "must be a number from 1 to 100"),
        ("first=101", "first", "must be a number from 1 to 100"),
        ("first=-1", "first", "must be a number in range"),
        ("first=many", "first", "must be a number in range"),
        ("first=", "first", "must be a number in range"),
        ("first=1&first=2", "first", "must not be given twice"),
        ("after=", "after", cursor),
        ("after=x", "after", cursor),
        ("after=%00", "after", cursor),
        ("after=0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d", "after", cursor),
        ("after=AAAAAAAAAAAAAAAAAAAAAA", "after", cursor),
        ("after=AZO1oHweejCfCl0fais8TQAA", "after", cursor),
    ] {
        let answer = world.get(&format!("/api/experiences?{query}"), &key).await;
        let body = json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
        assert_eq!((answer.status, answer.json()), (400, body), "{query}");
    }
    assert_eq!(world.get("/api/experiences?last=3&before=x", &key).await.status, 200, "unknown ones are ignored");
}
