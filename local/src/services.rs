//! Stand-ins for EventBridge, SNS and Secrets Manager, on one port: they take what functions tell them, as AWS would answer
//! it, and keep it. Below `latchkey/` there are the secrets that functions have put there; whatever other secret is asked for, there
//! is one.
//!
//! Signatures and permissions are not checked: those of `DynamoDB` alone are. Faults that tests order strike the actions
//! `PutEvents`, `PutEventsEntry` (one entry of a call: an error fails that entry alone), `Publish`, and those of Secrets Manager.

mod answer;
mod shelf;
mod taken;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::dynamodb::{Fault, FaultRule, Faults};
use crate::error::Error;
use crate::server::Server;
use crate::sync::lock;
use shelf::Shelf;
use taken::{Entry, Message};

pub use shelf::Kept;

/// What Secrets Manager is asked.
const OF_SECRETS: [&str; 5] =
    ["CreateSecret", "DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];

/// The most entries that one call of `PutEvents` takes.
const MOST_ENTRIES: usize = 10;

/// Where what is taken goes, beside memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outlets {
    /// A file to which each is appended, as a line of JSON.
    pub(crate) file: Option<PathBuf>,
    /// Whether a line about each is printed.
    pub(crate) prints: bool,
    /// A file in which the secrets of Secrets Manager survive.
    pub(crate) secrets: Option<PathBuf>,
}

/// Running stand-ins.
#[derive(Debug)]
pub struct Services {
    desk: Arc<Desk>,
    server: Server,
}

/// What the stand-ins know and keep.
#[derive(Debug)]
struct Desk {
    clock: Clock,
    faults: Faults,
    outlets: Outlets,
    taken: Mutex<Vec<Value>>,
    secret: String,
    shelf: Shelf,
}

/// A fault has taken the answer, or the caller went away.
#[derive(Debug, thiserror::Error)]
#[error("there is no answer")]
struct Unanswered;

impl Services {
    pub(crate) async fn start(outlets: Outlets, clock: Clock, secret: String) -> Result<Self, Error> {
        let shelf = Shelf::open(outlets.secrets.clone())?;
        let desk = Arc::new(Desk { clock, faults: Faults::default(), outlets, taken: Mutex::default(), secret, shelf });
        // Now, and not when there is something to write: the name may be wrong.
        desk.append("")?;
        let answering = Arc::clone(&desk);
        let handle = move |request| {
            let desk = Arc::clone(&answering);
            async move { desk.handle(request).await }
        };
        let server = Server::start(handle).await?;

        Ok(Self { desk, server })
    }

    /// Where they answer: what functions get as `AWS_ENDPOINT_URL_EVENTBRIDGE` and `AWS_ENDPOINT_URL_SNS`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// What was taken so far, oldest first: events as EventBridge delivers them (`{"id", "source", "detail-type", "time",
    /// "detail"}`), and messages (`{"topic", "subject", "message"}`).
    pub fn taken(&self) -> Vec<Value> {
        lock(&self.desk.taken).clone()
    }

    /// The secret `name` of Secrets Manager, if a function has put it there.
    pub fn secret(&self, name: &str) -> Option<Kept> {
        self.desk.shelf.kept(name)
    }

    /// Makes the secret `name` of Secrets Manager, as somebody who does it by hand, or gives it this `text`.
    pub fn put_secret(&self, name: &str, text: &str) {
        self.desk.shelf.put_by_hand(name, text);
    }

    /// Adds a fault: `Fault::error(500, "InternalFailure", "no").times(1).on("PutEvents")`.
    pub fn inject(&self, rule: FaultRule) {
        self.desk.faults.add(rule);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.desk.faults.clear();
    }
}

impl Desk {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Unanswered> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.or(Err(Unanswered))?.to_bytes();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let asked = target.rsplit_once('.').map(|(_, action)| action);
        let known = || std::iter::once("PutEvents").chain(OF_SECRETS).find(|known| asked == Some(known));
        let action = known().unwrap_or("Publish");
        let is_json = action != "Publish";
        let fault = self.strike(action, &body);
        match &fault {
            Some(Fault::Drop) => return Err(Unanswered),
            Some(Fault::Error { status, kind, message }) => {
                return Ok(answer::error(is_json, *status, kind, message).map(Full::new));
            }
            Some(Fault::Throttle { kind, reason }) => {
                return Ok(answer::error(is_json, 400, kind.exception(), reason).map(Full::new));
            }
            Some(Fault::Delay(_) | Fault::Hold(_) | Fault::DropAfter | Fault::CutShort) | None => {}
        }
        let answer = match action {
            "PutEvents" => self.put_events(&body),
            "Publish" => self.publish(&body),
            of_secrets => self.shelf.answer(of_secrets, &body).unwrap_or_else(|| self.secret_value(&body)),
        };
        match fault {
            Some(Fault::DropAfter | Fault::CutShort) => return Err(Unanswered),
            Some(Fault::Delay(time)) => wait(time).await,
            Some(Fault::Hold(latch)) => latch.wait().await,
            Some(Fault::Drop | Fault::Error { .. } | Fault::Throttle { .. }) | None => {}
        }

        Ok(answer.map(Full::new))
    }

    fn secret_value(&self, body: &[u8]) -> Response<Bytes> {
        let asked = serde_json::from_slice::<Value>(body).ok();
        let Some(id) = asked.as_ref().and_then(|asked| asked.get("SecretId")?.as_str()) else {
            return answer::error(true, 400, "InvalidRequestException", "there must be a SecretId");
        };

        answer::json(200, &json!({ "ARN": id, "Name": id, "SecretString": self.secret, "VersionId": "local" }))
    }

    fn put_events(&self, body: &[u8]) -> Response<Bytes> {
        let entries =
            serde_json::from_slice::<Value>(body).ok().and_then(|body| Some(body.get("Entries")?.as_array()?.clone()));
        let Some(entries) = entries.filter(|entries| (1..=MOST_ENTRIES).contains(&entries.len())) else {
            return answer::error(true, 400, "ValidationException", "there must be one to ten Entries");
        };
        let results: Vec<_> = entries.iter().map(|entry| self.put_entry(entry)).collect();
        let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();

        answer::json(200, &json!({ "FailedEntryCount": failed, "Entries": results }))
    }

    fn put_entry(&self, entry: &Value) -> Value {
        if let Some(Fault::Error { kind, message, .. }) = self.strike("PutEventsEntry", entry.to_string().as_bytes()) {
            return json!({ "ErrorCode": kind, "ErrorMessage": message });
        }
        match Entry::read(entry, &self.clock) {
            Ok(Entry { id, delivered }) => {
                self.keep(delivered);
                json!({ "EventId": id })
            }
            Err(why) => json!({ "ErrorCode": why, "ErrorMessage": "the entry is not as it must be" }),
        }
    }

    fn publish(&self, body: &[u8]) -> Response<Bytes> {
        match Message::read(body) {
            Ok(Message(published)) => {
                self.keep(published);
                answer::published()
            }
            Err(why) => answer::error(false, 400, "InvalidParameter", &format!("Invalid parameter: {why}")),
        }
    }

    fn keep(&self, line: Value) {
        if self.outlets.prints {
            taken::print(&line);
        }
        // Held, so that lines in the file are in the same order, and whole.
        let mut taken = lock(&self.taken);
        // Somebody may have taken the file's folder away meanwhile: what is in memory stays.
        drop(self.append(&format!("{line}\n")));
        taken.push(line);
    }

    fn append(&self, text: &str) -> Result<(), Error> {
        let Some(path) = &self.outlets.file else { return Ok(()) };
        taken::append(path, text).map_err(|cause| Error::File { path: path.clone(), cause })
    }

    fn strike(&self, action: &str, body: &[u8]) -> Option<Fault> {
        self.faults.strike(action, Vec::new, body).map(|(fault, _)| fault)
    }
}

#[expect(clippy::disallowed_methods, reason = "lateness is what was asked for")]
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}
