//! Ctrl-C in the middle of long work: what is under way is brought to its end, and nothing more is begun.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// Whether work is to stop.
#[derive(Debug)]
pub(crate) struct Interrupt {
    signal: Signal,
    /// Whether it came.
    pub(crate) came: bool,
}

impl Interrupt {
    /// From now on Ctrl-C ends nothing by itself.
    pub(crate) fn listen() -> Result<Self, Error> {
        Ok(Self { signal: signal(SignalKind::interrupt()).map_err(Error::failed)?, came: false })
    }

    /// What `work` gives; nothing where Ctrl-C came, which does not wait for it.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            _ = self.signal.recv() => {
                self.came = true;
                None
            }
            done = work => Some(done),
        }
    }

    /// What `work` gives; nothing where Ctrl-C came a second time, which does not wait for it.
    pub(crate) async fn let_end<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                _ = self.signal.recv() => {
                    if self.came {
                        return None;
                    }
                    self.came = true;
                }
                done = &mut work => return Some(done),
            }
        }
    }
}
