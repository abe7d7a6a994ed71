use serde_json::{Value, json};

use super::SESSIONS;
use crate::portal::{KEYS, open};
use crate::support::{Browser, all};

#[tokio::test]
async fn a_session_that_was_ended_is_over_at_once_and_once() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let browser = Browser::new(&world);
    assert_eq!(browser.enter(&link.code).await.status, 303);
    let others = world.visitor("acme").await;
    assert_eq!(browser.get(KEYS).await.status, 200);
    let path = format!("{SESSIONS}/{}", link.id);
    let answer = world.operate("DELETE", &path, Value::Null).await;
    answer.is(200, &[], &format!(r#"{{"data":{{"id":"{}","deleted":true}}}}"#, link.id));
    assert_eq!(browser.get(KEYS).await.status, 401);
    assert_eq!(others.get(KEYS).await.status, 200, "another session of the same person goes on");
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 404);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json();
    let ended: Vec<_> =
        rows["data"].as_array().unwrap().iter().filter(|row| row["action"] == "portal.session.ended").collect();
    assert_eq!((ended.len(), &ended[0]["plane"]), (1, &json!("operator")));
}

#[tokio::test]
async fn a_link_that_was_taken_back_lets_nobody_in() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    assert_eq!(world.operate("DELETE", &format!("{SESSIONS}/{}", link.id), Value::Null).await.status, 200);
    let browser = Browser::new(&world);
    assert_eq!(browser.get(&format!("/portal/enter?code={}", link.code)).await.status, 401);
    assert_eq!(browser.enter(&link.code).await.status, 401);
}

#[tokio::test]
async fn a_link_that_is_used_and_taken_back_at_once_is_over_either_way() {
    let world = open("fayne").await;
    for _ in 0..10 {
        let link = world.link("acme", json!({"subject": "user_42"})).await;
        let browser = Browser::new(&world);
        let path = format!("{SESSIONS}/{}", link.id);
        let (entered, ended) = tokio::join!(browser.enter(&link.code), world.operate("DELETE", &path, Value::Null));
        assert_eq!(ended.status, 200);
        assert!([303, 401].contains(&entered.status), "{entered:?}");
        assert_eq!(browser.get(KEYS).await.status, 401, "after {}", entered.status);
    }
    let sessions = world.operate("GET", SESSIONS, Value::Null).await.json();
    assert_eq!(sessions["data"], json!([]));
    assert!(world.items("KeysTable").await.iter().all(|item| !item.contains("pk=S(\"portal#")), "nothing is left");
}

#[tokio::test]
async fn nobody_ends_what_is_not_there_or_another_organizations() {
    let world = open("fayne").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let link = world.link("other", json!({"subject": "user_42"})).await;
    for (id, status) in
        [(link.id.as_str(), 404), ("portal_00000000000000000000000000", 404), ("portal_1", 400), ("x", 400)]
    {
        assert_eq!(world.operate("DELETE", &format!("{SESSIONS}/{id}"), Value::Null).await.status, status, "{id}");
    }
    assert_eq!(Browser::new(&world).enter(&link.code).await.status, 303);
}

#[tokio::test]
async fn eight_who_end_a_session_at_once_end_it_once() {
    let world = open("fayne").await;
    let link = world.link("acme", json!({"subject": "user_42"})).await;
    let path = format!("{SESSIONS}/{}", link.id);
    let answers = all((0..8).map(|_| world.operate("DELETE", &path, Value::Null))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[7]), (200, 404, 404), "{statuses:?}");
}
