//! The keeper of a process: serves its Runtime API, ends it when its time has come, and tells how it ended.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::timeout;

use crate::lifeline::{Held, Lifeline};
use crate::runtime::Runtime;

/// How long a process with an extension may take to end once it was asked to. Lambda gives half a second of a processor of
/// its own; here the processors are shared.
const GRACE: Duration = Duration::from_secs(2);

/// The order to end a process in good order.
#[derive(Debug)]
pub(crate) struct Order;

/// What can end a process from outside.
#[derive(Debug)]
pub(crate) struct Ties {
    /// The stack's end.
    pub(crate) lifeline: Lifeline,
    /// The order to kill it.
    pub(crate) killing: Arc<Notify>,
}

/// Looks after one process.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) child: Child,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) ties: Ties,
    /// Where it tells how the process ended.
    pub(crate) told: watch::Sender<Option<String>>,
    /// Held until then.
    pub(crate) held: Held,
}

impl Keeper {
    /// Keeps the process until it ends by itself, there is an `order` to end it, its instance is dropped, it is to be killed,
    /// or the stack ends.
    pub(crate) async fn keep(mut self, listener: TcpListener, order: oneshot::Receiver<Order>) {
        // Served to the very end: a process that is about to end still waits for its next event.
        let server = tokio::spawn(Arc::clone(&self.runtime).serve(listener));
        let Ties { lifeline, killing } = &self.ties;
        let ordered = tokio::select! {
            _ = self.child.wait() => false,
            order = order => order.is_ok(),
            () = lifeline.until_ended() => false,
            () = killing.notified() => false,
        };
        let status = if ordered { self.end().await } else { self.kill().await };
        server.abort();

        self.told.send_replace(Some(status.map_or_else(|cause| cause.to_string(), |status| status.to_string())));
        drop(self.held);
    }

    /// Ends the process as Lambda ends an environment: SIGTERM, and SIGKILL if it takes too long. A process without
    /// extensions gets SIGKILL at once.
    async fn end(&mut self) -> io::Result<ExitStatus> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid.filter(|_| self.runtime.has_extensions())
            && kill_process(pid, Signal::TERM).is_ok()
        {
            let ended = async {
                tokio::select! {
                    ended = self.child.wait() => Some(ended),
                    () = self.ties.lifeline.until_ended() => None,
                }
            };
            if let Ok(Some(ended)) = timeout(GRACE, ended).await {
                return ended;
            }
        }

        self.kill().await
    }

    /// Kills the process, unless it has ended.
    async fn kill(&mut self) -> io::Result<ExitStatus> {
        if let Some(ended) = self.child.try_wait()? {
            return Ok(ended);
        }
        self.child.start_kill()?;
        self.child.wait().await
    }
}

/// Waits until the process has ended, and tells how.
pub(crate) async fn ended(end: &mut watch::Receiver<Option<String>>) -> String {
    match end.wait_for(Option::is_some).await {
        Ok(cause) => cause.clone().unwrap_or_default(),
        Err(_) => "its keeper ended".to_owned(),
    }
}
