//! The threads that a stack runs on. They are not its creator's: a test's end with the test, and a stack may outlive
//! it.

use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

use crate::lifeline::Lifeline;

/// How long the end of everything may take.
const END: Duration = Duration::from_secs(2);

/// A Tokio runtime that can be dropped anywhere, inside another one too, and what hangs on it.
#[derive(Debug)]
pub(super) struct OwnRuntime {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
    lifeline: Lifeline,
}

impl OwnRuntime {
    pub(super) fn new(lifeline: Lifeline) -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(2, |threads| threads.get().clamp(2, 4));
        let runtime = Builder::new_multi_thread().worker_threads(threads).thread_name("stack").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), lifeline })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for OwnRuntime {
    /// Ends all processes and drops all tasks before it returns.
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        self.lifeline.end();
        let lifeline = self.lifeline.clone();
        // Tokio forbids waiting on a thread that runs tasks, and a stack may well be dropped on one.
        let ended = std::thread::spawn(move || {
            // Processes that outlast this are killed with their tasks.
            drop(runtime.block_on(async { timeout(END, lifeline.until_gone()).await }));
            runtime.shutdown_timeout(END);
        });
        drop(ended.join());
    }
}
