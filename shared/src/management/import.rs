//! Taking over the keys of another system: only their SHA-256 is needed, so that nobody has to be asked for a new key.

mod taking;

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::taking::Taking;
use crate::contract::denial::{Denial, Kind, Violation};
use crate::contract::envelope::Rendered;
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::environment::clock::{Expiry, Moment};
use crate::gate::app::App;
use crate::registry::addresses::Addresses;
use crate::registry::audit::Author;
use crate::registry::error::Result;
use crate::registry::external_id::ExternalId;
use crate::registry::key::{Id, Status};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::sha256::Sha256;
use crate::registry::slug::Slug;

/// The most keys that one request takes over.
const MOST: usize = 100;

/// What is to be taken over.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeyImport")]
pub struct Import {
    /// Each is read by itself: a mistake in one does not affect the others.
    keys: Keys,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Box<RawValue>>")]
#[schemars(inline, with = "Vec<Foreign>", extend("minItems" = 1, "maxItems" = MOST))]
struct Keys(Vec<Box<RawValue>>);

impl TryFrom<Vec<Box<RawValue>>> for Keys {
    type Error = &'static str;

    fn try_from(keys: Vec<Box<RawValue>>) -> std::result::Result<Self, &'static str> {
        if (1..=MOST).contains(&keys.len()) { Ok(Self(keys)) } else { Err("must have 1 to 100 keys") }
    }
}

/// A key of another system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ForeignKey")]
struct Foreign {
    sha256: Sha256,
    name: Name,
    #[serde(rename = "type")]
    #[schemars(extend("x-contract" = "type"))]
    kind: Option<String>,
    scopes: Option<Scopes>,
    limits: Option<Limits>,
    /// From where it may be used; from everywhere, if it is left out.
    allowed_addresses: Option<Addresses>,
    /// What it is to belong to in the operator's own system.
    external_id: Option<ExternalId>,
    /// What is to be written down beside it.
    metadata: Option<Metadata>,
    /// When it is to stop working; as for a new key, if it is left out.
    #[serde(default)]
    expires_at: Field<Expiry>,
    /// Whether it is switched on; by default it is.
    status: Option<Status>,
    /// When it was made; by default now.
    created_at: Option<Moment>,
}

/// What became of each.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Imported {
    /// How many are new.
    imported: usize,
    /// One by one, in the order of the request.
    results: Vec<Outcome>,
}

/// What became of one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "result", rename_all = "lowercase")]
#[schemars(rename = "ImportedKey")]
enum Outcome {
    /// It is a key now.
    Imported { id: Id },
    /// It was one of the organization's keys already: nothing was changed.
    Exists { id: Id },
    /// Others had so much to change, or the store was so slow, that there was no time for it. It may be there all the same: ask
    /// again.
    Busy,
    /// It cannot be taken over.
    Refused {
        /// Why: a name from the contract's `[denials]`.
        reason: Kind,
        /// The contract's answer.
        response: Rendered,
    },
}

/// Takes over keys into the organization `slug`, on behalf of `author`: each key whole or not at all. Asking again for
/// a key that is there does no harm.
///
/// # Errors
/// There is no such organization, or the store does not answer before anything is taken over. A fault in one key is that
/// key's own result.
pub async fn import(app: &App, slug: &Slug, Import { keys: Keys(keys) }: Import, author: &Author) -> Result<Imported> {
    let tries = app.keys.tries();
    let org = tries.beside().run(|| app.keys.organization(slug)).await?;
    let org = org.ok_or(Denial::OrganizationNotFound)?;
    let plan = tries.beside().run(|| app.plan_of(&org)).await?;
    let results = Taking::new(app, (org, plan), author, tries, keys.len()).all(&keys).await?;
    let imported = results.iter().filter(|result| matches!(result, Outcome::Imported { .. })).count();

    Ok(Imported { imported, results })
}

fn past(at: Timestamp, now: Timestamp) -> Result<Timestamp> {
    if at <= now && at >= Timestamp::UNIX_EPOCH {
        return Ok(at);
    }

    Err(Violation::new("createdAt", "must be a time since 1970 that is not to come").into())
}
