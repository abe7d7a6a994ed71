use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::contract::denial::Kind;

use super::{resources, yaml};
use crate::support::World;

/// The dashboard's widgets.
fn widgets() -> Vec<Value> {
    let yaml = yaml();
    let (_, body) = yaml.split_once("      DashboardBody: !Sub |\n").unwrap();
    let (body, _) = body.split_once("\n\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}\n{body}"));
    body["widgets"].as_array().unwrap().clone()
}

/// The metrics of the stack's own namespace that the dashboard draws.
fn drawn() -> Vec<String> {
    let widgets = widgets();
    let metrics = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let own = metrics.filter(|metric| metric[0] == "Latchkey/${AWS::StackName}");
    own.map(|metric| metric[1].as_str().unwrap().to_owned()).collect()
}

/// What the functions have told the log, added up by metric.
fn told(world: &World) -> BTreeMap<String, i64> {
    let mut told = BTreeMap::new();
    for line in world.stack.logs().iter().filter(|line| line.starts_with("{\"_aws\"")) {
        let line: Value = serde_json::from_str(line).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("Latchkey/latchkey"), &json!([[]])));
        for metric in directive["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            *told.entry(name.to_owned()).or_default() += line[name].as_i64().unwrap();
        }
    }
    told
}

#[tokio::test]
async fn the_log_has_how_many_requests_were_let_in_and_refused_for_which_reason() {
    let world = World::at_stage("fayne", "production").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for (path, status) in [("/api/v1/courses", 200), ("/api/v1/courses/7", 400), ("/api/v1/courses", 200)] {
        assert_eq!(world.get(path, &key).await.status, status);
    }
    let unknown = format!("fa_live_{}", "0".repeat(32));
    assert_eq!(world.call("GET", "/api/v1/courses", &unknown, None).await.status, 401);
    assert_eq!(world.call("GET", "/api/v1/courses", "junk", None).await.status, 401);
    assert_eq!(world.anonymous("GET", "/api/v1/courses").await.status, 401);
    for (secret, scopes) in [(&key.secret, json!([])), (&unknown, json!([]))] {
        world.operate("POST", "/verify", json!({"key": secret, "scopes": scopes})).await;
    }
    let question = json!({"version": "2.0", "headers": {}});
    world.stack.invoke("GateAuthorize", question).await.unwrap();
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
    world.stack.end_processes().await;

    let expected = [
        ("Admitted", 4),
        ("ClientErrors", 1),
        ("Refused.MissingCredential", 2),
        ("Refused.RateLimited", 1),
        ("Refused.UnknownKey", 3),
    ];
    let told = told(&world);
    assert_eq!(told, BTreeMap::from(expected.map(|(name, count)| (name.to_owned(), count))));
    let drawn = drawn();
    for name in told.keys() {
        assert!(drawn.contains(name), "the dashboard does not draw {name}");
    }
    let secrets = [&key.secret, &key.id, &unknown];
    for line in world.stack.logs().iter().filter(|line| line.contains("_aws")) {
        assert!(!secrets.iter().any(|secret| line.contains(secret.as_str())) && !line.contains("acme"), "{line}");
    }
}

#[tokio::test]
async fn the_log_has_how_many_alerts_people_were_told_of() {
    let world = World::at_stage("fanfare", "production").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({"name": "short", "type": "secret", "expiresAt": "2030-06-20T00:00:00Z"});
    world.key("acme", order).await;
    world.at("2030-06-19T10:00:00Z");
    world.stack.fire("AlertsWatch").await.unwrap();
    world.stack.fire("AlertsWatch").await.unwrap();
    assert_eq!(told(&world), BTreeMap::from([("Alerts.KeyExpiring".to_owned(), 1)]));
}

#[tokio::test]
async fn a_local_stack_tells_the_log_of_no_metrics() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.stack.end_processes().await;
    assert_eq!(told(&world), BTreeMap::new());
}

#[test]
fn the_dashboard_draws_what_there_is_and_all_of_it() {
    let filters: Vec<_> = resources("AWS::Logs::MetricFilter").into_keys().collect();
    let drawn = drawn();
    for filter in &filters {
        assert!(drawn.contains(filter), "the dashboard does not draw {filter}");
    }
    let functions = ["Admitted", "ClientErrors", "ServerErrors"];
    for name in &drawn {
        let is_alert = shared::contract::alerts::Kind::ALL.iter().any(|kind| *name == format!("Alerts.{kind:?}"));
        let is_refusal = name.starts_with("Refused.");
        let is_told = functions.contains(&name.as_str()) || is_refusal || is_alert || filters.contains(name);
        assert!(is_told, "nobody tells of {name}");
    }
    for kind in shared::contract::alerts::Kind::ALL {
        assert!(drawn.contains(&format!("Alerts.{kind:?}")), "the dashboard does not draw {kind:?}");
    }
    // All others are about what was asked, and not about who asks.
    for reason in [
        Kind::MissingCredential,
        Kind::MalformedCredential,
        Kind::UnknownKey,
        Kind::InactiveKey,
        Kind::ExpiredKey,
        Kind::WrongEnvironment,
        Kind::WrongKeyType,
        Kind::OrganizationLocked,
        Kind::NoApiOnPlan,
        Kind::AddressNotAllowed,
        Kind::MissingScope,
        Kind::RateLimited,
        Kind::OrganizationRateLimited,
    ] {
        assert!(drawn.contains(&format!("Refused.{reason:?}")), "the dashboard does not draw {reason:?}");
    }
    // No widget lies upon another, and none is wider than the page.
    let places: Vec<_> = widgets()
        .iter()
        .map(|widget| ["x", "y", "width", "height"].map(|name| widget[name].as_i64().unwrap()))
        .collect();
    for (at, [x, y, width, height]) in places.iter().enumerate() {
        assert!(x + width <= 24);
        let overlaps = |[left, top, wide, high]: &[i64; 4]| {
            *x < left + wide && *left < x + width && *y < top + high && *top < y + height
        };
        assert!(!places[at + 1..].iter().any(overlaps), "{at}");
    }
}
