//! `latchkey doctor`: whether a stack can be operated from here, and what is in the way.

use clap::Args;
use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::error::{Error, Exit};
use crate::output::{Column, Output, read_or_not, text};
use crate::place::Target;
use crate::wire::Http;

/// Check that the stack can be operated from here: its address, your credentials, the clock, versions
#[derive(Debug, Args)]
#[command(after_help = "The exit code is 1 if something is in the way.")]
pub(crate) struct Doctor {}

const COLUMNS: &[Column] = &[
    ("check", |row| text(row, "/check")),
    ("result", |row| text(row, "/result")),
    ("found", |row| text(row, "/found")),
];

/// By how many seconds clocks may differ before it is worth a word.
const SKEW: i64 = 60;

/// By how many seconds they may differ before signatures are refused.
const MOST_SKEW: i64 = 300;

/// What was found, check by check.
#[derive(Debug, Default)]
struct Findings {
    rows: Vec<Value>,
    failed: bool,
}

impl Findings {
    fn add(&mut self, check: &str, result: &str, found: &str) {
        self.failed |= result == "failed";
        self.rows.push(json!({"check": check, "result": result, "found": found}));
    }

    fn failed(&mut self, check: &str, error: &Error) {
        self.add(check, "failed", &error.to_string());
    }
}

impl Doctor {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        let mut findings = Findings::default();
        let http = Http::new();
        match target.find(&http).await {
            Ok(place) => examine(&Client::new(place, http), &mut findings).await,
            Err(error) => {
                findings.failed("address", &error);
                // CloudFormation refuses what is signed by a clock that is off, too.
                http.skew().into_iter().for_each(|skew| clock(skew, &mut findings));
            }
        }
        let mut rows = output.rows(COLUMNS);
        findings.rows.into_iter().try_for_each(|row| rows.tell(row))?;
        read_or_not(rows.end())?;

        Ok(if findings.failed { Exit::Failed } else { Exit::Done })
    }
}

async fn examine(client: &Client, findings: &mut Findings) {
    let place = &client.place;
    findings.add("address", "ok", &format!("{} ({})", place.url, place.how));
    for (name, value) in &place.outputs {
        findings.add("output", "ok", &format!("{name}: {value}"));
    }
    let credentials = place.signer.credentials().await;
    match &credentials {
        Ok(credentials) => {
            let found = format!("{} in {}", credentials.access_key_id(), place.region);
            findings.add("credentials", "ok", &found);
        }
        Err(error) => findings.failed("credentials", error),
    }
    // It needs no signature, so that it tells of the stack where nothing can be signed.
    let health = client.unsigned("/api/v1/health").await;
    match &health {
        Ok(reply) => {
            let result = if reply.status == 200 { "ok" } else { "failed" };
            findings.add("health", result, &reply.status.to_string());
        }
        Err(error) => findings.failed("health", error),
    }
    match client.http.skew() {
        Some(skew) => clock(skew, findings),
        None if health.is_ok() => findings.add("clock", "warn", "the stack does not say what time it is"),
        None => (),
    }
    if credentials.is_ok() && health.is_ok() {
        let_in(client, findings).await;
    }
}

/// Whether operators' routes let the credentials in, and what they say of the stack.
async fn let_in(client: &Client, findings: &mut Findings) {
    match client.json(Call::get("/operator/v1/organizations").with("limit", Some(1))).await {
        Ok(_) => findings.add("permission", "ok", "operator's routes let you in"),
        Err(error) => {
            let needed = client
                .place
                .outputs
                .get("OperatorRoutes")
                .map(|routes| format!(" (you need execute-api:Invoke on {routes})"));
            findings.add("permission", "failed", &format!("{error}{}", needed.unwrap_or_default()));
        }
    }
    match client.json(Call::get("/operator/v1/openapi.json")).await {
        Ok(document) => described(&document, findings),
        // A contract of a team's own that is compiled into nothing has none.
        Err(Error::NotFound(_)) => findings.add("version", "warn", "the stack does not describe itself"),
        Err(error) => findings.failed("version", &error),
    }
}

/// Says by how many seconds this machine's clock is off.
fn clock(skew: i64, findings: &mut Findings) {
    let (result, found) = match skew.abs() {
        0..=SKEW => ("ok", format!("{} s off", skew.abs())),
        61..=MOST_SKEW => ("warn", format!("{} s off: AWS lets in what is signed within 300 s", skew.abs())),
        _ => ("failed", format!("{} s off: AWS refuses what is signed by this clock", skew.abs())),
    };
    findings.add("clock", result, &found);
}

/// What the stack says of itself.
fn described(document: &Value, findings: &mut Findings) {
    let title = text(document, "/info/title");
    let contract = title.trim_start_matches("Latchkey: ").split(',').next().unwrap_or_default();
    findings.add("contract", "ok", contract);
    let (theirs, ours) = (text(document, "/info/version"), env!("CARGO_PKG_VERSION"));
    if theirs == ours {
        findings.add("version", "ok", ours);
    } else {
        findings.add("version", "warn", &format!("the stack is {theirs}, and this command {ours}"));
    }
}
