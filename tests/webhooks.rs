//! Events to the addresses that organizations have named, and who may name which.

mod crash;
mod create;
mod delete;
mod deliver;
mod get;
mod inside;
mod list;
mod meanwhile;
mod rotate;
mod test;
mod turns;
mod update;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use local::dynamodb::Latch;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::World;

/// What a receiver has got.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) body: String,
    /// All of them: `name: value`, in the order of their names.
    pub(crate) headers: Vec<String>,
}

impl Message {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether one of its signatures is of this secret: by the definition, and not by our code.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let Self { id, timestamp, body, .. } = self;
        let mac = hmac_sha256(&key, format!("{id}.{timestamp}.{body}").as_bytes());
        self.signatures.contains(&format!("v1,{}", BASE64.encode(mac)))
    }
}

/// HMAC of RFC 2104.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};

    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::digest([&block.map(|byte| byte ^ 0x36)[..], message].concat());

    Sha256::digest([&block.map(|byte| byte ^ 0x5c)[..], &inner[..]].concat()).to_vec()
}

/// Answers one message after the other with the next of these statuses, and with the last from then on.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) host: String,
    got: Arc<Mutex<Vec<Message>>>,
    answers: Arc<Mutex<Vec<Answered>>>,
    /// What those wait at that are held.
    pub(crate) latch: Latch,
}

/// How a receiver answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answered {
    With(u16),
    Held(u16),
    RetryAfter(u16, &'static str),
    Redirect(&'static str),
    Endless,
    Never,
}

impl Receiver {
    pub(crate) async fn new(answers: &[Answered]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let mut answers = answers.to_vec();
        answers.reverse();
        let receiver =
            Self { host, got: Arc::default(), answers: Arc::new(Mutex::new(answers)), latch: Latch::default() };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                let answer = move |request| {
                    let own = own.clone();
                    async move { Ok::<_, Infallible>(own.answer(request).await) }
                };
                let served = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), hyper::service::service_fn(answer));
                tokio::spawn(async move { drop(served.await) });
            }
        });

        receiver
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let header = |name: &str| head.headers[name].to_str().unwrap().to_owned();
        let body = body.collect().await.unwrap().to_bytes();
        let mut headers: Vec<_> =
            head.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.sort();
        let message = Message {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap(),
            signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            headers,
        };
        self.got.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        let answered = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] }
        };
        let plain = |status: u16| Response::builder().status(status);
        let nothing = || Full::new(Bytes::from_static(b"secrets of the other side")).boxed();
        match answered {
            Answered::With(status) => plain(status).body(nothing()),
            Answered::Held(status) => {
                self.latch.wait().await;
                plain(status).body(nothing())
            }
            Answered::RetryAfter(status, after) => plain(status).header("retry-after", after).body(nothing()),
            Answered::Redirect(to) => plain(302).header("location", to).body(nothing()),
            Answered::Endless => plain(200).body(Endless.boxed()),
            Answered::Never => std::future::pending().await,
        }
        .unwrap()
    }

    /// Answers so from now on.
    pub(crate) fn answer_with(&self, answered: Answered) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = vec![answered];
    }

    pub(crate) fn got(&self) -> Vec<Message> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.got().iter().map(Message::kind).collect()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.host)
    }
}

/// A body that does not end.
pub(crate) struct Endless;

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(Bytes::from_static(&[b'x'; 4_096])))))
    }
}

type Body = BoxBody<Bytes, Infallible>;

/// A stack that lets these receivers be, and the organization `acme`.
pub(crate) async fn open(receivers: &[&Receiver]) -> World {
    let hosts = receivers.iter().map(|receiver| receiver.host.clone()).collect::<Vec<_>>().join(",");
    let world = World::build("fabraix", |builder| builder.parameter("WebhookTestHosts", &hosts)).await;
    world.organization("acme", json!({"plan": "standard"})).await;

    world
}

/// A webhook of `acme` at `receiver`: its id and its secret.
pub(crate) async fn hook(world: &World, receiver: &Receiver, kinds: Value) -> (String, String) {
    let order = json!({"url": receiver.url(), "kinds": kinds});
    let answer = world.operate("POST", "/organizations/acme/webhooks", order).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let data = answer.json()["data"].clone();

    (data["id"].as_str().unwrap().to_owned(), data["secret"].as_str().unwrap().to_owned())
}

/// The function that sends what is in the queues.
pub(crate) const SENT: &str = "WebhooksDeliver";

/// Hands on what is in the outbox, and then sends it.
pub(crate) async fn send(world: &World) -> Value {
    world.stack.fire("EventsDeliver").await.unwrap();
    world.stack.fire(SENT).await.unwrap()
}

/// A webhook as the operator sees it.
pub(crate) async fn shown(world: &World, id: &str) -> Value {
    let answer = world.operate("GET", &format!("/organizations/acme/webhooks/{id}"), Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    answer.json()["data"].clone()
}

/// Makes a key of `acme`, and with it an event.
pub(crate) async fn key(world: &World, name: &str) {
    world.key("acme", json!({"name": name, "type": "admin"})).await;
}

/// The names of the keys that `receiver` was told of, in order.
pub(crate) fn names(receiver: &Receiver) -> Vec<String> {
    let name = |got: &Message| got.json()["data"]["after"]["name"].as_str().unwrap().to_owned();

    receiver.got().iter().map(name).collect()
}

/// Sends, and does `what` while the answer of `receiver` is held.
pub(crate) async fn meanwhile(world: &World, receiver: &Receiver, what: impl Future<Output = ()>) -> Value {
    let act = async {
        receiver.latch.reached().await;
        what.await;
        receiver.latch.open();
    };

    tokio::join!(send(world), act).0
}

/// Changes a webhook of `acme`, which must work.
pub(crate) async fn patch(world: &World, id: &str, change: Value) {
    let answer = world.operate("PATCH", &format!("/organizations/acme/webhooks/{id}"), change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
