//! The line between a stack and its child processes: when the stack ends, all are told to, and it can wait for the
//! last.

use tokio::sync::watch;

/// Ties child processes to their stack. Its clones are the same line.
#[derive(Debug, Clone)]
pub(crate) struct Lifeline {
    ended: watch::Sender<bool>,
    running: watch::Sender<usize>,
}

/// Held while one process runs.
#[derive(Debug)]
pub(crate) struct Held {
    running: watch::Sender<usize>,
}

impl Lifeline {
    pub(crate) fn new() -> Self {
        Self { ended: watch::Sender::new(false), running: watch::Sender::new(0) }
    }

    /// Counts one more process, until what is returned is dropped.
    pub(crate) fn hold(&self) -> Held {
        self.running.send_modify(|count| *count = count.saturating_add(1));
        Held { running: self.running.clone() }
    }

    /// Tells all processes to end.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Returns when processes have been told to end.
    pub(crate) async fn until_ended(&self) {
        // The sender is in `self`, so waiting cannot fail.
        drop(self.ended.subscribe().wait_for(|ended| *ended).await);
    }

    /// Whether processes have been told to end.
    pub(crate) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Returns when no process runs any more.
    pub(crate) async fn until_gone(&self) {
        drop(self.running.subscribe().wait_for(|count| *count == 0).await);
    }

    /// How many processes run.
    pub(crate) fn count(&self) -> usize {
        *self.running.borrow()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.running.send_modify(|count| *count = count.saturating_sub(1));
    }
}
