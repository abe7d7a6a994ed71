//! The Lambda Extensions API, spoken to the extensions inside one function process. They register before the runtime asks for
//! its first event, and hear of the invocations that they have subscribed to.
//!
//! All of them are internal: there are no layers here that would bring others.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use template::Function;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use uuid::Uuid;

use crate::credential::ACCOUNT;
use crate::invocation::Job;

/// What the paths of the Extensions API begin with.
pub(crate) const PREFIX: &str = "/2020-01-01/extension/";

/// How many extensions a function may have.
const MAX: usize = 10;

/// The extensions of one instance.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    registered: BTreeMap<Uuid, Extension>,
    closed: bool,
}

#[derive(Debug)]
struct Extension {
    name: String,
    /// Whether it has subscribed to invocations.
    hears: bool,
    /// Whether it waits for what comes next.
    waits: bool,
    events: mpsc::Sender<Bytes>,
    queue: Queue,
}

/// The events that an extension has still to hear of.
pub(crate) type Queue = Arc<AsyncMutex<mpsc::Receiver<Bytes>>>;

#[derive(Deserialize)]
struct Registration {
    events: Vec<String>,
}

/// Why an extension's request is refused, always with 403.
#[derive(Debug)]
pub(crate) struct Refused {
    kind: &'static str,
    message: String,
}

impl Refused {
    fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn response(&self) -> Response<Full<Bytes>> {
        respond(StatusCode::FORBIDDEN, &json!({ "errorMessage": self.message, "errorType": self.kind }), None)
    }
}

impl Extensions {
    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        !self.registered.is_empty()
    }

    /// Whether each of them waits for what comes next.
    pub(crate) fn all_wait(&self) -> bool {
        self.registered.values().all(|extension| extension.waits)
    }

    /// From now on none can register: the runtime has asked for its first event.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Registers the extension of `function` that `headers` name, for the events in `body`.
    pub(crate) fn register(
        &mut self,
        function: &Function,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response<Full<Bytes>>, Refused> {
        let name = text(headers, "lambda-extension-name");
        if name.is_empty() {
            return Err(Refused::new("Extension.InvalidExtensionName", "Empty extension name"));
        }
        let registration: Registration =
            serde_json::from_slice(body).map_err(|error| Refused::new("InvalidRequestFormat", error.to_string()))?;
        // Only extensions that are a process of their own hear of the end; this one gets the runtime's signal.
        if let Some(event) = registration.events.iter().find(|event| *event != "INVOKE") {
            return Err(Refused::new("Extension.InvalidEventType", format!("{event}: not for internal extensions")));
        }
        if self.closed {
            return Err(Refused::new("Extension.RegistrationClosed", "Extension registration closed already"));
        }
        if self.registered.values().any(|extension| extension.name == name) {
            let message = "Extension with this name already registered";
            return Err(Refused::new("Extension.InvalidExtensionState", message));
        }
        if self.registered.len() >= MAX {
            return Err(Refused::new("Extension.TooManyExtensions", format!("Extension limit ({MAX}) reached")));
        }

        let id = Uuid::new_v4();
        let (events, queue) = mpsc::channel(1);
        let queue = Arc::new(AsyncMutex::new(queue));
        let hears = !registration.events.is_empty();
        self.registered.insert(id, Extension { name: name.to_owned(), hears, waits: false, events, queue });
        let mut body = json!({ "functionName": function.name, "functionVersion": "$LATEST", "handler": "bootstrap" });
        if let Some(body) = body.as_object_mut()
            && text(headers, "lambda-extension-accept-feature").contains("accountId")
        {
            body.insert("accountId".to_owned(), ACCOUNT.into());
        }

        Ok(respond(StatusCode::OK, &body, Some(("lambda-extension-identifier", id))))
    }

    /// Notes that the extension that `headers` identify waits for what comes next, and returns the queue that has it.
    pub(crate) fn waits(&mut self, headers: &HeaderMap) -> Result<Queue, Refused> {
        let extension = self.identified(headers)?;
        extension.waits = true;

        Ok(Arc::clone(&extension.queue))
    }

    /// The name of the extension that `headers` identify.
    pub(crate) fn name(&mut self, headers: &HeaderMap) -> Result<String, Refused> {
        self.identified(headers).map(|extension| extension.name.clone())
    }

    /// Tells the extensions that have subscribed to invocations of `job`.
    pub(crate) fn announce(&mut self, job: &Job) {
        let event = json!({
            "eventType": "INVOKE",
            "deadlineMs": job.deadline_millis,
            "requestId": job.id,
            "invokedFunctionArn": job.arn,
            "tracing": { "type": "X-Amzn-Trace-Id", "value": job.trace },
        });
        for extension in self.registered.values_mut().filter(|extension| extension.hears) {
            extension.waits = false;
            // All of them wait when an invocation begins, so the queue is empty.
            drop(extension.events.try_send(event.to_string().into()));
        }
    }

    fn identified(&mut self, headers: &HeaderMap) -> Result<&mut Extension, Refused> {
        let id = text(headers, "lambda-extension-identifier");
        if id.is_empty() {
            let message = "Missing Lambda-Extension-Identifier header";
            return Err(Refused::new("Extension.MissingExtensionIdentifier", message));
        }
        let invalid = |_| Refused::new("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
        let parsed = id.parse::<Uuid>().map_err(invalid)?;
        let unknown = || Refused::new("Extension.UnknownExtensionIdentifier", format!("Unknown extension {id}"));

        self.registered.get_mut(&parsed).ok_or_else(unknown)
    }
}

/// An event, as its extension gets it.
pub(crate) fn event(body: Bytes) -> Response<Full<Bytes>> {
    let mut response =
        respond(StatusCode::OK, &Value::Null, Some(("lambda-extension-event-identifier", Uuid::new_v4())));
    *response.body_mut() = Full::new(body);
    response
}

fn respond(status: StatusCode, body: &Value, id: Option<(&'static str, Uuid)>) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    if let Some((name, id)) = id {
        response = response.header(name, id.to_string());
    }
    response.body(Full::new(body.to_string().into())).unwrap_or_default()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
