//! What the command can do: a file for each command.

mod apply;
mod completion;
mod contract;
mod doctor;
mod keys;
mod orgs;
mod portal;
mod verify;

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
    Doctor(doctor::Doctor),
    Local(Box<local::program::Options>),
    Completion(completion::Completion),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        match self {
            Self::Orgs(orgs) => orgs.run(&Session::open(target, output).await?).await,
            Self::Keys(keys) => keys.run(target, output).await,
            Self::Verify(verify) => verify.run(target, output).await,
            Self::Portal(portal) => portal.run(&Session::open(target, output).await?).await,
            Self::Apply(apply) => apply.run(target, output).await,
            Self::Diff(diff) => diff.run(target, output).await,
            Self::Contract(contract) => contract.run(target, output).await,
            Self::Doctor(doctor) => doctor.run(target, output).await,
            Self::Completion(completion) => completion.run(),
            Self::Local(_) => Err(Error::Failed("a stack cannot run inside of this".to_owned())),
        }
    }
}
