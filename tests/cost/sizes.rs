//! How large the items are that every request writes: DynamoDB bills a write by the kilobyte.

use std::collections::HashMap;

use dynamodb::AttributeValue;
use serde_json::json;

use super::register;
use crate::support::{World, own_contract};

type Attributes = HashMap<String, AttributeValue>;

async fn items(world: &World, table: &str) -> Vec<Attributes> {
    world.stack.dynamodb().client().scan().table_name(table).send().await.unwrap().items().to_vec()
}

fn size_of(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + size(value)).sum()
}

/// The size of an attribute's value, by DynamoDB's rules, rounded up.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(|text| text.len() + 1).sum::<usize>() + 3,
        other => panic!("a pass has no {other:?}"),
    }
}

#[tokio::test]
async fn a_pass_stays_under_one_kilobyte_however_it_is_used() {
    let windows = r#"windows = ["minute", "hour", "day", "week", "month"]"#;
    let contract = own_contract("fabraix", |text| text.replace(r#"windows = ["minute", "hour"]"#, windows));
    let reference = |builder: local::Builder| builder.parameter("ReferenceApi", "agent-runs");
    let world = World::own(contract, reference).await;
    let slug = "o".repeat(63);
    let limits =
        ["minute", "hour", "day", "week", "month"].map(|per| json!({"requests": 4_294_967_295_u32, "per": per}));
    world.organization(&slug, json!({"plan": "enterprise", "limits": limits})).await;
    let order = json!({"name": "n".repeat(100), "type": "restricted", "scopes": ["runs:write", "keys:manage"], "expiresAt": "2031-01-01T00:00:00Z"});
    let key = world.key(&slug, order).await;
    let mut largest = 0;
    // Eleven minutes in which it is used, and thirteen in which it is not: each update clears what is eleven to thirteen
    // minutes old, so that this leaves the most counters behind until the next stamp.
    for minute in (0..144).filter(|minute| minute % 24 < 11) {
        world.at(&format!("2030-06-15T{:02}:{:02}:00Z", minute / 60, minute % 60));
        register(&world, &key, 200).await;
        largest = largest.max(size_of(&items(&world, "CountersTable").await[0]));
    }
    assert!(largest < 1_024, "{largest} bytes");
    assert!(largest < 800, "{largest} bytes: it was 729 when this was written");
}

#[tokio::test]
async fn a_pass_with_all_that_there_is_costs_two_write_units() {
    let windows = ["second", "minute", "hour", "day", "week", "month"];
    let contract = own_contract("fabraix", |text| {
        text.replace(r#"windows = ["minute", "hour"]"#, &format!("windows = {windows:?}"))
    });
    let reference = |builder: local::Builder| builder.parameter("ReferenceApi", "agent-runs");
    let world = World::own(contract, reference).await;
    let addresses: Vec<_> = (0..19).map(|number| format!("2001:db8:ffff:ffff:ffff:ffff:ffff:{number:x}")).collect();
    let addresses = [addresses, vec!["127.0.0.1".to_owned()]].concat();
    let mut sizes = Vec::new();
    for (org, slides, addresses) in
        [("fixed", false, None), ("from", false, Some(&addresses)), ("all", true, Some(&addresses))]
    {
        let slug = org.repeat(12);
        let limits = windows.map(|per| json!({"requests": 1_000_000, "per": per, "sliding": slides && per != "month"}));
        world.organization(&slug, json!({"plan": "enterprise", "limits": limits, "sharedLimits": [{"requests": 1_000_000, "per": "month"}]})).await;
        let mut order = json!({"name": "a", "type": "restricted", "scopes": ["runs:write", "keys:manage"], "expiresAt": "2031-01-01T00:00:00Z"});
        if let Some(addresses) = addresses {
            order["allowedAddresses"] = json!(addresses);
        }
        let key = world.key(&slug, order).await;
        let mut largest = 0;
        // The counters of eleven minutes and of fifteen seconds.
        let times = (0..12)
            .map(|minute| format!("00:{minute:02}:00"))
            .chain((1..20).map(|second| format!("00:11:{second:02}")));
        for time in times {
            world.at(&format!("2030-06-15T{time}Z"));
            register(&world, &key, 200).await;
            let items = items(&world, "CountersTable").await;
            let passes = items.iter().filter(|item| item.get("org").is_some_and(|of| of.as_s() == Ok(&slug)));
            largest = largest.max(passes.map(size_of).max().unwrap());
        }
        sizes.push(largest);
    }
    assert!(sizes[0] < 1_024, "{sizes:?}: all windows alone");
    assert!(sizes[2] < 2_048, "{sizes:?}: with twenty addresses, and limits that slide");
}

#[tokio::test]
async fn the_usage_of_a_day_stays_under_one_kilobyte_of_a_key_and_in_a_sum() {
    let world = World::build("fabraix", |builder| builder.max_instances(1)).await;
    let slug = "o".repeat(63);
    world.organization(&slug, json!({"plan": "standard"})).await;
    let key = world.key(&slug, json!({"name": "a", "type": "production"})).await;
    for hour in 0..24 {
        world.at(&format!("2030-06-15T{hour:02}:00:00Z"));
        register(&world, &key, 200).await;
        let answer = world.call("POST", "/v1/register-agent-run", &key.secret, Some(json!({}))).await;
        assert_eq!(answer.status, 400);
    }
    world.stack.end_processes().await;
    let items = items(&world, "UsageTable").await;
    let mut sizes: Vec<_> = items
        .iter()
        .map(|item| {
            // As large as the counters of a million requests an hour.
            let size: usize = item.iter().map(|(name, value)| name.len() + size(value).max(5)).sum();
            (item.len(), size)
        })
        .collect();
    sizes.sort_unstable();
    let [(sum, small), (stack, _), (day, large)] = sizes[..] else { panic!("{sizes:?}") };
    assert_eq!((sum, stack, day), (2 + 4, 2 + 4, 48 + 5));
    assert!(large < 1_024 && small < 128, "{sizes:?}");
}
