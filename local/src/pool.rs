//! The instances of one function: started when needed, used again, never more than a limit.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Bytes;
use template::Function;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::credential::Credential;
use crate::function_error::FunctionError;
use crate::instance::Instance;
use crate::keeper::Ties;
use crate::lifeline::Lifeline;
use crate::process::{self, Surroundings};
use crate::sync::lock;

/// How long a request waits for an instance that has answered and not yet asked for its next event, before it gets a new
/// one. Nearly all ask at once; on Lambda the time that a request travels is enough.
const ABOUT_TO_BE_FREE: Duration = Duration::from_secs(1);

/// How long the end waits for instances that still work after their answers.
const LAST_WORK: Duration = Duration::from_secs(2);

/// All instances of a function.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) function: &'static Function,
    credential: Credential,
    surroundings: Arc<Surroundings>,
    lifeline: Lifeline,
    /// Tells the keepers of all instances to kill them.
    killing: Arc<Notify>,
    /// One for each instance that may exist. Requests are served in the order of arrival.
    permits: Arc<Semaphore>,
    /// The last one used is used next: the others' memory may go cold.
    idle: Mutex<Vec<Instance>>,
    /// How many have answered, and not yet asked for their next event.
    settling: watch::Sender<usize>,
}

impl Pool {
    pub(crate) fn new(
        function: &'static Function,
        credential: Credential,
        surroundings: Arc<Surroundings>,
        lifeline: Lifeline,
        max_instances: usize,
    ) -> Self {
        let permits = Arc::new(Semaphore::new(max_instances.max(1)));
        let (idle, settling) = (Mutex::new(Vec::new()), watch::Sender::new(0));
        let killing = Arc::default();
        Self { function, credential, surroundings, lifeline, killing, permits, idle, settling }
    }

    /// What an instance finds in its environment.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        process::environment(self.function, &self.credential, &self.surroundings)
    }

    /// Hands `event` to an instance. Must run to its end: an invocation is not called off because its caller went away.
    pub(crate) async fn invoke(self: &Arc<Self>, event: Bytes) -> Result<Bytes, FunctionError> {
        let outcome = self.try_invoke(event).await;
        if let Err(error) = &outcome {
            self.note(error);
        }
        outcome
    }

    /// Ends all instances that have nothing to do, as Lambda does it; returns when they are gone.
    pub(crate) async fn end(&self) {
        let mut settling = self.settling.subscribe();
        // An instance that takes longer is not asked.
        drop(timeout(LAST_WORK, settling.wait_for(|count| *count == 0)).await);
        let idle = std::mem::take(&mut *lock(&self.idle));
        let ends: JoinSet<()> = idle.into_iter().map(Instance::end).collect();
        ends.join_all().await;
    }

    /// Kills all instances, whatever they are doing.
    pub(crate) fn kill(&self) {
        self.killing.notify_waiters();
    }

    async fn try_invoke(self: &Arc<Self>, event: Bytes) -> Result<Bytes, FunctionError> {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return Err(FunctionError::Ended) };
        let mut instance = match self.take_idle().await {
            Some(instance) => instance,
            None => self.start().await?,
        };
        let now_millis = self.surroundings.clock.now_millis();
        let outcome = instance.invoke(uuid::Uuid::new_v4().to_string(), event, now_millis).await;
        // An instance that reported an error is as good as before. One that crashed or timed out is dropped, and so
        // ended.
        if matches!(outcome, Ok(_) | Err(FunctionError::Failed { .. })) {
            self.settle(instance, permit);
        }
        outcome
    }

    async fn start(&self) -> Result<Instance, FunctionError> {
        let ties = Ties { lifeline: self.lifeline.clone(), killing: Arc::clone(&self.killing) };

        Instance::start(self.function, &self.credential, &self.surroundings, ties).await
    }

    /// Gives the instance its time after the answer. Nobody waits for it.
    fn settle(self: &Arc<Self>, mut instance: Instance, permit: OwnedSemaphorePermit) {
        let pool = Arc::clone(self);
        self.settling.send_modify(|count| *count = count.saturating_add(1));
        tokio::spawn(async move {
            match instance.settled().await {
                Ok(()) => lock(&pool.idle).push(instance),
                Err(error) => {
                    pool.note(&error);
                    instance.kill().await;
                }
            }
            pool.settling.send_modify(|count| *count = count.saturating_sub(1));
            drop(permit);
        });
    }

    /// An instance that is free, or is about to be.
    async fn take_idle(&self) -> Option<Instance> {
        let mut settling = self.settling.subscribe();
        let free = async {
            loop {
                // The count is read first: an instance that settles later is among the idle, or changes it.
                let count = *settling.borrow_and_update();
                let found = std::iter::from_fn(|| lock(&self.idle).pop()).find(Instance::is_alive);
                if found.is_some() || count == 0 || settling.changed().await.is_err() {
                    return found;
                }
            }
        };
        timeout(ABOUT_TO_BE_FREE, free).await.unwrap_or(None)
    }

    /// Notes `error`, but not at the end: then all processes are killed, which is no fault.
    fn note(&self, error: &FunctionError) {
        if !self.lifeline.has_ended() {
            self.surroundings.logs.note(&error.to_string());
        }
    }
}
