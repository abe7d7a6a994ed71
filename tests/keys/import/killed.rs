//! Wherever an import is killed, the same import again ends with each key once.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{PATH, academy};

const KEYS: u32 = 40;

#[tokio::test]
async fn an_import_that_is_killed_at_any_step_is_made_good_by_the_same_again() {
    let digest = |number: u32| format!("{number:064x}");
    let keys: Vec<_> = (0..KEYS).map(|n| json!({"sha256": digest(n), "name": format!("old {n:02}")})).collect();
    let order = json!({"keys": keys});
    for (action, text, made) in [
        ("GetItem", "org#acme", 0),
        ("GetItem", "plan#scale", 0),
        // Sixteen keys are one transaction.
        ("TransactWriteItems", "old 00", 16),
        ("TransactWriteItems", "old 16", 32),
        ("TransactWriteItems", "old 39", 40),
    ] {
        let world = academy().await;
        world.organization("acme", json!({"plan": "scale"})).await;
        let latch = Latch::default();
        world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(action).with(text));
        let path = format!("/operator/v1{PATH}");
        let kill = async {
            latch.reached().await;
            world.stack.kill("KeysImport").unwrap();
        };
        let (killed, ()) = tokio::join!(world.stack.operate("POST", &path, Some(&order)), kill);
        assert_eq!(killed.unwrap().status, 500, "{action} {text}");
        latch.open();
        world.stack.dynamodb().clear_faults();

        let again = world.operate("POST", PATH, order.clone()).await.json();
        let results = again["data"]["results"].as_array().unwrap();
        let count = |result: &str| results.iter().filter(|one| one["result"] == result).count();
        assert_eq!((count("exists"), count("imported")), (made, 40 - made), "{action} {text}: {again}");
        let org = world.operate("GET", "/organizations/acme", Value::Null).await.json();
        assert_eq!(org["data"]["keys"], KEYS, "{action} {text}");
        let items = world.items("KeysTable").await;
        let has = |what: &str| items.iter().filter(|item| item.contains(what)).count();
        // A key is an item, and so are whose its secret and its id are, and a row of the trail.
        for what in ["pk=S(\"secret#", "pk=S(\"key#", "sk=S(\"key#", "key.imported"] {
            assert_eq!(has(what), 40, "{action} {text}: {what}");
        }
    }
}
