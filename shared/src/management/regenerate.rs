//! Giving a key a new secret. It stays the same key: same id, same terms, and its requests so far stay counted.

use jiff::Timestamp;
use payload::or_default;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::denial::Denial;
use crate::gate::app::App;
use crate::management::change::{changeable, check_seen};
use crate::management::issue::{Issued, IssuedBefore, Minted, mint};
use crate::management::lifetime;
use crate::management::repeat::{Done, done_before};
use crate::management::settle::is_done;
use crate::management::terms::type_in_use;
use crate::registry::attempt::Attempt;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::key::{Id, Key, Overlap};
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::store::{Keep, Keys, Warrant};

/// How a secret is replaced.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Regeneration {
    /// How long the old one keeps working.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Overlap>")]
    pub overlap_seconds: Overlap,
    /// Whether the key is to work longer with it: for as long as its plan and its type say of a new key. One that has expired works
    /// again. Whoever may not change when it stops working may not do this, either.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    #[schemars(with = "Option<bool>", extend("x-contract" = "prolong"))]
    pub prolong: bool,
}

impl Regeneration {
    /// When `before` stops working with its new secret.
    ///
    /// # Errors
    /// It has expired and is not prolonged, or `author` may not prolong it.
    fn expiry(&self, app: &App, before: &Key, org: &Organization, author: &Author) -> Result<Option<Timestamp>> {
        let ages = lifetime::ages_of(&app.contract, org, before);
        if self.prolong {
            lifetime::may_prolong(&app.contract, author)?;
            return lifetime::prolonged(ages, before, author.at);
        }
        if before.has_expired(author.at) {
            let reason = "The key has expired: it works again once it has a later expiry, with the secret that it has";
            let or = if ages.by_default().is_some() { ", or a new one that prolongs it" } else { "" };
            return Err(Denial::Conflict { reason: format!("{reason}{or}") }.into());
        }

        Ok(lifetime::held(ages, before, author.at))
    }

    /// Until when the secret that `before` has goes on working; `None` where it does not. It is never prolonged.
    ///
    /// # Errors
    /// It must not go on.
    fn end(&self, before: &Key, author: &Author) -> Result<Option<Timestamp>> {
        let why = match self.overlap_seconds.end(author.at) {
            None => return Ok(None),
            Some(_) if before.must_be_alone(author.at) => "has leaked, and is in quarantine",
            Some(_) if before.has_expired(author.at) => "has expired",
            Some(at) => return Ok(Some(before.until(at))),
        };
        let reason = format!("The key {why}: its secret must not go on working beside a new one");

        Err(Denial::Conflict { reason }.into())
    }
}

/// Ends the old secret of the key `id` of `slug` before its time, on behalf of `author`. Once this has returned, nobody is let
/// in with it. A key that has none is left as it is. No other version of the key is changed than the one that was `seen`.
///
/// # Errors
/// There is no such organization or key, the key is of another version, or `author` is no longer allowed to.
pub async fn end_overlap(app: &App, slug: &Slug, id: &Id, author: &Author, seen: i64) -> Result<()> {
    let mut tries = app.keys.tries();
    loop {
        let (before, org) = changeable(app, slug, id, author).await?;
        if before.overlap(author.at).is_none() {
            return Ok(());
        }
        check_seen(&before, Some(seen))?;
        let after = Keys::alone(&before);
        let replaced = app.keys.end_overlap(&before, &after, Warrant { author, org: &org }, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(());
        }
    }
}

/// Gives the key `id` of `slug` a new secret, on behalf of `author`. Once this has returned, the new one works, and the
/// old one for as long as `regeneration` says; one before that no longer does. Where this is to be done `once`, a repeat
/// does nothing. Where `seen` is a version of the key, no other gets a new secret.
///
/// # Errors
/// There is no such organization or key, the key is of another version, has expired, is of a type that is gone, or may do something
/// that `author` may not; or it is to be prolonged, and there is nothing to prolong it by.
pub async fn regenerate(
    app: &App,
    slug: &Slug,
    id: &Id,
    regeneration: Regeneration,
    author: &Author,
    once: Option<&Attempt>,
    seen: Option<i64>,
) -> Result<Done<Issued, IssuedBefore>> {
    let now = author.at;
    let mut tries = app.keys.tries();
    loop {
        let (before, org) = changeable(app, slug, id, author).await?;
        let kind = type_in_use(app, &before)?;
        // A holder of the secret can do what the key can. A repeat has no secret to show, but the same check applies.
        author.can_give(&app.contract, kind.scopes.recorded(&before.scopes).iter())?;
        if let Some(done) = done_before(app, slug, once, author, &mut tries).await? {
            return Ok(Done::Before(IssuedBefore::new(done)));
        }
        check_seen(&before, seen)?;
        let expires_at = regeneration.expiry(app, &before, &org, author)?;
        let ends = regeneration.end(&before, author)?;
        let Minted { secret, digest, hint } = mint(app, kind)?;
        let after = Key { expires_at, ..Keys::succeeded(&before, (digest, hint), ends, now) };
        let issued = Issued::new(after.clone(), secret);
        let reply = issued.without_secret()?;
        let keep = once.map(|attempt| Keep { attempt, reply: &reply });
        let replaced = app.keys.succeed(&before, &after, Warrant { author, org: &org }, keep, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(Done::Now(issued));
        }
    }
}
