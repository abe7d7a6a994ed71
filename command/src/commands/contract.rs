//! `latchkey contract`: contracts.

mod check;

use clap::Subcommand;

use crate::error::{Error, Exit};
use crate::output::Output;
use crate::place::Target;

/// What can be done with contracts.
#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    Check(check::Check),
}

impl Contract {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        match self {
            Self::Check(check) => check.run(target, output).await,
        }
    }
}
