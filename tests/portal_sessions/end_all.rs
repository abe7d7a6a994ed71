use serde_json::{Value, json};

use super::SESSIONS;
use crate::portal::{KEYS, open};
use crate::support::{Browser, all};

#[tokio::test]
async fn everything_that_one_person_has_is_ended_and_nobody_elses() {
    let world = open("fayne").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let theirs = [world.visitor("acme").await, world.visitor("acme").await];
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let others = [
        world.visitor_with("acme", json!({"subject": "user_4"})).await,
        world.visitor_with("acme", json!({"subject": "user_42 "})).await,
        world.visitor_with("acme", json!({"subject": "USER_42"})).await,
    ];
    let elsewhere = world.visitor("other").await;
    let answer = world.operate("DELETE", &format!("{SESSIONS}?subject=user_42"), Value::Null).await;
    answer.is(200, &[], r#"{"data":{"ended":3}}"#);
    for browser in &theirs {
        assert_eq!(browser.get(KEYS).await.status, 401);
    }
    assert_eq!(Browser::new(&world).enter(&link.code).await.status, 401);
    for browser in &others {
        assert_eq!(browser.get(KEYS).await.status, 200);
    }
    assert_eq!(elsewhere.get("/portal/other/keys").await.status, 200);
    let answer = world.operate("DELETE", &format!("{SESSIONS}?subject=user_42"), Value::Null).await;
    answer.is(200, &[], r#"{"data":{"ended":0}}"#);
}

#[tokio::test]
async fn however_many_there_are_all_are_ended() {
    let world = open("fayne").await;
    all((0..120).map(|number| world.link("acme", json!({"subject": format!("user_{}", number % 2)})))).await;
    let answer = world.operate("DELETE", &format!("{SESSIONS}?subject=user_1"), Value::Null).await;
    assert_eq!(answer.json()["data"], json!({"ended": 60}));
    let left = world.operate("GET", &format!("{SESSIONS}?limit=100"), Value::Null).await.json();
    let left: Vec<_> = left["data"].as_array().unwrap().iter().map(|session| session["subject"].clone()).collect();
    assert_eq!(left, vec![json!("user_0"); 60]);
}

#[tokio::test]
async fn nobody_is_ended_without_being_named() {
    let world = open("fayne").await;
    let browser = world.visitor("acme").await;
    for query in ["", "?subject=", "?subject=%20", "?Subject=user_42"] {
        assert_eq!(world.operate("DELETE", &format!("{SESSIONS}{query}"), Value::Null).await.status, 400, "{query}");
    }
    assert_eq!(browser.get(KEYS).await.status, 200);
}
