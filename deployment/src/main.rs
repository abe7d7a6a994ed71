//! `deployment`: compiles the functions that a stack needs, and writes the template by which SAM packs and uploads them and no
//! others. It asks AWS nothing.

mod compile;
mod contract;
mod error;
mod samconfig;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;
use template::Template;

use crate::error::Error;

/// Where SAM finds the template, by `samconfig.toml`.
const TEMPLATE: &str = "target/deployment.yaml";

/// Compile the functions that a stack needs, and write its template for SAM.
#[derive(Debug, Parser)]
#[command(name = "deployment", version)]
struct Options {
    /// The environment of samconfig.toml whose parameters the stack has
    #[arg(long, value_name = "NAME", default_value = "default")]
    config_env: String,

    /// Parameters of the template, in place of all that samconfig.toml has
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    parameter_overrides: Vec<String>,

    /// Write the template alone
    #[arg(long)]
    no_compile: bool,
}

fn main() -> ExitCode {
    match prepare(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("deployment: {error}"));
            // As for options that are not right.
            if error.is_asked_wrongly() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn prepare(options: &Options) -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let read = |name: &str| {
        let path = root.join(name);
        fs::read_to_string(&path).map_err(|cause| Error::File { path, cause })
    };
    let mut parameters: BTreeMap<_, _> = if options.parameter_overrides.is_empty() {
        samconfig::parameters(&read("samconfig.toml")?, &options.config_env)?
    } else {
        options.parameter_overrides.iter().map(|text| samconfig::pair(text)).collect::<Result<_, _>>()?
    };
    let yaml = read("template.yaml")?;
    contract::complete(&yaml, &mut parameters, |name| fs::read_to_string(root.join(format!("contracts/{name}.toml"))))?;
    let template = Template::read(&yaml, &parameters)?;
    let reduced = Template::reduced(&yaml, &parameters)?;
    let path = root.join(TEMPLATE);
    // Cargo may keep what it builds elsewhere.
    let folder = path.parent().unwrap_or(root);
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, reduced)).map_err(|cause| Error::File { path, cause })?;
    say(&format!("{TEMPLATE}: {} functions", template.functions.len()));

    if options.no_compile { Ok(()) } else { compile::compile(root, &template) }
}

fn say(text: &str) {
    drop(io::Write::write_fmt(&mut io::stderr().lock(), format_args!("{text}\n")));
}
