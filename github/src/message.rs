//! A message of GitHub: what it has found, and where. The answer says of each whether it is a key of ours.

use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::contract::secret::{Digest, Plain, hexadecimal};
use shared::environment::settings;
use shared::http::call::Call;
use shared::http::describe::Operation;
use shared::http::extract::FromCall;
use shared::management::leak::{Found, Teller};
use shared::registry::leak::Source;
use shared::{App, Denial, Result, Violation};

use crate::keys::Keys;

/// The keys that messages are signed with; `None` where nobody is to tell of leaks in this way.
static KEYS: LazyLock<Option<Keys>> = LazyLock::new(|| settings::github_keys_url().as_deref().and_then(Keys::at));

/// A message, which GitHub has signed.
pub struct Message {
    matches: Vec<Match>,
    /// Who tells of them.
    pub teller: Teller,
}

/// Something that has the form of a key.
#[derive(Deserialize)]
struct Match {
    token: Plain,
    /// What GitHub calls keys of this form.
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("matches", &self.matches.len()).finish_non_exhaustive()
    }
}

impl FromCall for Message {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let keys = KEYS.as_ref().ok_or(Denial::UnknownRoute)?;
        let header = |name: &str| {
            let value = call.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            value.ok_or_else(|| Violation::new(name, "is required"))
        };
        let (id, signature) = (header("Github-Public-Key-Identifier")?, header("Github-Public-Key-Signature")?);
        let body = call.body()?;
        keys.verify(&id, &signature, &body, call.now).await?;
        let must = "must be a list of matches, each with token and type";
        let matches = serde_json::from_slice(&body).or(Err(Violation::new("body", must)))?;
        let teller = Teller { source: Source::Github, request: call.request_id.clone(), at: call.now };

        Ok(Self { matches, teller })
    }

    // Who asks is GitHub, as GitHub has described it: it is not an operation of an API.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

impl Message {
    /// What was found.
    pub fn found(&self, app: &App) -> Vec<Found> {
        let read = |found: &Match| Found::read(app, found.token.as_bytes(), found.url.as_deref());

        self.matches.iter().map(read).collect()
    }

    /// What GitHub is answered about each match, of which it is known whether it `is_ours`.
    pub fn labels(self, is_ours: Vec<bool>) -> Vec<Label> {
        let label = |(found, is_ours): (Match, bool)| Label {
            token_hash: found.token.digest(),
            token_type: found.kind,
            truth: if is_ours { Truth::TruePositive } else { Truth::FalsePositive },
        };

        self.matches.into_iter().zip(is_ours).map(label).collect()
    }
}

/// Whether a match is a key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Label {
    /// The SHA-256 of the match, in hexadecimal: the match itself need not come back.
    #[serde(serialize_with = "hexadecimal::serialize")]
    #[schemars(with = "String")]
    token_hash: Digest,
    token_type: String,
    #[serde(rename = "label")]
    truth: Truth,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Truth {
    /// A key that this stack has made, or taken over: also one that was revoked since.
    TruePositive,
    /// No key, or one that is meant to be seen.
    FalsePositive,
}
