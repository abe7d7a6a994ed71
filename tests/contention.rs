//! The promise: requests do not fail because they happen at once. DynamoDB refuses a call that touches an item of a
//! transaction under way; the emulator does not, so the local stack does it in its place.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Campus, World, all};

/// Far longer than a transaction takes on AWS: five to ten milliseconds.
const TRANSACTION: Duration = Duration::from_millis(20);

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn all_keys_of_an_organization_can_be_stamped_at_once() {
    let (world, _) = World::academy("scale").await;
    let keys = all((0..40).map(|_| world.key("acme", json!({"name": "a"})))).await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    for round in 0..3 {
        // After a change, and an hour later: each time all of them are stamped anew.
        let answers = all(keys.iter().map(|key| world.get("/api/v1/courses", key))).await;
        assert_eq!(statuses(&answers), [200; 40]);
        world.organization("acme", json!({"name": format!("Acme {round}")})).await;
        let answers = all(keys.iter().map(|key| world.get("/api/v1/courses", key))).await;
        assert_eq!(statuses(&answers), [200; 40]);
        world.at(&format!("2030-06-15T0{}:00:30Z", round + 1));
    }
}

#[tokio::test]
async fn an_organization_can_be_changed_while_its_keys_are_issued_deleted_and_used() {
    let (world, key) = World::academy("scale").await;
    let victims = all((0..6).map(|_| world.key("acme", json!({"name": "a"})))).await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    let changes = all(
        (0..6).map(|number| world.operate("PUT", "/organizations/acme", json!({"name": format!("Acme {number}")})))
    );
    let issues = all((0..6).map(|_| world.operate("POST", "/organizations/acme/api-keys", json!({"name": "b"}))));
    let deletions = all(victims.iter().map(|victim| async {
        world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", victim.id), Value::Null).await
    }));
    let uses = all((0..20).map(|_| world.get("/api/v1/courses", &key)));
    let (changes, issues, deletions, uses) = tokio::join!(changes, issues, deletions, uses);
    assert_eq!(statuses(&changes), [200; 6]);
    assert_eq!(statuses(&issues), [201; 6]);
    assert_eq!(statuses(&deletions), [200; 6]);
    assert_eq!(statuses(&uses), [200; 20]);
    assert_eq!(world.organization("acme", json!({})).await["keys"], 7);
}

/// Each change takes the next number of its organization, so that one follows the other. Prints how many that are a second:
/// `cargo test --workspace changes_of_one_organization -- --nocapture`.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures are in decision 15")]
async fn changes_of_one_organization_that_meet_all_come_through() {
    let (world, _) = World::academy("scale").await;
    world.stack.dynamodb().transactions_take(TRANSACTION / 2);
    for at_once in [1, 2, 8] {
        let begun = std::time::Instant::now();
        for _ in 0..(24 / at_once) {
            let link = || world.operate("POST", "/organizations/acme/portal-sessions", json!({"subject": "u"}));
            let answers = all((0..at_once).map(|_| link())).await;
            assert_eq!(statuses(&answers), vec![201; at_once]);
        }
        println!(
            "{at_once} at once, transactions of 10 ms: {:.0} changes a second",
            24.0 / begun.elapsed().as_secs_f64()
        );
    }
}

#[tokio::test]
async fn the_cap_on_keys_is_exact_when_their_transactions_meet() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "starter"})).await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    let issue = || world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a"}));
    let answers = all((0..8).map(|_| issue())).await;
    assert_eq!(statuses(&answers), [201, 201, 201, 201, 201, 402, 402, 402]);
    assert_eq!(world.organization("acme", json!({})).await["keys"], 5);
}

#[tokio::test]
async fn a_key_can_be_regenerated_again_and_again_while_it_is_used() {
    let (world, key) = World::academy("scale").await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let mut secret = key.secret.clone();
    let mut admitted = 0;
    for _ in 0..4 {
        let uses = all((0..10).map(|_| world.call("GET", "/api/v1/courses", &secret, None)));
        let (uses, answer) = tokio::join!(uses, world.operate("POST", &path, json!({"overlapSeconds": 60})));
        assert_eq!((answer.status, statuses(&uses)), (200, vec![200; 10]));
        admitted += uses.len();
        secret = answer.json()["data"]["key"].as_str().unwrap().to_owned();
    }
    let verdict = world.operate("POST", "/verify", json!({"key": secret})).await.json()["data"].clone();
    assert_eq!(verdict["rateLimit"]["remaining"], 1_200 - admitted - 1, "{verdict}");
}

#[tokio::test]
async fn all_students_who_are_added_at_once_come_through() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    campus.world.stack.dynamodb().transactions_take(TRANSACTION);
    let add = |number: u32| {
        let (campus, list) = (&campus, &list);
        let new = json!({"email": format!("s{number}@example.com"), "list_ids": [list]});
        async move { campus.send("POST", "/students", new).await }
    };
    assert_eq!(statuses(&all((0..40).map(add)).await), [201; 40]);
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(40), 40));
    assert_eq!(campus.members(&list).await.len(), 40);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 40);
}

#[tokio::test]
async fn hundreds_who_come_to_lists_at_once_meet_nobody_half_way() {
    let campus = Campus::open().await;
    let lists = all(["Autumn", "Winter", "Spring"].map(|name| campus.list(name))).await;
    campus.world.stack.dynamodb().transactions_take(TRANSACTION);
    let emails: Vec<_> = (0..100).map(|number| format!("s{number}@example.com")).collect();
    let joins = all(lists
        .iter()
        .map(|list| campus.send_owned("POST", format!("/lists/{list}/members"), json!({"emails": emails}))));
    // Whoever looks meanwhile sees all of them or none.
    let looks = all((0..6).map(|turn| {
        let (campus, list) = (&campus, &lists[turn % 3]);
        async move { campus.data(&format!("/lists/{list}/members?limit=100")).await }
    }));
    let (joins, looks) = tokio::join!(joins, looks);
    assert_eq!(statuses(&joins), [200; 3]);
    for look in looks {
        let members = look["members"].as_array().unwrap().len();
        assert_eq!(look["pagination"]["total"], members);
        assert!(matches!(members, 0 | 100), "{members}");
    }
    assert_eq!((campus.total().await, campus.students().await.len()), (json!(100), 100));
    for list in &lists {
        assert_eq!(campus.members(list).await.len(), 100);
        assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 100);
    }
}
