//! What must be so once all is quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use local::Stack;
use serde_json::Value;

use crate::Failure;
use crate::receiver::Receiver;
use crate::traffic::Scene;

/// Holds the stack to what it has answered.
pub(crate) async fn changes(scene: &Scene) {
    let keys = scene.ledger().keys.len();
    for place in 0..keys {
        let (path, gone, names) = {
            let ledger = scene.ledger();
            let Some(key) = ledger.keys.get(place) else { continue };
            let slug = ledger.orgs.get(key.org).map_or("", |org| &*org.slug);
            (format!("/organizations/{slug}/api-keys/{}", key.id), key.gone, key.names.clone())
        };
        let shown = scene.insist("GET", &path, Value::Null).await;
        let name = shown.text("name");
        let is_right = if gone { shown.status == 404 } else { shown.status == 200 && names.contains(&name) };
        if !is_right {
            scene.ledger().is_wrong(format!("lost: {path} is {} {name:?}, and was {gone} {names:?}", shown.status));
        }
    }
}

/// Each change that was answered has a row. Returns how many rows each organization has.
pub(crate) async fn trails(scene: &Scene) -> BTreeMap<String, usize> {
    let slugs: Vec<_> = scene.ledger().orgs.iter().map(|org| org.slug.clone()).collect();
    let mut rows = BTreeMap::new();
    for (org, slug) in slugs.into_iter().enumerate() {
        let path = format!("/organizations/{slug}/audit?limit=100");
        let (mut names, mut count) = (BTreeSet::new(), 0_usize);
        for row in all(scene, &path).await {
            count = count.saturating_add(1);
            names.extend(row["after"]["name"].as_str().map(str::to_owned));
        }
        let told: Vec<_> =
            scene.ledger().told.iter().filter(|(of, _)| *of == org).map(|(_, name)| name.clone()).collect();
        for name in told.iter().filter(|name| !names.contains(*name)) {
            scene.ledger().is_wrong(format!("lost: {slug} has no row of {name}"));
        }
        rows.insert(slug, count);
    }

    rows
}

async fn all(scene: &Scene, path: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = scene.insist("GET", &format!("{path}{cursor}"), Value::Null).await.json;
        rows.extend(page["data"].as_array().cloned().unwrap_or_default());
        match page["meta"]["pagination"]["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// No number of an organization's events is missing, and none is two events'. Each row of the trails is one. Returns the ids of the
/// events of each organization.
pub(crate) fn events(
    scene: &Scene,
    told: &Path,
    rows: &BTreeMap<String, usize>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
    let mut numbers: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut changes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(told)?.lines() {
        let Some(event) = found(&serde_json::from_str(line)?) else { continue };
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let (org, id) = (text("organization"), text("id"));
        let sequence = event["sequence"].as_i64().unwrap_or_default();
        let before = numbers.entry(org.clone()).or_default().insert(sequence, id.clone());
        if before.is_some_and(|before| before != id) {
            scene.ledger().is_wrong(format!("two events of {org} have the number {sequence}"));
        }
        if event.get("state").is_none() {
            changes.entry(org.clone()).or_default().insert(id.clone());
        }
        ids.entry(org).or_default().insert(id);
    }
    for (org, numbers) in &numbers {
        let missing: Vec<_> =
            (1_i64..).zip(numbers.keys()).find(|(expected, number)| expected != *number).into_iter().collect();
        if !missing.is_empty() {
            scene.ledger().is_wrong(format!("an event of {org} is missing: {missing:?}"));
        }
    }
    for (org, rows) in rows {
        let told = changes.get(org).map_or(0, BTreeSet::len);
        if told != *rows {
            scene.ledger().is_wrong(format!("{org} has {rows} rows and {told} events"));
        }
    }

    Ok(ids)
}

/// The event in what the stand-in for EventBridge was told, wherever that has it.
fn found(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) if text.starts_with('{') => found(&serde_json::from_str(text).ok()?),
        Value::Object(members) if members.contains_key("sequence") => Some(value.clone()),
        Value::Object(members) => members.values().find_map(found),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// Usage never counts a request twice, and mostly counts it. Returns how many of those that were asked it has.
pub(crate) async fn usage(scene: &Scene, from: &str, to: &str) -> (u64, u64) {
    let keys = scene.ledger().keys.len();
    let (mut all_asked, mut all_counted) = (0_u64, 0_u64);
    for place in 0..keys {
        let (path, asked) = {
            let ledger = scene.ledger();
            let Some(key) = ledger.keys.get(place).filter(|key| !key.gone) else { continue };
            let slug = ledger.orgs.get(key.org).map_or("", |org| &*org.slug);
            (format!("/organizations/{slug}/api-keys/{}/usage?granularity=day&from={from}&to={to}", key.id), key.asked)
        };
        let counted = scene.insist("GET", &path, Value::Null).await.json["data"]["totals"]["requests"].as_u64();
        let counted = counted.unwrap_or_default();
        if counted > asked {
            scene.ledger().is_wrong(format!("{path} counts {counted} of {asked} requests"));
        }
        all_asked = all_asked.saturating_add(asked);
        all_counted = all_counted.saturating_add(counted);
    }

    (all_counted, all_asked)
}

/// The secret that Secrets Manager has of each key that rotates lets its holder in. Returns how many have had a new one.
pub(crate) async fn rotated(scene: &Scene, stack: &Stack, keys: &[(String, String)]) -> usize {
    let mut count = 0_usize;
    for (slug, id) in keys {
        let kept = stack.services().secret(&format!("latchkey/{slug}/{id}"));
        let Some(current) = kept.as_ref().and_then(|kept| kept.labelled("AWSCURRENT")) else { continue };
        let verdict = scene.insist("POST", "/verify", serde_json::json!({"key": current})).await;
        let reason = verdict.json["data"]["reason"].as_str().unwrap_or("valid").to_owned();
        if !["valid", "rate_limited", "organization_rate_limited"].contains(&&*reason) {
            scene.ledger().is_wrong(format!("the current secret of {id}: {reason}"));
        }
        count = count.saturating_add(1);
    }

    count
}

/// Each of `events`, which a webhook is to have, was taken by `receiver`, or waits for that. Returns how many wait.
pub(crate) async fn untaken<'e>(
    scene: &Scene,
    stack: &Stack,
    receiver: &Receiver,
    events: impl Iterator<Item = &'e String>,
) -> Result<usize, Failure> {
    let (mut missed, mut count): (Vec<_>, _) = (events.collect(), 0);
    // The stack goes on meanwhile. What waits is read first: what is taken after that is seen, and is no loss. And it is read twice: an
    // event that is put off while a page is read can be before the page, and then behind it.
    for _ in 0..2 {
        let waiting = waiting(stack).await?;
        let got = receiver.ids();
        missed.retain(|id| !got.contains(*id));
        let all = missed.len();
        missed.retain(|id| !waiting.contains(*id));
        count = all.saturating_sub(missed.len()).max(count);
    }
    let lost = missed.len();
    if lost > 0 {
        let some: Vec<_> = missed.iter().take(3).collect();
        let what = format!("lost: {lost} events were not taken by webhooks, and do not wait for them: {some:?}");
        scene.ledger().is_wrong(what);
    }

    Ok(count)
}

/// Each word of what waits to be handed on, or is not tried any more: the ids of events are among them.
async fn waiting(stack: &Stack) -> Result<BTreeSet<String>, Failure> {
    let mut items = stack.dynamodb().client().scan().table_name("EventsTable").into_paginator().items().send();
    let mut words = BTreeSet::new();
    while let Some(item) = items.next().await {
        let text = format!("{:?}", item?);
        let found = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
        words.extend(found.map(str::to_owned));
    }

    Ok(words)
}
