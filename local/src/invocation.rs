//! One invocation of a function: the event that it gets, and the outcome.

use hyper::body::Bytes;
use serde::Deserialize;
use template::Function;
use tokio::sync::oneshot;

use crate::credential::{ACCOUNT, REGION};

/// The outcome of an event.
pub(crate) type Outcome = Result<Bytes, Failure>;

/// One event for a function, and where its answer goes.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) event: Bytes,
    pub(crate) deadline_millis: i64,
    pub(crate) arn: String,
    pub(crate) trace: String,
    pub(crate) answer: oneshot::Sender<Outcome>,
}

impl Job {
    /// An invocation of `function` with `event`, that must be over at `deadline_millis`; and the receiver of its
    /// answer.
    pub(crate) fn new(
        function: &Function,
        id: String,
        event: Bytes,
        deadline_millis: i64,
    ) -> (Self, oneshot::Receiver<Outcome>) {
        let (answer, answered) = oneshot::channel();
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", function.name);
        let trace = format!("Root={}", trace_root());

        (Self { id, event, deadline_millis, arn, trace, answer }, answered)
    }
}

/// An error that a function reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    #[serde(default)]
    pub(crate) error_type: String,
    #[serde(default)]
    pub(crate) error_message: String,
}

/// A new trace id, as X-Ray writes it.
pub(crate) fn trace_root() -> String {
    let seconds = crate::clock::millis(crate::clock::real_now()).checked_div(1_000).unwrap_or(0);
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("1-{seconds:08x}-{}", random.get(..24).unwrap_or_default())
}
