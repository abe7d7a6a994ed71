//! An organization is deleted while something else is under way: at each call that this makes, one after the other. Nothing of it comes
//! back, and nobody gets in.

use std::cell::Cell;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, LocalBoxFuture, select};
use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};
use shared::contract::secret::Digest;

use crate::support::{Browser, Key, World};

/// More calls than anything makes.
const MOST: u32 = 40;

/// An organization of its own, with a key that is in use and was given another secret before.
struct Scene<'w> {
    world: &'w World,
    slug: String,
    key: Key,
    webhook: String,
    /// Somebody at its pages, and the form that they have open.
    browser: Browser<'w>,
    once: String,
}

/// What is under way: the secret of a key that it has made, if any.
type Deed = for<'s> fn(&'s Scene<'_>) -> LocalBoxFuture<'s, Option<String>>;

async fn open() -> World {
    World::build("standard", |builder| builder.parameter("Rotation", "on").parameter("WebhookTestHosts", "127.0.0.1:1"))
        .await
}

impl<'w> Scene<'w> {
    async fn new(world: &'w World, slug: String) -> Self {
        world.organization(&slug, json!({"plan": "pro"})).await;
        let key = world.key(&slug, order(&json!({"rotateEvery": 86_400}))).await;
        assert_eq!(world.get("/v1/notes", &key).await.status, 200);
        let hook = json!({"url": "http://127.0.0.1:1/hook"});
        let hook = world.operate("POST", &format!("/organizations/{slug}/webhooks"), hook).await;
        let webhook = hook.json()["data"]["id"].as_str().unwrap().to_owned();
        let browser = world.visitor(&slug).await;
        let once = browser.once(&format!("/portal/{slug}/keys/new")).await;
        world.stack.end_processes().await;

        Self { world, slug, key, webhook, browser, once }
    }

    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.slug)
    }

    fn of_key(&self, rest: &str) -> String {
        self.path(&format!("/api-keys/{}{rest}", self.key.id))
    }

    /// As the operator. What is answered depends on who was first, but it is an answer.
    async fn operate(&self, method: &str, path: &str, body: Value) -> Option<String> {
        let answer = self.world.operate(method, path, body).await;
        Self::is_no_fault(answer.status);

        answer.json()["data"]["key"].as_str().map(str::to_owned)
    }

    /// A run of a function that nobody calls.
    async fn fire(&self, function: &str) -> Option<String> {
        let run = self.world.stack.fire(function).await;
        let late = || self.world.stack.logs().iter().any(|line| line.contains("not in time"));
        assert!(run.is_ok() || late(), "{function}: {run:?}");

        None
    }

    /// What waits for long may be 503, on a machine that is busy.
    fn is_no_fault(status: u16) {
        assert!(status < 500 || status == 503, "{status}");
    }

    async fn delete(&self) {
        self.world.organization(&self.slug, json!({"status": "locked"})).await;
        let deleted = self.world.operate("DELETE", &self.path(""), json!({"organization": self.slug})).await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
    }

    /// What is there of it that should not be.
    async fn left(&self) -> Vec<String> {
        // The trail and the digests stay, and so do a reminder, until the key would have been due, and how far alerts have come.
        let stays = ["audit#", "secret#", "closed\"", "rotations\"", "sweep\""].map(|pk| format!("pk=S(\"{pk}"));
        let mut left = Vec::new();
        for table in ["KeysTable", "ReferenceTable"] {
            left.extend(self.world.items(table).await.into_iter().filter(|item| item.contains(&self.slug)));
        }
        left.retain(|item| !stays.iter().any(|stays| item.contains(stays)));

        left
    }
}

impl Scene<'_> {
    fn operate_boxed(&self, method: &'static str, path: String, body: Value) -> LocalBoxFuture<'_, Option<String>> {
        async move { self.operate(method, &path, body).await }.boxed_local()
    }
}

fn order(more: &Value) -> Value {
    let mut order = json!({"name": "web", "type": "live", "scopes": ["read", "write"]});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());

    order
}

/// Deletes an organization at each call of `deed` that is about it, to DynamoDB or to another service, each time another one. Returns at
/// how many.
async fn at_each_step(world: &World, name: &str, deed: Deed) -> u32 {
    let mut steps = 0;
    for service in ["dynamodb", "services"] {
        for step in 0..MOST {
            let scene = Scene::new(world, format!("{name}-{service}-{step}")).await;
            // What is due is.
            world.stack.clock().advance(Duration::from_hours(25));
            let latch = Latch::default();
            for rule in [Fault::Delay(Duration::ZERO).times(step), Fault::Hold(latch.clone()).times(1)] {
                match service {
                    "dynamodb" => world.stack.dynamodb().inject(rule.with(&scene.slug)),
                    _ => world.stack.services().inject(rule.with(&scene.slug)),
                }
            }
            let held = Cell::new(false);
            let delete = async {
                latch.reached().await;
                held.set(true);
                scene.delete().await;
                latch.open();
            };
            let made = match select(deed(&scene), Box::pin(delete)).await {
                Either::Left((made, delete)) => {
                    // It may have given up waiting.
                    if held.get() {
                        delete.await;
                    }
                    made
                }
                Either::Right(((), deed)) => deed.await,
            };
            world.stack.dynamodb().clear_faults();
            world.stack.services().clear_faults();
            if !held.get() {
                scene.delete().await;
            }
            assert_eq!(scene.left().await, [""; 0], "{name}: {service}, call {step}");
            for secret in made.iter().chain([&scene.key.secret]) {
                assert_eq!(world.verdict(secret).await, "unknown_key", "{name}: {service}, call {step}");
            }
            if !held.get() {
                break;
            }
            steps += 1;
            assert!(step < MOST - 1, "{name}: {service} is called ever again");
        }
    }

    steps
}

/// Each of `deeds`, one after the other.
async fn try_all(deeds: &[(&str, Deed)]) {
    let world = open().await;
    for (name, deed) in deeds {
        assert!(at_each_step(&world, name, *deed).await > 0, "{name} calls nobody");
    }
}

#[tokio::test]
async fn nothing_of_a_deleted_organization_comes_back_with_a_change_that_was_under_way() {
    try_all(&[
        ("issue", |scene| scene.operate_boxed("POST", scene.path("/api-keys"), order(&json!({})))),
        ("import", |scene| {
            let digest = Digest::of(scene.slug.as_bytes()).to_string();
            let keys = json!({"keys": [{"sha256": digest, "name": "a", "type": "live"}]});
            scene.operate_boxed("POST", scene.path("/api-keys/import"), keys)
        }),
        ("change", |scene| scene.operate_boxed("PATCH", scene.of_key(""), json!({"name": "b", "externalId": "cus_1"}))),
        ("regenerate", |scene| {
            scene.operate_boxed("POST", scene.of_key("/regenerate"), json!({"overlapSeconds": 3600}))
        }),
        ("reset", |scene| scene.operate_boxed("POST", scene.of_key("/reset"), Value::Null)),
    ])
    .await;
}

#[tokio::test]
async fn nothing_of_a_deleted_organization_comes_back_with_a_setting_that_was_under_way() {
    try_all(&[
        ("terms", |scene| scene.operate_boxed("PUT", scene.path(""), json!({"name": "b"}))),
        ("alerts", |scene| {
            scene.operate_boxed("PUT", scene.path("/alerts"), json!({"kinds": {"errors.high": {"enabled": false}}}))
        }),
        ("webhook", |scene| {
            scene.operate_boxed("POST", scene.path("/webhooks"), json!({"url": "https://example.com/hook"}))
        }),
        ("webhook-test", |scene| {
            let path = scene.path(&format!("/webhooks/{}/test", scene.webhook));
            scene.operate_boxed("POST", path, Value::Null)
        }),
        ("link", |scene| scene.operate_boxed("POST", scene.path("/portal-sessions"), json!({"subject": "ada"}))),
        ("index", |scene| scene.operate_boxed("POST", "/keys/index".to_owned(), json!({}))),
    ])
    .await;
}

#[tokio::test]
async fn nothing_of_a_deleted_organization_comes_back_with_people_and_callers_who_were_under_way() {
    try_all(&[
        ("page", |scene| {
            async {
                let once = scene.once.as_str();
                let typed =
                    [("once", once), ("name", "web"), ("type", "live"), ("scope", "read"), ("expires", "never")];
                let page = scene.browser.post(&format!("/portal/{}/keys", scene.slug), &typed).await;
                Scene::is_no_fault(page.status);
                page.secret()
            }
            .boxed_local()
        }),
        ("request", |scene| {
            async {
                Scene::is_no_fault(scene.world.get("/v1/notes", &scene.key).await.status);
                None
            }
            .boxed_local()
        }),
        ("leak", |scene| {
            async {
                let told =
                    scene.world.http.send("POST", "/leaks/report", &[], Some(json!({"key": scene.key.secret}))).await;
                Scene::is_no_fault(told.status);
                None
            }
            .boxed_local()
        }),
    ])
    .await;
}

#[tokio::test]
async fn nothing_of_a_deleted_organization_comes_back_with_what_the_stack_does_by_itself() {
    try_all(&[
        ("watch", |scene| scene.fire("AlertsWatch").boxed_local()),
        ("deliver", |scene| scene.fire("EventsDeliver").boxed_local()),
        ("send", |scene| {
            async {
                scene.fire("EventsDeliver").await;
                scene.fire("WebhooksDeliver").await
            }
            .boxed_local()
        }),
        ("rotate", |scene| scene.fire("KeysRotate").boxed_local()),
    ])
    .await;
}
