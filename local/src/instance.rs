//! One running instance of a function: a child process, its Runtime API, and who looks after both.

use std::time::Duration;

use hyper::body::Bytes;
use template::Function;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::clock;
use crate::credential::Credential;
use crate::function_error::FunctionError;
use crate::lifeline::{Held, Lifeline};
use crate::process::{self, Surroundings};
use crate::runtime::{INIT_TIMEOUT, Job, Phase, Runtime};

/// An instance that has asked for its first event. Dropping it ends its process.
#[derive(Debug)]
pub(crate) struct Instance {
    function: &'static Function,
    jobs: mpsc::Sender<Job>,
    /// How the process ended, once it has.
    end: watch::Receiver<Option<String>>,
    /// Dropped with the instance, which its keeper notices.
    _leash: oneshot::Sender<()>,
}

impl Instance {
    /// Starts a process and waits until it asks for an event.
    pub(crate) async fn start(
        function: &'static Function,
        credential: &Credential,
        surroundings: &Surroundings,
        lifeline: &Lifeline,
    ) -> Result<Self, FunctionError> {
        let not_started = |cause: std::io::Error| FunctionError::NotStarted {
            function: function.name.clone(),
            cause: format!("{}: {cause}", function.binary),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(not_started)?;
        let address = listener.local_addr().map_err(not_started)?;
        let held = lifeline.hold();
        if lifeline.has_ended() {
            return Err(FunctionError::Ended);
        }
        let child = process::start(function, credential, surroundings, &address.to_string()).map_err(not_started)?;

        let (jobs, received) = mpsc::channel(1);
        let (runtime, mut phase) = Runtime::new(&function.name, received);
        let (leash, dropped) = oneshot::channel();
        let (told, mut end) = watch::channel(None);
        tokio::spawn(keep(child, runtime.serve(listener), dropped, lifeline.clone(), (told, held)));

        let started = async {
            tokio::select! {
                // Told of its error and then ended: the error says more.
                biased;
                Ok(phase) = phase.wait_for(|phase| *phase != Phase::Starting) => match &*phase {
                    Phase::Broken(failure) => Err(format!("{}: {}", failure.error_type, failure.error_message)),
                    Phase::Ready | Phase::Starting => Ok(()),
                },
                cause = ended(&mut end) => Err(cause),
            }
        };
        let started = timeout(INIT_TIMEOUT, started).await;
        match started.unwrap_or_else(|_| Err(format!("asked for no event within {INIT_TIMEOUT:?}"))) {
            Ok(()) => Ok(Self { function, jobs, end, _leash: leash }),
            Err(cause) => Err(FunctionError::Init { function: function.name.clone(), cause }),
        }
    }

    /// Whether the process still runs, as far as is known.
    pub(crate) fn is_alive(&self) -> bool {
        self.end.borrow().is_none()
    }

    /// Hands `event` to the process and waits for what comes of it. After an error other than
    /// [`FunctionError::Failed`] the instance is of no use any more.
    pub(crate) async fn invoke(&mut self, id: String, event: Bytes) -> Result<Bytes, FunctionError> {
        let allowed = self.function.timeout;
        let deadline_millis = clock::millis(clock::real_now()).saturating_add(millis(allowed));
        let (answer, answered) = oneshot::channel();
        let crashed = |cause| FunctionError::Crashed { function: self.function.name.clone(), cause };

        let job = Job { id, event, deadline_millis, answer };
        if self.jobs.send(job).await.is_err() {
            return Err(crashed(ended(&mut self.end).await));
        }
        let outcome = timeout(allowed, async {
            tokio::select! {
                // An answer counts even if the process ends right after it.
                biased;
                Ok(outcome) = answered => Ok(outcome),
                cause = ended(&mut self.end) => Err(cause),
            }
        });
        match outcome.await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(failure))) => Err(FunctionError::Failed {
                function: self.function.name.clone(),
                kind: failure.error_type,
                message: failure.error_message,
            }),
            Ok(Err(cause)) => Err(crashed(cause)),
            Err(_) => Err(FunctionError::TimedOut { function: self.function.name.clone(), after: allowed }),
        }
    }
}

/// Looks after a process until it ends, its instance is dropped or the stack ends; tells how it ended.
async fn keep(
    mut child: Child,
    runtime: impl Future<Output = ()> + Send,
    dropped: oneshot::Receiver<()>,
    lifeline: Lifeline,
    (told, held): (watch::Sender<Option<String>>, Held),
) {
    let status = tokio::select! {
        status = child.wait() => Some(status),
        () = runtime => None,
        _ = dropped => None,
        () = lifeline.until_ended() => None,
    };
    let status = match status {
        Some(status) => status,
        None => match child.start_kill() {
            Ok(()) => child.wait().await,
            Err(cause) => Err(cause),
        },
    };

    told.send_replace(Some(status.map_or_else(|cause| cause.to_string(), |status| status.to_string())));
    drop(held);
}

/// Waits until the process has ended, and tells how.
async fn ended(end: &mut watch::Receiver<Option<String>>) -> String {
    match end.wait_for(Option::is_some).await {
        Ok(cause) => cause.clone().unwrap_or_default(),
        Err(_) => "its keeper ended".to_owned(),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
