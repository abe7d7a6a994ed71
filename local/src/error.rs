//! Why a stack does not start, or cannot do what it is asked: one line each, naming the thing.

use std::io;
use std::path::PathBuf;

use shared::environment::system::plain;

/// A stack that cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template's file cannot be read.
    #[error("cannot read {}: {}", path.display(), plain(cause))]
    TemplateFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The contract cannot be served.
    #[error(transparent)]
    Contract(#[from] shared::contract::Error),
    /// There is no such stage.
    #[error("--stage {0}")]
    Stage(String),
    /// The template cannot be executed.
    #[error("{}", cause.said_of(&path.display().to_string()))]
    Template {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        cause: template::Error,
    },
    /// The port cannot be had.
    #[error("cannot bind 127.0.0.1:{port}: {} (--port takes another)", plain(cause))]
    Bind {
        /// The port.
        port: u16,
        /// What the system said.
        cause: io::Error,
    },
    /// Functions have not been built.
    #[error("no binary in {} for {}: build the functions first", folder.display(), names.join(", "))]
    Binaries {
        /// Where they should be.
        folder: PathBuf,
        /// Those that are missing.
        names: Vec<String>,
    },
    /// The functions could not be built.
    #[error("cannot build the functions: {0}")]
    Build(String),
    /// A file or folder cannot be used.
    #[error("cannot use {}: {}", path.display(), plain(cause))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another stack uses the data folder.
    #[error("cannot use {}: another stack is using it", .0.display())]
    InUse(PathBuf),
    /// The data folder was filled under another contract.
    #[error("cannot use {}: it holds keys of the contract {contract}", path.display())]
    OtherContract {
        /// The folder.
        path: PathBuf,
        /// The contract.
        contract: String,
    },
    /// What an earlier run left cannot be read.
    #[error("cannot read {}: {cause}: delete the folder to start anew", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The database does not start.
    #[error(transparent)]
    Dynamodb(#[from] crate::dynamodb::Error),
    /// The system has no randomness.
    #[error("cannot get random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
    /// A request of the stack's own brought no answer.
    #[error("cannot send {method} {path}: {cause}")]
    Request {
        /// Its method.
        method: String,
        /// Its path.
        path: String,
        /// What went wrong.
        cause: String,
    },
    /// A request of the stack's own was refused.
    #[error("cannot seed the demo: {method} {path} answered {status}: {body}")]
    Seed {
        /// Its method.
        method: String,
        /// Its path.
        path: String,
        /// The answer's status.
        status: u16,
        /// The answer's body.
        body: String,
    },
    /// The system refuses what every program gets.
    #[error("cannot run: {}", plain(.0))]
    System(#[from] io::Error),
}
