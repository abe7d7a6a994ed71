//! `latchkey contract check`: whether a contract is right, and what it would mean for what exists.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use shared::contract::Contract;

use crate::client::Call;
use crate::client::pages::Pages;
use crate::contract::{of_key, of_organization, of_plan, read};
use crate::error::{Error, Exit};
use crate::output::{Column, Output, Rows, read_or_not, text};
use crate::place::Target;
use crate::session::Session;
use crate::talk;

/// Check a contract as a stack does, and what it would change for what exists
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey contract check contracts/mine.toml\n  \
                        latchkey contract check contracts/mine.toml --against-stack\n\n\
                        The exit code is 2 if the contract is not right, and 5 if it would change something for what exists.")]
pub(crate) struct Check {
    /// The contract's file
    file: PathBuf,

    /// Go through all organizations and keys of the stack, and overrides of plans
    #[arg(long)]
    against_stack: bool,
}

const COLUMNS: &[Column] = &[
    ("organization", |row| text(row, "/organization")),
    ("key", |row| text(row, "/key")),
    ("what", |row| text(row, "/what")),
];

impl Check {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        let contract = read(&self.file)?;
        let counted = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let (plans, types) = (counted(contract.plans.len(), "plan"), counted(contract.types.len(), "type"));
        let legacy = match contract.legacy.len() {
            0 => String::new(),
            1 => ", a form of keys from elsewhere".to_owned(),
            count => format!(", {count} forms of keys from elsewhere"),
        };
        talk::note(&format!("{}: {plans}, {types} of keys{legacy}: it is right", self.file.display()));
        if contract.has_costs() {
            talk::note("not checked: whether the stack has the routes of [costs]; a stack that has not does not start");
        }
        if !self.against_stack {
            output.rows(COLUMNS).end()?;
            return Ok(Exit::Done);
        }
        let session = Session::open(target, output).await?;
        let mut rows = output.rows(COLUMNS);
        let mut count = 0_usize;
        compare(&session, &contract, &mut rows, &mut count).await?;
        read_or_not(rows.end())?;
        talk::note(
            "not compared: the alphabet, length and checksum of keys, and how keys without a hint begin. Where one of these has \
             changed, no key that exists is let in",
        );
        talk::note(&match count {
            0 => "nothing changes for what exists".to_owned(),
            1 => "1 thing changes for what exists".to_owned(),
            count => format!("{count} things change for what exists"),
        });

        Ok(if count == 0 { Exit::Done } else { Exit::Differs })
    }
}

/// Goes through what exists.
async fn compare(session: &Session, contract: &Contract, rows: &mut Rows<'_>, count: &mut usize) -> Result<(), Error> {
    let mut tell = |slug: Value, key: Value, what: Vec<String>| {
        what.into_iter().try_for_each(|what| {
            *count = count.saturating_add(1);
            rows.tell(json!({"organization": slug, "key": key, "what": what}))
        })
    };
    let plans = session.client.data(Call::get("/operator/v1/plans")).await?;
    for plan in plans.as_array().into_iter().flatten() {
        tell(Value::Null, Value::Null, of_plan(contract, plan)?)?;
    }
    let orgs = Pages::new(&session.client, "/operator/v1/organizations", None).all().await?;
    let progress = talk::progress(orgs.len(), session.output);
    for org in &orgs {
        let (slug, plan) = (text(org, "/slug"), text(org, "/plan"));
        tell(slug.clone().into(), Value::Null, of_organization(contract, org))?;
        let mut pages = Pages::new(&session.client, format!("/operator/v1/organizations/{slug}/api-keys"), None);
        while let Some(page) = pages.next().await? {
            for key in page {
                tell(slug.clone().into(), text(&key, "/id").into(), of_key(contract, &plan, &key))?;
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();

    Ok(())
}
