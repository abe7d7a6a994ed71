//! `latchkey keys index`: note whose the ids of older keys are.

use clap::Args;
use serde_json::{Value, json};

use crate::body::Body;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::interrupt::Interrupt;
use crate::output::{Column, text};
use crate::session::Session;
use crate::talk;

/// Note whose each key's id is, for keys from before version 0.1, so that `keys find --id` finds them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey keys index\n  latchkey keys index --from acme/key_01…\n\n\
                        Once is enough, when all functions are new; again does no harm. A key is two write units.")]
pub(crate) struct Index {
    /// Where a run that was cut short has stopped, as it said
    #[arg(long, value_name = "CURSOR")]
    from: Option<String>,
}

const COLUMNS: &[Column] = &[("indexed", |done| text(done, "/indexed"))];

impl Index {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let mut interrupt = Interrupt::listen()?;
        let progress = talk::counting("keys", session.output);
        let (mut cursor, mut indexed) = (self.from, 0_u64);
        loop {
            let call = Call::post("/operator/v1/keys/index", Body::default().with("cursor", cursor.clone())).harmless();
            let done = interrupt.unless(session.client.data(call)).await.unwrap_or_else(|| stopped(indexed));
            let done = done.map_err(|error| goes_on(error, cursor.as_deref()))?;
            indexed = indexed.saturating_add(done.get("indexed").and_then(Value::as_u64).unwrap_or_default());
            progress.set_position(indexed);
            match done.get("cursor").and_then(Value::as_str) {
                Some(place) => cursor = Some(place.to_owned()),
                None => break,
            }
        }
        progress.finish_and_clear();
        session.output.one(&json!({"indexed": indexed}), COLUMNS)?;

        Ok(Exit::Done)
    }
}

fn stopped(indexed: u64) -> Result<Value, Error> {
    Err(Error::Failed(format!("stopped after {indexed} keys")))
}

/// `error`, and how to go on from `cursor`: also where credentials have come to their end half-way.
fn goes_on(error: Error, cursor: Option<&str>) -> Error {
    match cursor {
        Some(cursor) => error.advising(&format!("to go on, --from {cursor}")),
        None => error,
    }
}
