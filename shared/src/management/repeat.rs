//! Repeats of a request that is carried out once: they do nothing again, and get the reply of the first.

use dynamodb::Tries;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::contract::denial::Denial;
use crate::gate::app::App;
use crate::registry::attempt::Attempt;
use crate::registry::author::Author;
use crate::registry::error::{Error, Result};
use crate::registry::slug::Slug;

/// What came of something that is done once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Done<N, B> {
    /// It was done now.
    Now(N),
    /// It was done before: the reply that was given then, less its secret.
    Before(B),
}

/// The reply that was kept when `attempt` was carried out, if it was. A repeat writes nothing, so its `author` is
/// looked up here.
///
/// # Errors
/// The header was used for something else, or the author is no longer allowed to.
pub(crate) async fn done_before(
    app: &App,
    org: &Slug,
    attempt: Option<&Attempt>,
    author: &Author,
    tries: &mut Tries,
) -> Result<Option<Box<RawValue>>> {
    let Some(attempt) = attempt else { return Ok(None) };
    let Some(kept) = tries.run(|| app.keys.kept(org, attempt, author.at)).await? else { return Ok(None) };
    if let Some(bearer) = &author.bearer {
        let (key, org) = app.keys.find(&bearer.org, &bearer.key).await?;
        let org = org.ok_or(Denial::UnknownKey)?;
        author.may_go_on(&app.contract, &org, Some((&bearer.key, key.as_ref())))?;
    }
    if kept.request != attempt.request {
        let reason = "The Idempotency-Key was used for another request".to_owned();
        return Err(Denial::Conflict { reason }.into());
    }

    RawValue::from_string(kept.reply).map(Some).map_err(Error::failed)
}
