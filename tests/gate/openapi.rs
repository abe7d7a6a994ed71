use std::fs;

use crate::support::{CONTRACTS, World, root};

#[tokio::test]
async fn whoever_asks_gets_the_document_of_the_contract_that_is_served() {
    for contract in CONTRACTS {
        let world = World::serving(contract).await;
        let answer = world.anonymous("GET", "/openapi.json").await;
        let document = fs::read_to_string(root().join(format!("openapi/{contract}.json"))).unwrap();
        answer.is(200, &[], document.trim_end());
    }
}

#[tokio::test]
async fn a_stack_that_its_contract_does_not_describe_has_no_document() {
    let text = fs::read_to_string(root().join("contracts/fayne.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The same words in another file are a contract of one's own, which has no reference API.
    let path = folder.path().join("fayne.toml");
    fs::write(&path, text).unwrap();
    for (contract, api) in [(path.to_str().unwrap(), "from-contract"), ("fayne", "none"), ("fayne", "experiences")] {
        let world = World::build(contract, |builder| builder.parameter("ReferenceApi", api)).await;
        let answer = world.anonymous("GET", "/openapi.json").await;
        answer.is(404, &[], r#"{"error":{"code":"not_found","message":"No such endpoint"}}"#);
    }
}
