//! The promise: what `docs/integrate.md` shows can be pasted. (`.ci/integrate` runs its Python.)

use std::fs;

use local::Stack;
use serde_json::{Value, json};

use crate::support::{Http, START, binaries_with, example, millis, root};

#[test]
fn the_endpoint_in_the_guide_is_the_one_that_is_tried() {
    let guide = fs::read_to_string(root().join("docs/integrate.md")).unwrap();
    let example = fs::read_to_string(root().join("examples/orders.rs")).unwrap();
    assert!(guide.contains(&format!("```rust\n{example}```\n")), "docs/integrate.md does not show examples/orders.rs");
}

#[tokio::test]
async fn an_endpoint_of_ones_own_is_behind_the_gate_with_its_first_line() {
    let guide = fs::read_to_string(root().join("docs/integrate.md")).unwrap();
    let (_, resource) = guide.split_once("```yaml\n").unwrap();
    let (resource, _) = resource.split_once("```").unwrap();
    let template = fs::read_to_string(root().join("template.yaml")).unwrap();
    assert_eq!(template.matches("\nOutputs:\n").count(), 1);
    let template = template.replace("\nOutputs:\n", &format!("\n{resource}\nOutputs:\n"));
    let folder = binaries_with("orders-list", &example("orders"));
    let builder = Stack::builder(template).contract("fayne").stage("local").binaries(folder.path().to_owned());
    let stack = builder.parameter("StoreTimeout", "2000").keep_logs().start().await.unwrap();
    stack.clock().set_millis(millis(START));
    let operate = async |method, path: &str, body: Value| {
        stack.operate(method, &format!("/operator/v1/organizations/{path}"), Some(&body)).await.unwrap().json()
    };
    operate("PUT", "acme", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let key = operate("POST", "acme/api-keys", json!({"name": "a"})).await["data"]["key"].clone();
    let credential = format!("Bearer {}", key.as_str().unwrap());
    let http = Http::new(&stack, "");
    let get = async |credential: &str| {
        let answer = http.send("GET", "/api/v1/orders", &[("authorization", credential)], None).await;
        (answer.status, answer.body)
    };
    assert_eq!(get(&credential).await, (200, r#"{"data":["the orders of acme"]}"#.to_owned()));
    assert_eq!(get(&credential).await.0, 429);
    let unknown = r#"{"error":{"code":"unauthorized","message":"Invalid API key"}}"#.to_owned();
    assert_eq!(get("Bearer junk").await, (401, unknown));
}
