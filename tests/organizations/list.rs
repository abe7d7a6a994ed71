use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn organizations_are_listed_by_their_slugs_page_by_page() {
    let world = World::serving("fayne").await;
    let empty = world.operate("GET", "/organizations", Value::Null).await;
    empty.is(200, &[], r#"{"data":[],"meta":{"pagination":{"limit":20,"cursor":null,"hasMore":false}}}"#);
    for slug in ["delta", "alpha", "charlie", "bravo", "alpha"] {
        world.organization(slug, json!({"plan": "pro"})).await;
    }
    for limit in 1..=5 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.operate("GET", &format!("/organizations?{cursor}limit={limit}"), Value::Null).await.json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|org| org["slug"].as_str().unwrap().to_owned()));
            let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
            cursor = format!("cursor={next}&");
        }
        assert_eq!(seen, ["alpha", "bravo", "charlie", "delta"], "by {limit}");
    }
    let answer = world.operate("GET", "/organizations?cursor=%20", Value::Null).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["message"]),
        (400, &json!("cursor must be one that this list gave"))
    );
}
