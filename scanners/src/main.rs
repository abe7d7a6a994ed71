//! `scanners [FILE]…`: writes the rules for each contract in `contracts/` into `scanners/rules`, or for those in the files that are named
//! into the folder where one is.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use scanners::rules;
use shared::contract::Contract;

/// Write the rules by which scanners for leaked secrets know a contract's keys.
#[derive(Debug, Parser)]
#[command(name = "scanners", version)]
struct Options {
    /// Files of contracts: the rules are written beside each. Without one, those of contracts/ go into scanners/rules
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

fn main() -> ExitCode {
    match write(&Options::parse().files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scanners: {error}");
            ExitCode::from(2)
        }
    }
}

fn write(files: &[String]) -> Result<(), String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let known = Contract::names().map(|name| (name.to_owned(), own.clone()));
    let named = files.iter().map(|file| {
        let folder = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty());
        (file.clone(), folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf))
    });
    let contracts: Vec<_> = if files.is_empty() { known.collect() } else { named.collect() };
    for (contract, folder) in contracts {
        let contract = Contract::load(&contract).map_err(|error| error.to_string())?;
        for rules in rules(&contract) {
            let file = folder.join(&rules.file);
            std::fs::write(&file, rules.text).map_err(|error| format!("{}: {error}", file.display()))?;
            println!("{}", file.display());
        }
    }

    Ok(())
}
