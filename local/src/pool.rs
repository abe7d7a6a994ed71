//! The instances of one function: started when needed, used again, never more than so many.

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use template::Function;
use tokio::sync::Semaphore;

use crate::credential::Credential;
use crate::function_error::FunctionError;
use crate::instance::Instance;
use crate::lifeline::Lifeline;
use crate::process::Surroundings;
use crate::sync::lock;

/// All instances of a function.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) function: &'static Function,
    credential: Credential,
    surroundings: Arc<Surroundings>,
    lifeline: Lifeline,
    /// One for each instance that may exist. Who waits is served in the order of arrival.
    permits: Semaphore,
    /// The last one used is used next: the others' memory may go cold.
    idle: Mutex<Vec<Instance>>,
}

impl Pool {
    pub(crate) fn new(
        function: &'static Function,
        credential: Credential,
        surroundings: Arc<Surroundings>,
        lifeline: Lifeline,
        max_instances: usize,
    ) -> Self {
        let permits = Semaphore::new(max_instances.max(1));
        Self { function, credential, surroundings, lifeline, permits, idle: Mutex::new(Vec::new()) }
    }

    /// Hands `event` to an instance. Must run to its end: an invocation is not called off because its caller went away.
    pub(crate) async fn invoke(&self, event: Bytes) -> Result<Bytes, FunctionError> {
        let outcome = self.try_invoke(event).await;
        // At the end all processes are killed, which is nobody's fault.
        if let Err(error) = &outcome
            && !self.lifeline.has_ended()
        {
            self.surroundings.logs.note(&error.to_string());
        }
        outcome
    }

    async fn try_invoke(&self, event: Bytes) -> Result<Bytes, FunctionError> {
        let Ok(_permit) = self.permits.acquire().await else { return Err(FunctionError::Ended) };
        let mut instance = match self.take_idle() {
            Some(instance) => instance,
            None => Instance::start(self.function, &self.credential, &self.surroundings, &self.lifeline).await?,
        };
        let outcome = instance.invoke(uuid::Uuid::new_v4().to_string(), event).await;
        // One that reported an error is as good as before; one that crashed or timed out is dropped, and so ended.
        if matches!(outcome, Ok(_) | Err(FunctionError::Failed { .. })) {
            lock(&self.idle).push(instance);
        }
        outcome
    }

    fn take_idle(&self) -> Option<Instance> {
        let mut idle = lock(&self.idle);
        std::iter::from_fn(|| idle.pop()).find(Instance::is_alive)
    }
}
