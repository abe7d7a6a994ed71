use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn the_settings_are_the_contracts_until_somebody_changes_them() {
    let (world, key) = World::launches().await;
    let operators = world.operate("GET", "/organizations/acme/alerts", Value::Null).await;
    assert_eq!(operators.status, 200, "{operators:?}");
    let settings = operators.json()["data"].clone();
    let kinds = settings["kinds"].as_object().unwrap();
    assert_eq!(kinds.len(), 10);
    assert_eq!(kinds["limit.approaching"], json!({"enabled": true, "changeable": true, "thresholds": [80, 95]}));
    assert_eq!(kinds["errors.high"], json!({"enabled": true, "changeable": true, "rate": 0.05, "of": "server"}));
    assert_eq!(kinds["key.unused"], json!({"enabled": true, "changeable": true, "days": 90}));
    assert_eq!(settings["muted"], json!([]));
    assert_eq!(world.get("/api/v1/acme/alerts", &key).await.json()["data"], settings);
}

#[tokio::test]
async fn a_contract_without_alerts_has_none() {
    let (world, key) = World::academy("pro").await;
    for path in ["/organizations/acme/alerts", "/organizations/acme/alerts/history"] {
        assert_eq!(world.operate("GET", path, Value::Null).await.status, 404, "{path}");
    }
    for change in [json!({"kinds": {"limit.reached": {"enabled": false}}}), json!({"kinds": {}}), json!(7)] {
        assert_eq!(world.operate("PUT", "/organizations/acme/alerts", change).await.status, 404);
    }
    assert_eq!(world.get("/api/v1/acme/alerts", &key).await.status, 404);
    assert_eq!(world.stack.fire("AlertsWatch").await.unwrap()["organizations"], 0);
}

#[tokio::test]
async fn the_settings_are_an_organizations_own() {
    let (world, key) = World::launches().await;
    world.organization("zeta", json!({"plan": "pro"})).await;
    assert_eq!(world.get("/api/v1/zeta/alerts", &key).await.status, 404);
    assert_eq!(world.operate("GET", "/organizations/nobody/alerts", Value::Null).await.status, 404);
}
