use serde_json::{Value, json};

use crate::support::{START, World, millis};

/// The fields of the lines about refusals, without the gateway's ids of the requests, of which each has one.
fn refusals(world: &World) -> Vec<Value> {
    let lines = world.stack.logs();
    let lines = lines.iter().filter(|line| line.contains("a request was refused or failed"));
    lines
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["level"], "INFO");
            let mut fields = line["fields"].take();
            fields.as_object_mut().unwrap().remove("message");
            let id = fields.as_object_mut().unwrap().remove("requestId");
            assert_eq!(id.is_some(), fields.get("route").is_some(), "{fields}");
            fields
        })
        .collect()
}

#[tokio::test]
async fn a_refusal_is_a_line_with_whose_key_it_was_where_that_is_asked_for() {
    let world = World::build("fayne", |builder| builder.parameter("LogRefusals", "on")).await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 2, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a", "scopes": ["read"]})).await;
    let route = "GET /api/v1/courses";
    let of_key = |more: Value| {
        let mut line = json!({"organization": "acme", "keyId": key.id});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    assert_eq!(world.get("/api/v1/courses?limit=x", &key).await.status, 400);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
    assert_eq!(world.anonymous("GET", "/api/v1/courses").await.status, 401);
    assert_eq!(world.call("GET", "/api/v1/courses", &format!("fa_live_{}", "0".repeat(32)), None).await.status, 401);
    assert_eq!(world.operate("POST", "/verify", json!({"key": key.secret})).await.status, 200);
    let question = json!({
        "version": "2.0", "headers": {"authorization": format!("Bearer {}", key.secret)},
        "requestContext": {"timeEpoch": millis(START)},
    });
    world.stack.invoke("GateAuthorize", question).await.unwrap();
    assert_eq!(world.operate("GET", "/organizations/nobody", Value::Null).await.status, 404);

    let limited = of_key(json!({"status": 429, "reason": "rate_limited"}));
    let mut expected = vec![
        of_key(json!({"route": route, "status": 400, "reason": "invalid_request"})),
        of_key(json!({"route": route, "status": 429, "reason": "rate_limited"})),
        json!({"route": route, "status": 401, "reason": "missing_credential"}),
        json!({"route": route, "status": 401, "reason": "unknown_key"}),
        limited.clone(),
        limited,
        json!({"route": "GET /operator/v1/organizations/{org}", "status": 404, "reason": "organization_not_found"}),
    ];
    // Each process writes for itself.
    let mut told = refusals(&world);
    for lines in [&mut expected, &mut told] {
        lines.sort_by_key(|line| ["status", "reason", "route"].map(|name| line[name].to_string()));
    }
    assert_eq!(told, expected);
    let random = key.secret.trim_start_matches("fa_live_");
    assert!(world.stack.logs().iter().all(|line| !line.contains(random)));
}

#[tokio::test]
async fn otherwise_a_refusal_is_no_line() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses?limit=x", &key).await.status, 400);
    assert_eq!(world.anonymous("GET", "/api/v1/courses").await.status, 401);
    assert_eq!(refusals(&world), Vec::<Value>::new());
}
