use serde_json::{Value, json};

use super::Watched;
use crate::support::World;

#[tokio::test]
async fn a_page_of_the_history_is_newest_first_and_leads_to_the_next() {
    let watched = Watched::with(json!([{"requests": 10, "per": "hour"}])).await;
    for hour in ["00", "01", "02"] {
        watched.world.at(&format!("2030-06-15T{hour}:00:30Z"));
        let key = watched.key().await;
        watched.use_key(&key, 8).await;
        watched.watch().await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/organizations/acme/alerts/history?limit=2{cursor}");
        let page = watched.world.operate("GET", &path, Value::Null).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["at"].as_str().unwrap().to_owned()));
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 5, "three were opened, and two recovered: {seen:?}");
    assert!(seen.is_sorted_by(|one, other| one >= other), "{seen:?}");
}

#[tokio::test]
async fn the_history_is_an_organizations_own_and_its_cursors_are() {
    let (world, key) = World::launches().await;
    world.organization("zeta", json!({"plan": "pro"})).await;
    assert_eq!(world.get("/api/v1/acme/alerts/history", &key).await.json()["data"], json!([]));
    assert_eq!(world.get("/api/v1/zeta/alerts/history", &key).await.status, 404);
    assert_eq!(world.get("/api/v1/acme/alerts/history?cursor=AAAA", &key).await.status, 400);
}
