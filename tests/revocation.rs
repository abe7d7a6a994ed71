//! The promise: once the call that revoked, locked or moved to a lesser plan has returned, nobody is let in any more.

use std::sync::atomic::{AtomicBool, Ordering};

use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{Key, World, all};

/// Eight callers hammer with `key` while `change` is made; every request that is sent after it has returned must be
/// refused with `status`.
async fn hammer(world: &World, key: &Key, status: u16, change: impl Future<Output = ()>) {
    let over = AtomicBool::new(false);
    let caller = async || {
        let (mut admitted, mut refused_after) = (0, 0);
        // Goes on until it has been refused often enough for a late admission to show.
        while refused_after < 12 {
            let sent_after = over.load(Ordering::SeqCst);
            let answer = world.get("/api/v1/courses", key).await;
            match (sent_after, answer.status) {
                (false, 200) => admitted += 1,
                (false, other) => assert_eq!(other, status, "{answer:?}"),
                (true, other) => {
                    assert_eq!(other, status, "let in after the call had returned: {answer:?}");
                    refused_after += 1;
                }
            }
        }
        admitted
    };
    let change = async {
        // The hammering has to be under way, or the test shows nothing.
        while world.stack.processes() < 3 {
            assert_eq!(world.get("/api/v1/courses", key).await.status, 200);
        }
        change.await;
        over.store(true, Ordering::SeqCst);
    };
    let (admitted, ()) = tokio::join!(all((0..8).map(|_| caller())), change);
    assert!(admitted.iter().sum::<i32>() > 0, "nobody was let in before");
}

#[tokio::test]
async fn nobody_gets_in_after_a_key_was_deleted() {
    let (world, key) = World::academy("scale").await;
    hammer(&world, &key, 401, async {
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    })
    .await;
    assert_eq!(world.passes().await, 0, "no pass was left or made by the hammering");
}

#[tokio::test]
async fn nobody_gets_in_with_the_old_secret_after_a_key_was_regenerated() {
    let (world, key) = World::academy("scale").await;
    let mut new = None;
    hammer(&world, &key, 401, async {
        let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
        let answer = world.operate("POST", &path, Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        new = Some(answer.json()["data"]["key"].as_str().unwrap().to_owned());
    })
    .await;
    let new = Key { id: key.id, secret: new.unwrap() };
    assert_eq!(world.get("/api/v1/courses", &new).await.status, 200);
}

#[tokio::test]
async fn nobody_gets_in_after_an_organization_was_locked() {
    let (world, key) = World::academy("scale").await;
    hammer(&world, &key, 402, async {
        world.organization("acme", json!({"status": "locked"})).await;
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_in_after_an_organization_lost_its_api() {
    let (world, key) = World::academy("scale").await;
    hammer(&world, &key, 402, async {
        world.organization("acme", json!({"plan": "trial"})).await;
    })
    .await;
}

#[tokio::test]
async fn a_lock_holds_for_every_key_and_an_unlock_lifts_it() {
    let (world, _) = World::academy("scale").await;
    let keys = all((0..40).map(|_| world.key("acme", json!({"name": "a"})))).await;
    let statuses = async || -> Vec<u16> {
        all(keys.iter().map(|key| world.get("/api/v1/courses", key))).await.iter().map(|answer| answer.status).collect()
    };
    assert_eq!(statuses().await, [200; 40]);
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(statuses().await, [402; 40]);
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(statuses().await, [200; 40]);
}

#[tokio::test]
async fn a_key_ends_at_the_very_instant_it_expires() {
    let (world, _) = World::academy("pro").await;
    let key = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:00:40.500Z"})).await;
    for (now, status) in [
        ("2030-06-15T00:00:30Z", 200),
        ("2030-06-15T00:00:40.499Z", 200),
        ("2030-06-15T00:00:40.500Z", 401),
        ("2030-06-16T00:00:00Z", 401),
    ] {
        world.at(now);
        assert_eq!(world.get("/api/v1/courses", &key).await.status, status, "{now}");
    }
}

#[tokio::test]
async fn a_change_that_was_cut_short_binds_within_the_hour_or_when_made_again() {
    let (world, key) = World::academy("pro").await;
    let verify = async || {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone();
        answer["reason"].as_str().unwrap_or("valid").to_owned()
    };
    assert_eq!(verify().await, "valid");
    // The organization is changed, and then its keys cannot be listed.
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "down").always().on("Query"));
    let answer = world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(verify().await, "valid", "the pass stands");
    world.at("2030-06-15T00:48:29Z");
    assert_eq!(verify().await, "valid", "the pass stands");
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(verify().await, "organization_locked", "but for no longer than an hour");

    world.stack.dynamodb().clear_faults();
    world.organization("acme", json!({"status": "active"})).await;
    assert_eq!(verify().await, "valid");
}

#[tokio::test]
async fn nobody_gets_in_after_a_key_was_switched_off_or_narrowed() {
    for (change, status) in [(json!({"status": "inactive"}), 401), (json!({"scopes": ["write"]}), 403)] {
        let (world, key) = World::academy("scale").await;
        hammer(&world, &key, status, async {
            let path = format!("/organizations/acme/api-keys/{}", key.id);
            assert_eq!(world.operate("PATCH", &path, change).await.status, 200);
        })
        .await;
    }
}
