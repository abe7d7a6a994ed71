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
    #[error("Contract={0}: there is no contracts/{0}.toml")]
    NoContract(String),
    #[error("Contract={name}: contracts/{name}.toml: {cause}")]
    Contract { name: String, cause: String },
    #[error("cargo lambda: {0}")]
    Cargo(io::Error),
    #[error(
        "cargo lambda build: {0} (docs/deploying.md says under \"What you need\" where cargo-lambda and zig come from)"
    )]
    Build(ExitStatus),
}

impl Error {
    /// Whether what was asked for is wrong, and not the machine.
    pub(crate) const fn is_asked_wrongly(&self) -> bool {
        match self {
            Self::Config(_)
            | Self::Environment(_)
            | Self::Parameter(_)
            | Self::Template(_)
            | Self::NoContract(_)
            | Self::Contract { .. } => true,
            Self::File { .. } | Self::Cargo(_) | Self::Build(_) => false,
        }
    }
}
