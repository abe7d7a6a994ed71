//! `latchkey-local`: the stack on this machine.

use clap::Parser as _;
use local::program::Options;

fn main() -> std::process::ExitCode {
    local::program::run(&Options::parse())
}
