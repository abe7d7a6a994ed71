use local::dynamodb::Fault;
use serde_json::json;

use crate::support::{CONTRACTS, World};

#[tokio::test]
async fn anyone_learns_that_it_runs_whatever_the_contract() {
    for contract in CONTRACTS {
        let world = World::serving(contract).await;
        let body = r#"{"ok":true,"time":"2030-06-15T00:00:30Z"}"#;
        world.anonymous("GET", "/api/v1/health").await.is(200, &[], body);
        world.call("GET", "/api/v1/health", "junk", None).await.is(200, &[], body);
        for path in ["/api/v1/health", "/openapi.json"] {
            let asked = world.anonymous("HEAD", path).await;
            assert_eq!((asked.status, asked.body.as_str()), (200, ""), "{contract} {path}");
            let answer = world.anonymous("POST", path).await;
            assert_eq!((answer.status, answer.own_headers()), (405, vec!["allow: GET, HEAD".to_owned()]), "{contract}");
        }
    }
}

#[tokio::test]
async fn it_costs_nothing_and_does_not_depend_on_the_store() {
    let world = World::serving("thefaq").await;
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "down").always());
    world.stack.dynamodb().record(true);
    assert_eq!(world.anonymous("GET", "/api/v1/health").await.status, 200);
    assert!(world.stack.dynamodb().calls().is_empty());
}

#[tokio::test]
async fn an_organization_may_be_called_health() {
    let world = World::serving("thefaq").await;
    world.organization("health", json!({"plan": "pro"})).await;
    let key = world.key("health", json!({"name": "a"})).await;
    let listed = world.get("/api/v1/health/api-keys", &key).await;
    assert_eq!((listed.status, &listed.json()["data"][0]["id"]), (200, &json!(key.id)));
}
