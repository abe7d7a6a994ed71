//! `latchkey`, the operator's command: organizations, keys, verdicts and contracts of a stack, wherever it runs.
//!
//! What people ask for is data and goes to standard output; whatever else is to be said goes to standard error. A secret is never
//! an argument, and is in no message.

mod apply;
mod arguments;
mod body;
mod client;
mod commands;
mod contract;
mod deletion;
mod error;
mod input;
mod interrupt;
mod options;
mod output;
mod parse;
mod place;
mod presented;
mod secret;
mod session;
mod talk;
mod usage;
mod wire;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;
use error::{Error, Exit};
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::tell(&error).into(),
    };
    let Arguments { target, output, command } = arguments;

    match command.run(target, Output::new(output)) {
        Ok(code) => code,
        // Whoever reads has enough.
        Err(Error::Closed) => Exit::Done.into(),
        Err(error) => {
            talk::note(&error.to_string());
            error.exit().into()
        }
    }
}
