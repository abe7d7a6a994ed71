//! One running instance of a function: a child process, its Runtime API, and the keeper of both.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use template::Function;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use crate::credential::Credential;
use crate::function_error::FunctionError;
use crate::invocation::Job;
use crate::keeper::{Keeper, Order, Ties, ended};
use crate::process::{self, Surroundings};
use crate::runtime::{INIT_TIMEOUT, Phase, Runtime};

/// An instance that has asked for its first event. Dropping it kills its process.
#[derive(Debug)]
pub(crate) struct Instance {
    function: &'static Function,
    runtime: Arc<Runtime>,
    phase: watch::Receiver<Phase>,
    /// When the invocation under way must be over, with all that comes after its answer.
    deadline: Instant,
    /// How the process ended, once it has.
    end: watch::Receiver<Option<String>>,
    /// Tells its keeper to end the process in good order; dropped with the instance, it has the process killed.
    leash: oneshot::Sender<Order>,
}

impl Instance {
    /// Starts a process and waits until it, and all extensions in it, ask for an event.
    pub(crate) async fn start(
        function: &'static Function,
        credential: &Credential,
        surroundings: &Surroundings,
        ties: Ties,
    ) -> Result<Self, FunctionError> {
        let not_started = |cause: std::io::Error| FunctionError::NotStarted {
            function: function.name.clone(),
            cause: format!("{}: {cause}", function.binary),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(not_started)?;
        let address = listener.local_addr().map_err(not_started)?;
        let held = ties.lifeline.hold();
        if ties.lifeline.has_ended() {
            return Err(FunctionError::Ended);
        }
        let child = process::start(function, credential, surroundings, &address.to_string()).map_err(not_started)?;

        let (runtime, mut phase) = Runtime::new(function);
        let (leash, order) = oneshot::channel();
        let (told, mut end) = watch::channel(None);
        let keeper = Keeper { child, runtime: Arc::clone(&runtime), ties, told, held };
        tokio::spawn(keeper.keep(listener, order));

        let started = async {
            tokio::select! {
                // If it told of its error and then ended, the error says more.
                biased;
                Ok(phase) = phase.wait_for(|phase| *phase != Phase::Starting) => match &*phase {
                    Phase::Broken(failure) => Err(format!("{}: {}", failure.error_type, failure.error_message)),
                    Phase::Free | Phase::Busy | Phase::Starting => Ok(()),
                },
                cause = ended(&mut end) => Err(cause),
            }
        };
        let started = timeout(INIT_TIMEOUT, started).await;
        match started.unwrap_or_else(|_| Err(format!("asked for no event within {INIT_TIMEOUT:?}"))) {
            Ok(()) => Ok(Self { function, runtime, phase, deadline: Instant::now(), end, leash }),
            Err(cause) => Err(FunctionError::Init { function: function.name.clone(), cause }),
        }
    }

    /// Whether the process still runs and is of use, as far as is known.
    pub(crate) fn is_alive(&self) -> bool {
        self.end.borrow().is_none() && !matches!(&*self.phase.borrow(), Phase::Broken(_))
    }

    /// Hands `event` to the process at `now_millis` of the platform's clock and waits for the outcome. After an error
    /// other than [`FunctionError::Failed`] the instance is of no use any more; otherwise it is once it has settled.
    pub(crate) async fn invoke(&mut self, id: String, event: Bytes, now_millis: i64) -> Result<Bytes, FunctionError> {
        let allowed = self.function.timeout;
        let deadline_millis = now_millis.saturating_add(millis(allowed));
        let now = Instant::now();
        self.deadline = now.checked_add(allowed).unwrap_or(now);
        let (job, answered) = Job::new(self.function, id, event, deadline_millis);

        self.runtime.invoke(job);
        let outcome = timeout_at(self.deadline, async {
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
            Ok(Err(cause)) => Err(self.crashed(cause)),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// Waits until the runtime and its extensions have asked for what comes next. A function's work after its answer is
    /// part of the invocation, and of its time.
    pub(crate) async fn settled(&mut self) -> Result<(), FunctionError> {
        let settled = timeout_at(self.deadline, async {
            tokio::select! {
                cause = ended(&mut self.end) => Err(cause),
                Ok(phase) = self.phase.wait_for(|phase| *phase != Phase::Busy) => match &*phase {
                    Phase::Broken(failure) => Err(format!("{}: {}", failure.error_type, failure.error_message)),
                    Phase::Free | Phase::Busy | Phase::Starting => Ok(()),
                },
            }
        });
        match settled.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(self.crashed(cause)),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// Ends the process as Lambda ends an idle one; returns when it is gone.
    pub(crate) async fn end(mut self) {
        // Its keeper may have ended before it.
        drop(self.leash.send(Order));
        ended(&mut self.end).await;
    }

    /// Kills the process; returns when it is gone.
    pub(crate) async fn kill(self) {
        let Self { leash, mut end, .. } = self;
        drop(leash);
        ended(&mut end).await;
    }

    fn crashed(&self, cause: String) -> FunctionError {
        FunctionError::Crashed { function: self.function.name.clone(), cause }
    }

    fn timed_out(&self) -> FunctionError {
        FunctionError::TimedOut { function: self.function.name.clone(), after: self.function.timeout }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
