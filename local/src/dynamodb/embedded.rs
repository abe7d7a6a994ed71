//! The embedded emulator on a loopback port of its own.

use std::path::PathBuf;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Error;

/// A running emulator; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) endpoint: String,
    shutdown: oneshot::Sender<()>,
    server: JoinHandle<Result<(), String>>,
}

impl Embedded {
    /// Starts it on a file, or in memory.
    pub(super) async fn start(file: Option<PathBuf>) -> Result<Self, Error> {
        let database = match &file {
            Some(path) => Database::new(&path.to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(|error| Error::Open {
            path: file.map_or_else(|| "in memory".to_owned(), |path| path.display().to_string()),
            reason: error.to_string(),
        })?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::Bind)?;
        let endpoint = format!("http://{}", listener.local_addr().map_err(Error::Bind)?);
        let (shutdown, ended) = oneshot::channel::<()>();
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            // Told, or its owner is gone: both mean the end.
            match ended.await {
                Ok(()) | Err(_) => {}
            }
        }));
        Ok(Self { endpoint, shutdown, server })
    }

    /// Ends it; its file is closed then.
    pub(super) async fn stop(self) {
        drop(self.shutdown);
        drop(self.server.await);
    }
}
