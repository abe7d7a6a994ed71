//! Why there is nothing to deploy, in one line.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why there is nothing to deploy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("samconfig.toml: {0}")]
    Config(toml::de::Error),
    #[error("samconfig.toml has no environment {0}")]
    Environment(String),
    #[error("{0} is not NAME=VALUE")]
    Parameter(String),
    #[error(transparent)]
    Template(#[from] template::Error),
    #[error("cargo lambda: {0}")]
    Cargo(io::Error),
    #[error("cargo lambda build: {0}")]
    Build(ExitStatus),
}
