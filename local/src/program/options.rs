//! The program's options.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use shared::contract::Contract;
use template::Template;

use crate::demo::{Demo, demo};
use crate::error::Error;

/// Run the whole stack on this machine: gateway, functions, DynamoDB.
#[derive(Debug, Parser)]
#[command(name = "latchkey-local", version, args_override_self = true)]
pub struct Options {
    /// The contract to serve: a name in contracts/, or the path of a file
    #[arg(long, value_name = "NAME", default_value = "standard")]
    pub(super) contract: String,

    /// What the stack is for
    #[arg(long, default_value = "local", value_parser = ["local", "staging", "production"])]
    pub(super) stage: String,

    /// The port of the gateway; 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub(super) port: u16,

    /// Where tables, the operator's credential and the demo's keys are kept [default: .latchkey/CONTRACT]
    #[arg(long, value_name = "DIR", conflicts_with = "ephemeral")]
    data_dir: Option<PathBuf>,

    /// Keep nothing
    #[arg(long)]
    ephemeral: bool,

    /// Use this DynamoDB in place of the embedded one
    #[arg(long, value_name = "URL")]
    pub(super) dynamodb_endpoint: Option<String>,

    /// Write what runs into this file, as JSON, once it serves
    #[arg(long, value_name = "PATH")]
    pub(super) ready_file: Option<PathBuf>,

    /// Run every schedule of the template this often, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = tick)]
    pub(super) tick: Option<Duration>,

    /// Append what EventBridge and SNS are told to this file, a line of JSON for each
    #[arg(long, value_name = "PATH")]
    pub(super) events_file: Option<PathBuf>,

    /// The template to execute
    #[arg(long, value_name = "PATH", default_value = "template.yaml")]
    pub(super) template: PathBuf,

    /// A parameter of the template; may be given several times
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(super) parameters: Vec<(String, String)>,

    /// Build and run optimised functions; `cargo run --release -- --release` is a stack for load
    #[arg(long)]
    pub(super) release: bool,

    /// Run the functions in this folder and build nothing: the fastest start
    #[arg(long, value_name = "DIR", conflicts_with = "release")]
    pub(super) binaries: Option<PathBuf>,
}

impl Options {
    /// The contract as functions must be told of it: a path is made absolute, for they run in a folder of their own.
    pub(super) fn contract(&self) -> Result<String, Error> {
        if !Contract::is_path(&self.contract) {
            return Ok(self.contract.clone());
        }
        let path = PathBuf::from(&self.contract);
        let path = std::path::absolute(&path).map_err(|cause| Error::File { path, cause })?;

        Ok(path.display().to_string())
    }

    /// What to put into a new stack. In a database that others use too, its organization has a name of its own.
    pub(super) fn demo(&self, template: &Template, contract: &Contract) -> Result<Demo, Error> {
        let stage = self.stage.parse().map_err(Error::Stage)?;
        let slug = match (&self.dynamodb_endpoint, self.ephemeral) {
            (None, _) => "acme".to_owned(),
            (Some(_), true) => format!("acme-{:.8}", uuid::Uuid::new_v4().simple().to_string()),
            (Some(_), false) => {
                let name = contract.name.to_lowercase();
                format!("acme-{}", name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"))
            }
        };

        Ok(demo(template, contract, stage, &slug))
    }

    /// Where to keep things, if anywhere.
    pub(super) fn data_dir(&self) -> Option<PathBuf> {
        if self.ephemeral {
            return None;
        }
        // A contract may be named by its file's path.
        let default = || PathBuf::from(".latchkey").join(self.contract.replace(['/', '.'], "-"));
        Some(self.data_dir.clone().unwrap_or_else(default))
    }
}

fn tick(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=86_400.0).contains(seconds));

    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it is not a number from 0.1 to 86400".to_owned())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("there is no = in it")?;
    // Set for the functions alone, these would differ from the contract and stage that the program tells of.
    match name {
        "Contract" => return Err("--contract says which".to_owned()),
        "Stage" => return Err("--stage says which".to_owned()),
        _ => (),
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Options;
    use clap::{CommandFactory, Parser};
    use std::path::PathBuf;

    #[test]
    fn the_options_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn each_contract_has_its_folder_unless_told_otherwise() {
        let folder = |arguments: &[&str]| Options::parse_from([&["latchkey"], arguments].concat()).data_dir();
        assert_eq!(folder(&[]), Some(PathBuf::from(".latchkey/standard")));
        assert_eq!(folder(&["--contract", "thefaq"]), Some(PathBuf::from(".latchkey/thefaq")));
        assert_eq!(folder(&["--data-dir", "x"]), Some(PathBuf::from("x")));
        assert_eq!(folder(&["--ephemeral"]), None);
    }

    #[test]
    fn a_tick_is_a_number_of_seconds() {
        let tick = |text: &str| Options::try_parse_from(["latchkey", "--tick", text]).map(|options| options.tick);
        assert_eq!(tick("2").unwrap(), Some(std::time::Duration::from_secs(2)));
        assert_eq!(tick("0.5").unwrap(), Some(std::time::Duration::from_millis(500)));
        for wrong in ["0", "-1", "soon", "NaN", "1e9"] {
            assert!(tick(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_names_and_values() {
        let options = Options::parse_from(["latchkey", "--parameter", "A=b=c", "--parameter", "D="]);
        assert_eq!(options.parameters, [("A".to_owned(), "b=c".to_owned()), ("D".to_owned(), String::new())]);
        for wrong in ["A", "Contract=fayne", "Stage=local"] {
            assert!(Options::try_parse_from(["latchkey", "--parameter", wrong]).is_err(), "{wrong}");
        }
    }
}
