use std::fs;

use serde_json::Value;

use crate::support::{CONTRACTS, World, root};

#[tokio::test]
async fn whoever_signs_gets_the_whole_document_of_the_contract_that_is_served() {
    for contract in CONTRACTS {
        let world = World::serving(contract).await;
        let answer = world.operate("GET", "/openapi.json", Value::Null).await;
        let document = fs::read_to_string(root().join(format!("openapi/{contract}.operator.json"))).unwrap();
        answer.is(200, &[], document.trim_end());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{contract}");
    }
}

#[tokio::test]
async fn whoever_does_not_sign_gets_none_of_it() {
    let world = World::serving("fayne").await;
    let answer = world.anonymous("GET", "/operator/v1/openapi.json").await;
    answer.is(403, &[], r#"{"message":"Forbidden"}"#);
}

#[tokio::test]
async fn a_stack_that_its_contract_does_not_describe_has_no_whole_document() {
    let world = World::build("fayne", |builder| builder.parameter("ReferenceApi", "none")).await;
    let answer = world.operate("GET", "/openapi.json", Value::Null).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"No such endpoint"}}"#);
}
