//! `latchkey keys import`: take keys of another system over, by their digests.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::path;
use crate::client::{Call, message};
use crate::error::{Error, Exit};
use crate::input;
use crate::interrupt::Interrupt;
use crate::output::{Column, Output, Rows, read_or_not, text};
use crate::parse;
use crate::place::Target;
use crate::presented;
use crate::session::Session;
use crate::talk;

/// How many keys one request takes.
const BATCH: usize = 100;

/// How the help ends.
const FILE: &str = r#"The file has objects of JSON, one after the other or in an array:
  {"sha256": "9f86…", "name": "production", "type": "live", "scopes": ["read"]}

  sha256            of the whole key, as 64 hexadecimal digits or base64; it is needed
  name              what people call it; it is needed
  type              its type, needed where the contract has types
  scopes            what it may do [default: as its type says]
  limits            limits of its own that you have set: [{"requests": 600, "per": "minute"}]
  managerLimits     limits of its own that a manager of the organization has set
  allowedAddresses  from where alone it may be used: ["203.0.113.0/24"]
  externalId        what it is called in a system of yours
  metadata          texts to write down beside it: {"team": "billing"}
  expiresAt         when it ends: "2030-01-01T00:00:00Z", or null [default: as for a new key]
  status            active, inactive or quarantined [default: active]
  createdAt         when it was made [default: the time in its id, or now]
  id                its id in another stack, which it keeps [default: a new one]
  hint              what people recognise it by: "lk_live_…x7Qd"
  leak              if it has leaked: {"at", "source", "url", "done"}, as in an export

A key that the organization has already stays as it is, so that the same file can be imported
again. What `latchkey keys export` prints is such a file.

Examples:
  latchkey keys import acme old-keys.jsonl
  latchkey keys import acme old-keys.jsonl --sample-from key.txt"#;

/// Take keys of another system over by their SHA-256, so that your customers can keep the keys they have
#[derive(Debug, Args)]
#[command(after_help = FILE)]
pub(crate) struct Import {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// The file; - for standard input
    file: PathBuf,

    /// A file with one of the keys themselves, - for standard input: nothing is imported unless keys that look like it are let in
    #[arg(long, value_name = "FILE")]
    sample_from: Option<PathBuf>,
}

const COLUMNS: &[Column] = &[
    ("number", |row| text(row, "/number")),
    ("result", |row| text(row, "/result")),
    ("id", |row| text(row, "/id")),
    ("reason", |row| text(row, "/reason")),
    ("message", |row| row.pointer("/response/body").and_then(message).unwrap_or_default()),
];

/// How many keys had which result.
#[derive(Debug, Default)]
struct Tally {
    imported: usize,
    exists: usize,
    refused: usize,
    busy: usize,
}

impl Tally {
    /// Counts a result.
    fn count(&mut self, result: &str) {
        let counter = match result {
            "imported" => &mut self.imported,
            "exists" => &mut self.exists,
            "busy" => &mut self.busy,
            _ => &mut self.refused,
        };
        *counter = counter.saturating_add(1);
    }

    fn done(&self) -> usize {
        self.imported.saturating_add(self.exists).saturating_add(self.refused).saturating_add(self.busy)
    }

    const fn exit(&self) -> Exit {
        if self.refused > 0 {
            Exit::Refused
        } else if self.busy > 0 {
            Exit::Failed
        } else {
            Exit::Done
        }
    }
}

impl Import {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        if input::is_standard(&self.file) && self.sample_from.as_deref().is_some_and(input::is_standard) {
            return Err(Error::Usage("the keys and the sample cannot both come from standard input".to_owned()));
        }
        let keys = keys(&self.file)?;
        // As an export of an organization without keys is.
        if keys.is_empty() {
            talk::note(&format!("{}: there is no key in it, so nothing is imported", self.file.display()));
            output.rows(COLUMNS).end()?;
            return Ok(Exit::Done);
        }
        let sample = self.sample_from.as_deref().map(presented::key_in).transpose()?;
        let session = Session::open(target, output).await?;
        let mut rows = session.output.rows(COLUMNS);
        let mut tally = Tally::default();
        let taken = self.take(&session, (&keys, sample), &mut rows, &mut tally).await;
        // What was done is said, also where it went no further.
        let printed = read_or_not(rows.end());
        let Tally { imported, exists, refused, busy } = &tally;
        let late = if *busy == 0 { String::new() } else { format!(", {busy} not tried for lack of time") };
        talk::note(&format!(
            "{} of {} keys: {imported} imported, {exists} there already, {refused} refused{late}",
            tally.done(),
            keys.len()
        ));
        taken.and(printed)?;
        // What comes with its id was issued by a stack.
        if self.sample_from.is_none() && *imported > 0 && keys.iter().any(|key| key.get("id").is_none()) {
            talk::note(
                "a SHA-256 does not say what a key looks like: --sample-from tries whether such keys are let in",
            );
        }

        Ok(tally.exit())
    }

    async fn take(
        &self,
        session: &Session,
        (keys, mut sample): (&[Value], Option<String>),
        rows: &mut Rows<'_>,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let mut interrupt = Interrupt::listen()?;
        let progress = talk::progress(keys.len(), session.output);
        for batch in keys.chunks(BATCH) {
            let mut body = json!({"keys": batch});
            // It is asked about once, before anything is taken over.
            if let (Some(sample), Some(body)) = (sample.take(), body.as_object_mut()) {
                body.insert("sample".to_owned(), sample.into());
            }
            let call = Call::post(format!("{}/import", path(&self.org)), body).harmless();
            let Some(answer) = interrupt.let_end(session.client.data(call)).await else { break };
            // A refusal of all of them names members by their places in this request.
            let which =
                || format!("keys {} to {}", tally.done().saturating_add(1), tally.done().saturating_add(batch.len()));
            let mut answer = answer.map_err(|error| error.about(&which()))?;
            if let Some(sample) = answer.get("sample") {
                let (form, kind) = (text(sample, "/form"), text(sample, "/type"));
                let kind = if kind.is_empty() { kind } else { format!(", of the type {kind}") };
                progress.suspend(|| talk::note(&format!("keys that look like the sample are let in: {form}{kind}")));
            }
            for result in answer.pointer_mut("/results").and_then(Value::as_array_mut).into_iter().flatten() {
                tally.count(&text(result, "/result"));
                let mut row = json!({"number": tally.done()});
                if let (Some(row), Some(result)) = (row.as_object_mut(), result.as_object_mut()) {
                    row.append(result);
                }
                rows.tell(row)?;
                progress.inc(1);
            }
            if interrupt.came {
                break;
            }
        }
        progress.finish_and_clear();
        if interrupt.came && tally.done() < keys.len() {
            return Err(Error::Failed("stopped: import the same file again to go on".to_owned()));
        }

        Ok(())
    }
}

/// The keys in `file`.
fn keys(file: &Path) -> Result<Vec<Value>, Error> {
    let text = input::text(file)?;
    let mut keys = Vec::new();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let value = value.map_err(|cause| {
            let place = format_args!("line {}, column {}: this is no JSON", cause.line(), cause.column());
            input::wrong(file, &place)
        });
        match value? {
            Value::Array(several) => keys.extend(several),
            one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                keys.push(one);
            }
        }
    }
    if let Some(number) = keys.iter().position(|key| !key.is_object()) {
        return Err(input::wrong(file, &format_args!("key {} is no object", number.saturating_add(1))));
    }

    Ok(keys)
}
