//! What the command can do: a file for each command.

mod apply;
mod call;
mod completion;
mod contract;
mod cycle;
mod doctor;
mod keys;
mod labels;
mod orgs;
mod portal;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::error::{Error, Exit};
use crate::output::Output;
use crate::place::Target;
use crate::session::Session;

/// What the command can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Organizations: your customers, and the terms that they are on
    #[command(subcommand)]
    Orgs(orgs::Orgs),
    /// Keys of an organization
    #[command(subcommand)]
    Keys(keys::Keys),
    Verify(verify::Verify),
    /// The portal, where an organization's people manage its keys
    #[command(subcommand)]
    Portal(portal::Portal),
    Apply(apply::Apply),
    Diff(apply::Diff),
    /// Contracts: how an API treats those who call it with keys
    #[command(subcommand)]
    Contract(contract::Contract),
    Call(call::Call),
    Doctor(doctor::Doctor),
    Local(Box<local::program::Options>),
    Completion(completion::Completion),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, target: Target, output: Output) -> Result<ExitCode, Error> {
        match self {
            Self::Orgs(orgs) => wait(async { orgs.run(&Session::open(target, output).await?).await }),
            Self::Keys(keys) => wait(keys.run(target, output)),
            Self::Verify(verify) => wait(verify.run(target, output)),
            Self::Portal(portal) => wait(async { portal.run(&Session::open(target, output).await?).await }),
            Self::Apply(apply) => wait(apply.run(target, output)),
            Self::Diff(diff) => wait(diff.run(target, output)),
            Self::Contract(contract) => wait(contract.run(target, output)),
            Self::Call(call) => wait(call.run(target, output)),
            Self::Doctor(doctor) => wait(doctor.run(target, output)),
            // It has a runtime of its own.
            Self::Local(options) => Ok(local::program::run(&options)),
            Self::Completion(completion) => completion.run().map(ExitCode::from),
        }
    }
}

/// Does `work`, whose waiting is for the network.
fn wait(work: impl Future<Output = Result<Exit, Error>>) -> Result<ExitCode, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::failed)?;

    runtime.block_on(work).map(ExitCode::from)
}
