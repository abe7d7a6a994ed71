//! What took too long.

use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;

/// What there was none of in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum Timeout {
    /// A connection, TLS included.
    #[error("no connection within {0:?}")]
    Connect(Duration),
    /// The first byte of an answer.
    #[error("no answer within {0:?}")]
    Answer(Duration),
}

/// What `work` comes to, or `timeout` if that takes longer than `patience`, if there is such.
pub(super) async fn within<T, E: Into<BoxError>>(
    patience: Option<Duration>,
    timeout: fn(Duration) -> Timeout,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, BoxError> {
    let Some(patience) = patience else {
        return work.await.map_err(Into::into);
    };
    match tokio::time::timeout(patience, work).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(timeout(patience).into()),
    }
}
