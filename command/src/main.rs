//! `latchkey`, the operator's command: organizations, keys, verdicts and contracts of a stack, wherever it runs.
//!
//! What people ask for is data and goes to standard output; whatever else is to be said goes to standard error. A secret is never
//! an argument, and is in no message.

mod apply;
mod arguments;
mod client;
mod commands;
mod contract;
mod error;
mod interrupt;
mod output;
mod parse;
mod place;
mod secret;
mod session;
mod talk;
mod usage;
mod wire;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;
use commands::Command;
use error::{Error, Exit};
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::tell(&error).into(),
    };
    let Arguments { target, output, command } = arguments;
    // It has a runtime of its own.
    if let Command::Local(options) = command {
        return local::program::run(&options);
    }

    match run(command, target, Output::new(output)) {
        Ok(exit) => exit.into(),
        // Whoever reads has enough.
        Err(Error::Closed) => Exit::Done.into(),
        Err(error) => {
            talk::say(&format!("latchkey: {error}"));
            error.exit().into()
        }
    }
}

fn run(command: Command, target: place::Target, output: Output) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();

    runtime.map_err(Error::failed)?.block_on(command.run(target, output))
}
