//! The gate: whose key is this, and is it let in? One conditional write decides that, and counts the request.
//!
//! Nobody is let in from memory, so a revocation is in force from the moment it returns. Only refusals are remembered,
//! for a second: see [`Memory`].
//!
//! It uses the store, the contract and usage. It does not know whether a request came by HTTP or another way, and it
//! changes only passes.

pub mod app;
mod memory;
mod plan;
pub mod verify;

use dynamodb::Tries;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;

pub use memory::Memory;

use crate::contract::denial::Denial;
use crate::contract::limit::Quota;
use crate::contract::secret::Digest;
use crate::contract::{Contract, InForce, KeyType};
use crate::environment::clock;
use crate::gate::app::App;
use crate::registry::alert::SILENCE;
use crate::registry::error::Error;
use crate::registry::key::Key;
use crate::registry::organization::Organization;
use crate::registry::pass::{Grant, Pass, Terms, judge, stands_secs};
use crate::registry::usage::Use;
use crate::store::{Counted, Legacy, State, Versions};
use memory::Why;

/// A refusal, with what is known of the key's quota.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub error: Error,
    /// What the key has left, where it is known.
    pub quota: Option<Quota>,
    /// How it is counted as usage, where it is known whose key it was.
    pub used: Option<Use>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, quota: None, used: None }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Error::from(denial).into()
    }
}

impl From<dynamodb::Error> for Refusal {
    fn from(error: dynamodb::Error) -> Self {
        Error::from(error).into()
    }
}

/// The credential in `headers`, as the contract wants it: bytes that may or may not be a key.
///
/// # Errors
/// There is none, or it is not in the contract's scheme, or there are two.
pub fn credential<'h>(contract: &Contract, headers: &'h HeaderMap) -> Result<&'h [u8], Denial> {
    let mut values = headers.get_all(&contract.credential.header).iter();
    let value = values.next().map(|value| value.as_bytes().trim_ascii());
    // Two keys are no key: what stands in front of us may have read the other one.
    if values.next().is_some() {
        return Err(Denial::MalformedCredential);
    }
    let value = value.filter(|value| !value.is_empty()).ok_or(Denial::MissingCredential)?;
    let Some(scheme) = &contract.credential.scheme else { return Ok(value) };

    // RFC 9110, 11.1: the scheme's case does not matter, and at least one space follows it.
    match value.split_at_checked(scheme.len()) {
        Some((word, [b' ', key @ ..])) if word.eq_ignore_ascii_case(scheme.as_bytes()) => Ok(key.trim_ascii()),
        Some((word, [])) if word.eq_ignore_ascii_case(scheme.as_bytes()) => Err(Denial::MissingCredential),
        _ => Err(Denial::MalformedCredential),
    }
}

/// Lets in a request with `credential` at `now`, if its key may do what needs all of `scopes`.
///
/// # Errors
/// The first reason against it, in the order that every contract keeps: 401, 402, 429, 403. Only the last one counts
/// the request.
pub async fn admit(app: &App, credential: &[u8], scopes: &[&str], now: Timestamp) -> Result<Grant, Refusal> {
    let (kind, presented) = app.contract.parse(credential).ok_or(Denial::UnknownKey)?;
    if !kind.stages.contains(&app.stage) {
        return Err(Denial::WrongEnvironment.into());
    }
    if kind.confined {
        let possible = kind.scopes.possible();
        if !scopes.iter().all(|scope| app.contract.allows(&possible, scope)) {
            return Err(Denial::WrongKeyType.into());
        }
    }

    let Ok(verdict) = tokio::time::timeout(app.patience, admit_digest(app, kind, presented.digest(), now)).await else {
        return Err(dynamodb::Error::Unavailable("not in time for the caller".to_owned()).into());
    };
    let grant = verdict?;
    match scopes.iter().find(|scope| !app.contract.allows(&grant.scopes, scope)) {
        Some(scope) => {
            let denial = Denial::MissingScope { scope: (*scope).to_owned() };
            Err(Refusal { error: denial.into(), quota: grant.quota, used: Some(grant.used()) })
        }
        None => Ok(grant),
    }
}

/// Lets in the secret that `digest` stands for, unless the memory holds a refusal of it.
async fn admit_digest(app: &App, kind: &KeyType, digest: Digest, now: Timestamp) -> Result<Grant, Refusal> {
    if let Some(refusal) = app.memory.ask(&digest, now, clock::now()).and_then(|why| why.refusal(now)) {
        return Err(Refusal { error: refusal.error.again(), ..refusal });
    }
    match count(app, kind, digest, now).await {
        Ok(grant) => {
            app.memory.forget(&digest);
            Ok(grant)
        }
        Err(No::Other(refusal)) => {
            app.memory.forget(&digest);
            Err(refusal)
        }
        Err(No::For(why)) => {
            app.memory.refused(&digest, why.clone(), now, clock::now());
            let nothing = || Error::failed("the condition refused a pass that the judgement lets in").into();
            Err(why.refusal(now).unwrap_or_else(nothing))
        }
    }
}

/// Why a request is not let in: for a reason that may be remembered, or another one.
enum No {
    For(Why),
    Other(Refusal),
}

impl<E: Into<Refusal>> From<E> for No {
    fn from(refusal: E) -> Self {
        Self::Other(refusal.into())
    }
}

impl Why {
    /// The refusal of a request at `now`; `None` where it no longer holds.
    fn refusal(&self, now: Timestamp) -> Option<Refusal> {
        match self {
            Self::Unknown => Some(Denial::UnknownKey.into()),
            Self::Reached(pass) => match judge(pass, now) {
                Err(denial @ Denial::RateLimited { .. }) => Some(refusal(denial, pass, now)),
                Ok(()) | Err(_) => None,
            },
            // This is like a limit, and is over as soon.
            Self::Throttled { is_hot: true } => Some(Denial::RateLimited { retry_after: 1 }.into()),
            Self::Throttled { is_hot: false } => {
                let cause = "the pass is throttled, or was within this second".to_owned();
                Some(dynamodb::Error::Throttled { cause, is_key_range: false }.into())
            }
        }
    }
}

/// Judges and counts. Stamps the pass first where there is none or its terms are over.
async fn count(app: &App, kind: &KeyType, digest: Digest, now: Timestamp) -> Result<Grant, No> {
    // A read costs half as much as a write that finds nothing.
    if app.memory.was_unknown(&digest) && app.keys.holder(&digest).await?.is_none_or(|holder| holder.ended.is_some()) {
        return Err(No::For(Why::Unknown));
    }
    // The secret whose pass counts: the one presented, or the one that has replaced it.
    let mut counting = digest;
    let granted = |pass: Pass, counting: &Digest| Grant::of(pass, digest, counting, now);
    let mut tries = Tries::within(app.patience);
    for round in 0_u32.. {
        // A second round is normal: from an old secret to the new one, or after a stamp that came too late.
        if round > 1 {
            tries.again(dynamodb::Error::Contended).await?;
        }
        let (seen, from) = match app.passes.count(&counting, now).await {
            // A secret that was taken over from elsewhere may look like another type than its key has: it counts as
            // neither.
            Ok(Counted::Yes(pass) | Counted::No(State::Stamped(pass))) if pass.terms.kind != kind.name => {
                return Err(No::For(Why::Unknown));
            }
            Ok(Counted::Yes(pass)) => return Ok(granted(*pass, &counting)),
            Ok(Counted::No(State::Stamped(pass))) if pass.is_current(&app.contract.edition, now) => {
                return Err(refused(pass, now));
            }
            Ok(Counted::No(State::Stamped(stale))) => (Some(stale), None),
            Ok(Counted::No(State::Bare { from })) => (None, from),
            Ok(Counted::No(State::Gone)) => return Err(No::For(Why::Unknown)),
            Ok(Counted::No(State::Moved { ends, .. })) if counting == digest && ends <= now => {
                return Err(No::For(Why::Unknown));
            }
            Ok(Counted::No(State::Moved { to, .. })) => {
                // The secret was replaced once more in between. The pass of the one presented says what that left of
                // it.
                counting = if counting == digest { to } else { digest };
                continue;
            }
            Ok(Counted::Busy) => {
                tries.again(dynamodb::Error::Contended).await?;
                continue;
            }
            Err(error) => return Err(unwritten(app, error, &digest, now)),
        };

        let authority = app.keys.authority(&digest, now).await?;
        // The same check here, where no pass can tell yet.
        let authority = authority.filter(|(key, _)| key.kind == kind.name);
        let Some((key, org)) = authority else { return Err(No::For(Why::Unknown)) };
        if key.digest != counting {
            counting = key.digest;
            continue;
        }
        // On the heap: most requests need no stamp.
        let basis = Box::pin(basis(app, seen, from.as_ref(), org)).await?;
        let Some((Legacy { counts, last_used_at }, org, plan)) = basis else {
            tries.again(dynamodb::Error::Contended).await?;
            continue;
        };
        let versions = Versions { key: key.version, org: org.version };
        // A pass is stamped every hour: only then it matters when the key was used before.
        let is_awake = now.duration_since(last_used_at.unwrap_or(key.created_at)) >= SILENCE;
        let terms = terms_of(app, key, &org, &plan, now)?;
        let pass = Pass { terms, counts, last_used_at };
        let admits = judge(&pass, now).is_ok();
        // If somebody was faster, the pass was made from something out of date: look again.
        let stamped = app.passes.stamp(&counting, &pass, from.as_ref(), admits, versions, now).await;
        if let Some(pass) = stamped.map_err(|error| unwritten(app, error, &digest, now))? {
            let granted = |pass| Grant { is_awake, ..granted(pass, &counting) };
            return if admits { Ok(granted(pass)) } else { Err(refused(Box::new(pass), now)) };
        }
    }

    Err(dynamodb::Error::Contended.into())
}

/// The terms of `key` of `org` on its `plan`. The log is told what the contract lacks for them, once for each pass that is stamped: until it is
/// over, the key is refused by it.
fn terms_of(app: &App, key: Key, org: &Organization, plan: &InForce<'_>, now: Timestamp) -> Result<Terms, Error> {
    let (terms, unknown) = Terms::new(key, org, plan, &app.contract, now, stands_for(app)?);
    if let Some(unknown) = unknown {
        tracing::error!("{unknown}");
    }

    Ok(terms)
}

/// How long a pass that is stamped now is valid, in seconds.
fn stands_for(app: &App) -> Result<i64, Error> {
    let mut random = [0; 2];
    app.entropy.fill(&mut random)?;

    Ok(stands_secs(u16::from_be_bytes(random)))
}

/// Why nobody is let in where a pass was not written. The neighbours of a hot key are throttled with it, and all keys
/// are where a table or an account is. Only the hot key itself has reached a limit.
fn unwritten(app: &App, error: dynamodb::Error, digest: &Digest, now: Timestamp) -> No {
    let dynamodb::Error::Throttled { cause, is_key_range } = error else { return error.into() };
    tracing::warn!(is_key_range, "a pass cannot be written: {cause}");

    No::For(Why::Throttled { is_hot: is_key_range && app.memory.is_hot(digest, now) })
}

/// Why `pass` lets nobody in at `now`.
fn refused(pass: Box<Pass>, now: Timestamp) -> No {
    match judge(&pass, now) {
        Err(Denial::RateLimited { .. }) | Ok(()) => No::For(Why::Reached(pass)),
        Err(denial) => No::Other(refusal(denial, &pass, now)),
    }
}

/// What a stamp is based on: the counts so far, the organization and its plan. The counts are those of the pass or, where it
/// has just been laid out, of the one before it. `None`: the one before it is not closed yet, the organization has changed, or
/// everything is gone; look again.
async fn basis<'a>(
    app: &'a App,
    seen: Option<Box<Pass>>,
    from: Option<&Digest>,
    org: Organization,
) -> Result<Option<(Legacy, Organization, InForce<'a>)>, dynamodb::Error> {
    // The plan's numbers are read after the organization: who has changed that last, has changed it to have these in force.
    let plan = app.plan_of(&org);
    if let Some(seen) = seen {
        let plan = plan.await?;
        return Ok(Some((Legacy { counts: seen.counts, last_used_at: seen.last_used_at }, org, plan)));
    }
    // A lock withdraws the passes of the keys and secrets that it finds, and may have missed this one because it was too
    // new. But the key has been read with this secret, so the organization read now is no older than that lock.
    let now = app.keys.organization(&org.slug);
    let legacy = async {
        match from {
            Some(from) => app.passes.legacy(from).await,
            None => Ok(Some(Legacy::default())),
        }
    };
    let (legacy, now, plan) = tokio::try_join!(legacy, now, plan)?;
    let is_same = now.is_some_and(|now| now.version == org.version);

    Ok(legacy.filter(|_| is_same).map(|legacy| (legacy, org, plan)))
}

/// `denial` of a request that `pass` was asked about. A caller whose key does not count as one is not told what it has
/// left.
fn refusal(denial: Denial, pass: &Pass, now: Timestamp) -> Refusal {
    let quota = if denial.kind().is_no_key() { None } else { pass.quota(now) };

    Refusal { error: denial.into(), quota, used: Some(pass.used(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_is_what_stands_after_the_scheme() {
        let bearer = Contract::load("fayne").unwrap();
        let plain = Contract::load("fabraix").unwrap();
        for (contract, header, value, expected) in [
            (&bearer, "authorization", "Bearer abc", Ok(&b"abc"[..])),
            (&bearer, "authorization", "bearer   abc ", Ok(b"abc")),
            (&bearer, "authorization", "Bearer", Err(Denial::MissingCredential)),
            (&bearer, "authorization", "Bearer ", Err(Denial::MissingCredential)),
            (&bearer, "authorization", "", Err(Denial::MissingCredential)),
            (&bearer, "authorization", "Bearerabc", Err(Denial::MalformedCredential)),
            (&bearer, "authorization", "Basic abc", Err(Denial::MalformedCredential)),
            (&bearer, "authorization", "abc", Err(Denial::MalformedCredential)),
            (&bearer, "x-api-key", "abc", Err(Denial::MissingCredential)),
            (&plain, "x-api-key", "abc", Ok(b"abc")),
            (&plain, "x-api-key", "  ", Err(Denial::MissingCredential)),
            (&plain, "authorization", "Bearer abc", Err(Denial::MissingCredential)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header, value.parse().unwrap());
            assert_eq!(credential(contract, &headers), expected, "{header}: {value}");
        }
    }
}
