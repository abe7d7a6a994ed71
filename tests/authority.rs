//! The promise: a change that begins after its author was revoked does not happen. A call that changes keys has read
//! what it goes by, is held there, and its author is revoked meanwhile.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, all};

/// What an author does: the method, the path after the organization's keys, the read after which it is held, and
/// whether it is about the author's own key.
const DEEDS: [(&str, &str, &str, bool); 7] = [
    ("POST", "", "GetItem", false),
    ("PATCH", "/{id}", "BatchGetItem", false),
    ("POST", "/{id}/regenerate", "BatchGetItem", false),
    ("DELETE", "/{id}", "BatchGetItem", false),
    ("PATCH", "/{id}", "BatchGetItem", true),
    ("POST", "/{id}/regenerate", "BatchGetItem", true),
    ("DELETE", "/{id}", "BatchGetItem", true),
];

struct Case {
    world: World,
    org: String,
    author: Key,
    other: Key,
}

impl Case {
    /// Does it, with `meanwhile` between its reads and its writes.
    async fn overtaken(&self, deed: (&str, &str, &str, bool), meanwhile: impl Future<Output = ()>) -> Answer {
        let (method, path, read, is_own) = deed;
        let id = if is_own { &self.author.id } else { &self.other.id };
        let path = format!("/api/v1/{}/api-keys{}", self.org, path.replace("{id}", id));
        let body = match (method, path.ends_with("regenerate")) {
            ("POST", false) => Some(json!({"name": "new", "type": "restricted", "scopes": ["keys:manage"]})),
            ("PATCH", _) => Some(json!({"name": "changed"})),
            _ => None,
        };
        let latch = Latch::default();
        self.world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(read));
        let change = async {
            latch.reached().await;
            meanwhile.await;
            latch.open();
        };

        tokio::join!(self.world.call(method, &path, &self.author.secret, body), change).0
    }

    async fn operate(&self, method: &str, path: &str, body: Value) {
        let answer = self.world.operate(method, &format!("/organizations/{}{path}", self.org), body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// An organization of its own, and a managing key of it that has been used.
async fn case(world: World, org: String) -> Case {
    world.organization(&org, json!({"plan": "standard"})).await;
    let manager = json!({"name": "m", "type": "restricted", "scopes": ["keys:manage", "runs:write"]});
    let author = world.key(&org, manager).await;
    let other = world.key(&org, json!({"name": "o", "type": "restricted", "scopes": ["keys:manage"]})).await;
    assert_eq!(world.verdict(&author.secret).await, "valid");

    Case { world, org, author, other }
}

#[tokio::test]
async fn a_change_whose_author_is_revoked_while_it_is_under_way_does_not_happen() {
    let mut world = World::serving("fabraix").await;
    for deed in DEEDS {
        for revocation in ["deleted", "switched off", "narrowed", "regenerated", "locked"] {
            let org = format!("{}-{}", revocation.replace(' ', "-"), deed.0.to_lowercase())
                + &deed.1.len().to_string()
                + if deed.3 { "own" } else { "" };
            let case = case(world, org).await;
            let path = format!("/api-keys/{}", case.author.id);
            let mut after = Vec::new();
            let answer = case
                .overtaken(deed, async {
                    match revocation {
                        "deleted" => case.operate("DELETE", &path, Value::Null).await,
                        "switched off" => case.operate("PATCH", &path, json!({"status": "inactive"})).await,
                        "narrowed" => case.operate("PATCH", &path, json!({"scopes": ["keys:manage"]})).await,
                        "regenerated" => case.operate("POST", &format!("{path}/regenerate"), Value::Null).await,
                        _ => case.operate("PUT", "", json!({"status": "locked"})).await,
                    }
                    after = case.world.authority().await;
                })
                .await;
            answer.is(
                401,
                &[],
                r#"{"error":{"message":"Invalid API key provided","type":"authentication_error","code":"invalid_api_key"}}"#,
            );
            assert_eq!(case.world.authority().await, after, "{deed:?} by an author who is {revocation}");
            world = case.world;
        }
    }
}

#[tokio::test]
async fn what_takes_nothing_from_an_author_is_no_reason_to_fail() {
    let mut world = World::serving("fabraix").await;
    for deed in DEEDS {
        for change in ["renamed", "expiring", "overlapping"] {
            let org = format!("{change}-{}", deed.0.to_lowercase())
                + &deed.1.len().to_string()
                + if deed.3 { "own" } else { "" };
            let case = case(world, org).await;
            let path = format!("/api-keys/{}", case.author.id);
            let answer = case
                .overtaken(deed, async {
                    match change {
                        "renamed" => case.operate("PATCH", &path, json!({"name": "renamed"})).await,
                        "expiring" => case.operate("PATCH", &path, json!({"expiresAt": "2030-06-15T00:01:00Z"})).await,
                        _ => case.operate("POST", &format!("{path}/regenerate"), json!({"overlapSeconds": 60})).await,
                    }
                })
                .await;
            assert!(matches!(answer.status, 200 | 201), "{deed:?} by an author who is {change}: {answer:?}");
            world = case.world;
        }
    }
}

#[tokio::test]
async fn an_author_of_many_changes_at_once_makes_them_all() {
    let world = World::serving("fabraix").await;
    let case = case(world, "acme".to_owned()).await;
    case.world.stack.dynamodb().transactions_take(std::time::Duration::from_millis(10));
    let order = || json!({"name": "new", "type": "restricted", "scopes": ["keys:manage"]});
    let issue = || case.world.call("POST", "/api/v1/acme/api-keys", &case.author.secret, Some(order()));
    let statuses: Vec<_> = all((0..12).map(|_| issue())).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201; 12]);
}

#[tokio::test]
async fn a_repeat_asks_for_the_authority_of_the_first() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let restricted = |scopes: &[&str]| json!({"name": "m", "type": "restricted", "scopes": scopes});
    let both = world.key("acme", restricted(&["keys:manage", "runs:write"])).await;
    let lesser = world.key("acme", restricted(&["keys:manage"])).await;
    let keys = "/api/v1/acme/api-keys";
    let order = json!({"name": "new", "type": "production"});
    let issue = async |key: &Key| world.call_once("order", keys, &key.secret, order.clone()).await;
    let first = issue(&both).await;
    assert_eq!(first.status, 201, "{first:?}");
    let id = first.json()["data"]["id"].as_str().unwrap().to_owned();
    let rotation = format!("{keys}/{id}/regenerate");
    let rotate = async |key: &Key| world.call_once("rotation", &rotation, &key.secret, json!({})).await;
    assert_eq!(rotate(&both).await.status, 200);

    assert_eq!([issue(&both).await.status, rotate(&both).await.status], [200, 200]);
    for answer in [issue(&lesser).await, rotate(&lesser).await] {
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (403, &json!("insufficient_permissions")));
    }
    assert_eq!(world.operate("DELETE", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await.status, 200);
    for answer in [issue(&both).await, rotate(&both).await] {
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (404, &json!("API key not found")));
    }
    let told = world.operate_once("order", "POST", "/organizations/acme/api-keys", order.clone()).await;
    assert_eq!(told.status, 404, "the operator, too");

    // Revoked while it is under way, after the gate.
    assert_eq!(world.call_once("last", keys, &both.secret, order.clone()).await.status, 201);
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem"));
    let revocation = async {
        latch.reached().await;
        let path = format!("/organizations/acme/api-keys/{}", both.id);
        assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
        latch.open();
    };
    let (answer, ()) = tokio::join!(world.call_once("last", keys, &both.secret, order.clone()), revocation);
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn to_a_revoked_author_nothing_is_said_of_what_the_key_had_left() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let author = world.key("acme", json!({"name": "m", "type": "secret"})).await;
    assert_eq!(world.verdict(&author.secret).await, "valid");
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem"));
    let revocation = async {
        latch.reached().await;
        let path = format!("/organizations/acme/api-keys/{}", author.id);
        assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
        latch.open();
    };
    let order = json!({"name": "new", "type": "secret"});
    let (answer, ()) = tokio::join!(world.post("/api/v1/acme/api-keys", &author, order), revocation);
    answer.is(401, &[], r#"{"error":"Invalid API key"}"#);
    let refused = world.get("/api/v1/acme/api-keys", &author).await;
    let names =
        |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names(&answer), names(&refused));
}
