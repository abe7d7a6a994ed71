//! A latch: a call waits at it until a test lets the call go on, so that a race is run in the order that the test
//! wants.

use std::sync::Arc;

use tokio::sync::watch;

/// Closed until it is opened. Its clones are the same latch.
#[derive(Debug, Clone)]
pub struct Latch {
    state: Arc<watch::Sender<State>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    waiting: usize,
    open: bool,
}

impl Default for Latch {
    fn default() -> Self {
        Self { state: Arc::new(watch::Sender::new(State::default())) }
    }
}

impl PartialEq for Latch {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }
}

impl Eq for Latch {}

impl Latch {
    /// Returns when somebody waits at the latch, or has.
    pub async fn reached(&self) {
        self.until(|state| state.waiting > 0).await;
    }

    /// Lets everybody on, now and from now on.
    pub fn open(&self) {
        self.state.send_modify(|state| state.open = true);
    }

    /// Waits until it is open.
    pub async fn wait(&self) {
        self.state.send_modify(|state| state.waiting = state.waiting.saturating_add(1));
        self.until(|state| state.open).await;
    }

    async fn until(&self, holds: impl FnMut(&State) -> bool) {
        // The sender is in this very latch: it cannot be gone.
        drop(self.state.subscribe().wait_for(holds).await);
    }
}
