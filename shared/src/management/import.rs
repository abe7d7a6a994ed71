//! Taking over the keys of another system: only their SHA-256 is needed, so that nobody has to be asked for a new key.

mod foreign;
mod sample;
mod taking;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::foreign::Foreign;
use self::sample::Accepted;
use self::taking::Taking;
use crate::contract::denial::{Denial, Kind};
use crate::contract::envelope::Rendered;
use crate::contract::secret::Plain;
use crate::gate::app::App;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::key::Id;
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
    /// One of the keys themselves, so that it is known before anything is taken over whether keys of its form are let in. It is kept
    /// nowhere.
    sample: Option<Plain>,
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

/// What became of each.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Imported {
    /// How many are new.
    #[serde(rename = "imported")]
    count: usize,
    /// One by one, in the order of the request.
    results: Vec<Outcome>,
    /// What the sample looks like, which would be let in. Left out where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Accepted")]
    sample: Option<Accepted>,
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
/// The contract lets no key in that looks like the sample, there is no such organization, or the store does not answer before anything is
/// taken over. A fault in one key is that key's own result.
pub async fn import(app: &App, slug: &Slug, import: Import, author: &Author) -> Result<Imported> {
    let Import { keys: Keys(keys), sample } = import;
    // The sample is gone before anything is read or written.
    let sample = sample.map(|sample| sample::accepted(app, &sample)).transpose()?;
    let tries = app.keys.tries();
    let org = tries.beside().run(|| app.keys.organization(slug)).await?;
    let org = org.ok_or(Denial::OrganizationNotFound)?;
    let plan = tries.beside().run(|| app.plan_of(&org)).await?;
    let results = Taking::new(app, (org, plan), author, tries, keys.len()).all(&keys).await?;
    let count = results.iter().filter(|result| matches!(result, Outcome::Imported { .. })).count();

    Ok(Imported { count, results, sample })
}
