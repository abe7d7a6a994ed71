//! How an invocation fails. To an HTTP caller all of these are the same 500; whoever runs the stack wants to know which.

use std::time::Duration;

/// An invocation that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// The template has no such function.
    #[error("there is no function {0}")]
    Unknown(String),
    /// The process could not be started.
    #[error("cannot start {function}: {cause}")]
    NotStarted {
        /// The function.
        function: String,
        /// What the system said.
        cause: String,
    },
    /// The process ended, or told of an error, or kept silent, before it asked for its first event.
    #[error("{function} did not start: {cause}")]
    Init {
        /// The function.
        function: String,
        /// What happened.
        cause: String,
    },
    /// The process ended during the invocation.
    #[error("{function} crashed: {cause}")]
    Crashed {
        /// The function.
        function: String,
        /// How it ended: `exit status: 1`, `signal: 6 (SIGABRT)`.
        cause: String,
    },
    /// The function took longer than the template allows.
    #[error("{function} timed out after {after:?}")]
    TimedOut {
        /// The function.
        function: String,
        /// Its timeout.
        after: Duration,
    },
    /// The function reported an error of its own.
    #[error("{function} failed: {kind}: {message}")]
    Failed {
        /// The function.
        function: String,
        /// The error's type.
        kind: String,
        /// Its message.
        message: String,
    },
    /// The answer is not JSON.
    #[error("{function} answered no json: {cause}")]
    NotJson {
        /// The function.
        function: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The stack has ended.
    #[error("the stack has ended")]
    Ended,
}
