use serde_json::{Value, json};

use super::SESSIONS;
use crate::portal::open;
use crate::support::Browser;

#[tokio::test]
async fn who_is_in_and_who_has_a_link_is_listed_newest_first() {
    let world = open("fayne").await;
    let first =
        world.link("acme", json!({"subject": "user_1", "name": "Ada", "operations": ["list"], "seconds": 600})).await;
    world.at("2030-06-15T00:01:00Z");
    let second = world.link("acme", json!({"subject": "user_2"})).await;
    world.at("2030-06-15T00:02:00Z");
    assert_eq!(Browser::new(&world).enter(&first.code).await.status, 303);
    let all = r#"["list","usage","activity","create","delete"]"#;
    let body = format!(
        r#"{{"data":[{{"id":"{}","subject":"user_2","name":null,"operations":{all},"keyId":null,"createdAt":"2030-06-15T00:01:00Z","enteredAt":null,"expiresAt":"2030-07-15T00:01:00Z"}},{{"id":"{}","subject":"user_1","name":"Ada","operations":["list"],"keyId":null,"createdAt":"2030-06-15T00:00:30Z","enteredAt":"2030-06-15T00:02:00Z","expiresAt":"2030-06-15T00:12:00Z"}}],"meta":{{"pagination":{{"limit":20,"cursor":null,"hasMore":false}}}}}}"#,
        second.id, first.id
    );
    world.operate("GET", SESSIONS, Value::Null).await.is(200, &[], &body);
    world.at("2030-06-15T00:12:00Z");
    let left = world.operate("GET", SESSIONS, Value::Null).await.json();
    assert_eq!(left["data"].as_array().unwrap().len(), 1, "the one that is over is not listed");
}

#[tokio::test]
async fn a_long_list_comes_by_pages_and_a_cursor_cannot_be_taken_elsewhere() {
    let world = open("fayne").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let mut ids = Vec::new();
    for number in 0..7 {
        world.at(&format!("2030-06-15T00:00:{:02}Z", 30 + number));
        ids.insert(0, world.link("acme", json!({"subject": "user_42"})).await.id);
        world.link("other", json!({"subject": "user_42"})).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operate("GET", &format!("{SESSIONS}?{cursor}limit=3"), Value::Null).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
        cursor = format!("cursor={next}&");
    }
    assert_eq!(seen, ids);
    let theirs = world.operate("GET", "/organizations/other/portal-sessions?limit=1", Value::Null).await.json();
    let theirs = theirs["meta"]["pagination"]["cursor"].as_str().unwrap();
    for cursor in [theirs, "x", ""] {
        assert_eq!(world.operate("GET", &format!("{SESSIONS}?cursor={cursor}"), Value::Null).await.status, 400);
    }
    assert_eq!(world.operate("GET", "/organizations/nobody/portal-sessions", Value::Null).await.status, 404);
}
