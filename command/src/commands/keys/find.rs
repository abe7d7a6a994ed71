//! `latchkey keys find`: whose a key is. The key itself is read from standard input and goes nowhere: its SHA-256 is asked about.

use clap::Args;
use serde_json::Value;
use shared::contract::secret::Digest;

use crate::body::Body;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::output::{Column, Output, read_or_not, text};
use crate::parse;
use crate::place::Target;
use crate::presented;
use crate::session::Session;

/// Ask whose a key is; without options it is read from standard input, and stays here
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey keys find < key.txt\n  latchkey keys find --id key_01…\n  \
                        latchkey keys find --org acme --fingerprint ba7816\n\n\
                        Only the SHA-256 of a key is sent. Nothing is counted. It also finds secrets that were replaced or\n\
                        revoked. Several keys can share a fingerprint.")]
pub(crate) struct Find {
    /// By its id
    #[arg(long, value_parser = parse::id, conflicts_with_all = ["sha256", "org"])]
    id: Option<String>,

    /// By its SHA-256, as 64 hexadecimal digits or as base64
    #[arg(long, value_name = "DIGEST", conflicts_with = "org")]
    sha256: Option<String>,

    /// The organization that a fingerprint is looked for in
    #[arg(long, value_parser = parse::slug, requires = "fingerprint")]
    org: Option<String>,

    /// By its fingerprint, in an organization
    #[arg(long, value_name = "DIGITS", requires = "org")]
    fingerprint: Option<String>,
}

const PATH: &str = "/operator/v1/keys/find";

const COLUMNS: &[Column] = &[
    ("organization", |found| text(found, "/organization")),
    ("status", |found| text(found, "/owner/status")),
    ("plan", |found| text(found, "/owner/plan")),
    ("key", |found| text(found, "/keyId")),
    ("secret", |found| text(found, "/secret/status")),
    ("ends", |found| text(found, "/secret/endsAt")),
    ("key status", status),
    ("name", |found| text(found, "/key/name")),
    ("type", |found| text(found, "/key/type")),
    ("used", |found| text(found, "/key/lastUsedAt")),
];

/// Whether the key is let in, as far as its contract shows that.
fn status(found: &Value) -> String {
    if found["key"].is_null() { "revoked".to_owned() } else { text(found, "/key/status") }
}

impl Find {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        let question = match &self {
            Self { id: None, sha256: None, org: None, .. } => {
                Body::default().with("sha256", Some(Digest::of(presented::key()?.as_bytes()).to_string()))
            }
            Self { id, sha256, .. } => Body::default().with("keyId", id.clone()).with("sha256", sha256.clone()),
        };
        let question = question.with("organization", self.org).with("fingerprint", self.fingerprint);
        let session = Session::open(target, output).await?;
        let mut rows = session.output.rows(COLUMNS);
        let (mut question, mut is_found) = (Value::from(question), false);
        loop {
            let mut page = session.client.json(Call::post(PATH, question.clone()).harmless()).await?;
            let cursor = page.pointer_mut("/meta/pagination/cursor").map(Value::take).unwrap_or_default();
            let Some(Value::Array(found)) = page.get_mut("data").map(Value::take) else {
                return Err(Error::Failed("the stack's answer is no list".to_owned()));
            };
            is_found |= !found.is_empty();
            found.into_iter().try_for_each(|row| rows.push(row))?;
            if cursor.is_null() {
                break;
            }
            question.as_object_mut().and_then(|question| question.insert("cursor".to_owned(), cursor));
        }
        read_or_not(rows.end())?;

        if is_found { Ok(Exit::Done) } else { Err(Error::NotFound("no key has this fingerprint".to_owned())) }
    }
}
