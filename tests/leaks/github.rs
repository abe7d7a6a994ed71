use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{acme, shown, trail_of};
use crate::support::{Answer, Key, World};

/// What a public key of P-256 begins with in DER.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A GitHub: it signs, and says with which key.
struct Github {
    pair: EcdsaKeyPair,
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Github {
    async fn open() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let der = [&SPKI, pair.public_key().as_ref()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        let keys = json!({"public_keys": [{"key_identifier": "current", "key": pem, "is_current": true}]}).to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/meta/public_keys/secret_scanning", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let _read = socket.read(&mut [0; 4_096]).await.unwrap();
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
                socket.write_all(format!("{head}: {}\r\n\r\n{keys}", keys.len()).as_bytes()).await.unwrap();
            }
        });

        Self { pair, url, asked }
    }

    async fn world(&self) -> World {
        World::build("standard", |builder| builder.parameter("GithubKeysUrl", &self.url)).await
    }

    fn signed(&self, body: &str) -> String {
        STANDARD.encode(self.pair.sign(&SystemRandom::new(), body.as_bytes()).unwrap())
    }

    async fn tell(&self, world: &World, matches: &Value) -> Answer {
        let body = matches.to_string();

        post(world, Some("current"), Some(&self.signed(&body)), &body).await
    }
}

async fn post(world: &World, id: Option<&str>, signature: Option<&str>, body: &str) -> Answer {
    let id = id.map(|id| ("github-public-key-identifier", id));
    let signature = signature.map(|signature| ("github-public-key-signature", signature));
    let headers: Vec<_> = id.into_iter().chain(signature).chain([("content-type", "application/json")]).collect();

    world.http.send_bytes("POST", "/leaks/github", &headers, body.as_bytes().to_vec()).await
}

fn found(token: &str) -> Value {
    json!({"token": token, "type": "latchkey_key", "url": format!("https://github.com/a/b#{}", token.len()), "source": "content"})
}

fn label(token: &str, label: &str) -> Value {
    let hash: Vec<_> = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();

    json!({"token_hash": hash.concat(), "token_type": "latchkey_key", "label": label})
}

async fn key(world: &World, name: &str) -> Key {
    world.key("acme", json!({"name": name, "type": "live"})).await
}

#[tokio::test]
async fn a_batch_is_dealt_with_when_it_is_answered_and_each_match_has_a_label() {
    let github = Github::open().await;
    let world = github.world().await;
    acme(&world, json!("revoke")).await;
    let [leaked, revoked, safe] = [key(&world, "a").await, key(&world, "b").await, key(&world, "c").await];
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", revoked.id), Value::Null).await;
    let unknown = "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH";
    let tokens = [&leaked.secret, unknown, &revoked.secret, "some_token", &leaked.secret, ""];
    let answer = github.tell(&world, &tokens.map(found).into_iter().collect()).await;
    let labels =
        ["true_positive", "false_positive", "true_positive", "false_positive", "true_positive", "false_positive"];
    let expected: Value = tokens.iter().zip(labels).map(|(token, said)| label(token, said)).collect();
    assert_eq!((answer.status, answer.json()), (200, expected), "{answer:?}");
    assert!(!answer.body.contains(&leaked.secret), "{answer:?}");
    assert_eq!(world.get("/v1/notes", &leaked).await.status, 401);
    assert_eq!(world.get("/v1/notes", &safe).await.status, 200);
    let rows = trail_of(&world, &leaked).await;
    let row = rows.iter().find(|row| row["action"] == "key.leaked").unwrap();
    let leak = &row["after"]["leak"];
    assert_eq!(
        json!([row["actor"], row["keyId"], leak["source"], leak["url"]]),
        json!(["github", leaked.id, "github", "https://github.com/a/b#44"])
    );
    // The same message again does nothing.
    assert_eq!(github.tell(&world, &json!([found(&leaked.secret)])).await.status, 200);
    assert_eq!(trail_of(&world, &leaked).await, rows);
}

#[tokio::test]
async fn what_github_has_not_signed_is_refused_and_nothing_is_done() {
    let github = Github::open().await;
    let world = github.world().await;
    acme(&world, json!("revoke")).await;
    let key = key(&world, "a").await;
    let body = json!([found(&key.secret)]).to_string();
    let signature = github.signed(&body);
    let stranger = Github::open().await.signed(&body);
    let changed = body.replace("content", "kontent");
    // A process that starts connects to the store.
    github.tell(&world, &json!([])).await;
    for (id, signature, body) in [
        (None, None, &body),
        (Some("current"), None, &body),
        (None, Some(&signature), &body),
        (Some("other"), Some(&signature), &body),
        (Some("current"), Some(&stranger), &body),
        (Some("current"), Some(&signature), &changed),
        (Some("current"), Some(&"AAAA".to_owned()), &body),
    ] {
        let asked = world.asked(async {
            let answer = post(&world, id, signature.map(String::as_str), body).await;
            let told = answer.json();
            assert_eq!((answer.status, &told["code"]), (400, &json!("invalid_request")), "{answer:?}");
            assert!(told["errors"][0]["field"].as_str().unwrap().starts_with("Github-Public-Key-"), "{answer:?}");
        });
        assert_eq!(asked.await, Vec::<String>::new(), "{id:?}");
    }
    assert_eq!(shown(&world, &key).await["status"], "active");
    // What is signed and no list is refused, too; what is signed and empty is answered so.
    for (body, status) in [("{}", 400), ("[1]", 400), ("[{\"token\": 1, \"type\": \"x\"}]", 400), ("[]", 200)] {
        assert_eq!(post(&world, Some("current"), Some(&github.signed(body)), body).await.status, status, "{body}");
    }
    // GitHub's key was asked for once by each process, and once more for a key that it does not have.
    assert!(github.asked.load(Ordering::Relaxed) <= 4, "{:?}", github.asked);
}

#[tokio::test]
async fn made_up_keys_are_told_from_real_ones_without_a_look_at_the_store() {
    let github = Github::open().await;
    let world = github.world().await;
    // A process that starts connects to the store.
    github.tell(&world, &json!([])).await;
    let made_up: Vec<_> = (0..300).map(|number| found(&format!("lk_live_{number:036}"))).collect();
    let asked = world.asked(async {
        let answer = github.tell(&world, &made_up.into()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let labels = answer.json();
        assert!(labels.as_array().unwrap().iter().all(|label| label["label"] == "false_positive"), "{labels}");
    });
    assert_eq!(asked.await, Vec::<String>::new());
    // A hundred that could be keys are one call.
    let mut keys = Vec::new();
    for org in ["alpha", "beta", "gamma"] {
        world.organization(org, json!({"plan": "pro", "leaks": "notify"})).await;
        keys.push(world.key(org, json!({"name": "a", "type": "live"})).await);
    }
    let matches: Vec<_> = keys.iter().map(|key| found(&key.secret)).collect();
    let asked = world.asked(async { assert_eq!(github.tell(&world, &matches.into()).await.status, 200) }).await;
    let of_secrets = asked.iter().filter(|call| call.as_str() == "BatchGetItem KeysTable").count();
    assert_eq!(of_secrets, 1 + 2 * keys.len(), "{asked:?}");
}

#[tokio::test]
async fn without_githubs_keys_there_is_no_such_path_and_nothing_is_believed() {
    let world = World::serving("standard").await;
    let answer = post(&world, Some("current"), Some("AAAA"), "[]").await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (404, json!("unknown_route")), "{answer:?}");
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{dead}/keys");
    let world = World::build("standard", |builder| builder.parameter("GithubKeysUrl", &url)).await;
    let answer = post(&world, Some("current"), Some("AAAA"), "[]").await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (503, json!("unavailable")), "{answer:?}");
}
