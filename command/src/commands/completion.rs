//! `latchkey completion`: what a shell needs to complete command lines.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::error::{Error, Exit};
use crate::output::print;

/// Print what your shell needs to complete command lines
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  source <(latchkey completion bash)")]
pub(crate) struct Completion {
    /// Your shell
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(&self) -> Result<Exit, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "latchkey", &mut script);
        print(&String::from_utf8_lossy(&script))?;

        Ok(Exit::Done)
    }
}
