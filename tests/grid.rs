//! The promise: whatever the limit, the load and the number of processes, never one too many is admitted; and none too few while
//! nothing is in the way.

use serde_json::{Value, json};

use crate::support::{Key, World, all, own_contract};

/// How many requests of cost 1 each kind of limit admits.
const LIMIT: usize = 12;

/// A kind of limit: its name, the terms of the organization, and what a request costs.
fn kinds() -> [(&'static str, Value, usize); 6] {
    let limit =
        |requests: usize, per: &str, sliding: bool| json!({"requests": requests, "per": per, "sliding": sliding});
    let wide = json!([limit(1_000, "hour", false)]);

    [
        ("fixed", json!({"limits": [limit(LIMIT, "minute", false)]}), 1),
        ("second", json!({"limits": [limit(LIMIT, "second", false)]}), 1),
        ("sliding", json!({"limits": [limit(LIMIT, "minute", true)]}), 1),
        ("two", json!({"limits": [limit(LIMIT + 3, "minute", true), limit(LIMIT, "hour", false)]}), 1),
        ("cost", json!({"limits": [limit(LIMIT, "minute", false), limit(100, "hour", true)]}), 5),
        ("shared", json!({"limits": wide, "sharedLimits": [limit(LIMIT, "minute", false)]}), 1),
    ]
}

/// A stack whose functions have so many processes.
async fn stack(processes: usize) -> World {
    let windows = r#"windows = ["second", "minute", "hour"]"#;
    let contract = own_contract("fayne", |text| text.replace(r#"windows = ["minute"]"#, windows));

    World::own(contract, |builder| builder.max_instances(processes)).await
}

async fn keys(world: &World, org: &str, terms: &Value) -> [Key; 2] {
    let mut terms = terms.clone();
    terms["plan"] = "pro".into();
    world.organization(org, terms).await;

    [world.key(org, json!({"name": "a"})).await, world.key(org, json!({"name": "b"})).await]
}

async fn is_admitted(world: &World, secret: &str, cost: usize) -> bool {
    let answer = world.operate("POST", "/verify", json!({"key": secret, "cost": cost})).await;

    answer.status == 200 && answer.json()["data"]["valid"] == true
}

#[tokio::test]
async fn exactly_as_many_as_the_limit_are_admitted_by_any_number_of_processes() {
    for processes in [1, 4, 8] {
        let world = stack(processes).await;
        for (kind, terms, cost) in kinds() {
            for (load, requests) in [("below", LIMIT - 1), ("above", LIMIT * 3 / 2), ("far above", LIMIT * 4)] {
                let org = format!("{kind}-{}", load.replace(' ', "-"));
                let [a, b] = keys(&world, &org, &terms).await;
                // What is shared is drawn on by two keys.
                let key = |number: usize| if kind == "shared" && number % 2 == 1 { &b } else { &a };
                let admitted = all((0..requests).map(|number| is_admitted(&world, &key(number).secret, cost))).await;
                let admitted = admitted.into_iter().filter(|is_admitted| *is_admitted).count();
                assert_eq!(admitted, requests.min(LIMIT / cost), "{kind}, {load} the limit, {processes} processes");
            }
        }
    }
}

#[tokio::test]
async fn never_one_too_many_while_keys_are_regenerated_limits_lowered_and_processes_killed() {
    let world = stack(4).await;
    for (kind, terms, cost) in kinds() {
        let [key, _] = keys(&world, kind, &terms).await;
        let path = format!("/organizations/{kind}/api-keys/{}/regenerate", key.id);
        let uses = all((0..LIMIT * 2).map(|_| is_admitted(&world, &key.secret, cost)));
        let regenerate = world.operate("POST", &path, json!({"overlapSeconds": 600}));
        let kill = async {
            while world.stack.kill("GateVerify").is_err() {
                tokio::task::yield_now().await;
            }
        };
        let (uses, regenerated, ()) = tokio::join!(uses, regenerate, kill);
        assert_eq!(regenerated.status, 200, "{regenerated:?}");
        let secret = regenerated.json()["data"]["key"].as_str().unwrap().to_owned();
        let mut admitted = uses.into_iter().filter(|is_admitted| *is_admitted).count();
        // Both secrets work, and the limit is lowered by one while they are used.
        let mut lower = terms.clone();
        let member = if kind == "shared" { "sharedLimits" } else { "limits" };
        lower[member][0]["requests"] = (LIMIT - 1).into();
        let secret_of = |number: usize| if number.is_multiple_of(2) { &secret } else { &key.secret };
        let uses = all((0..LIMIT * 2).map(|number| is_admitted(&world, secret_of(number), cost)));
        let (uses, _) = tokio::join!(uses, world.organization(kind, lower));
        admitted += uses.into_iter().filter(|is_admitted| *is_admitted).count();
        assert!(admitted <= LIMIT / cost, "{kind}: {admitted} were admitted");
        assert!(!is_admitted(&world, &secret, cost).await, "{kind}");
    }
}
