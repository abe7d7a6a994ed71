//! The gate: whose key is this, and is it let in? One conditional write decides that, and counts the request.
//!
//! Nobody is let in from memory, so a revocation is in force from the moment it returns. Only refusals are remembered,
//! for a second: see [`Memory`].
//!
//! It uses the store, the contract and usage. It does not know whether a request came by HTTP or another way, and it
//! changes only passes.

pub mod app;
mod counting;
mod memory;
mod plan;
pub mod verify;

use lambda_http::http::HeaderMap;

pub use memory::Memory;

use crate::contract::denial::Denial;
use crate::contract::limit::{Holder, Quota};
use crate::contract::secret::Digest;
use crate::contract::{Contract, KeyType};
use crate::environment::clock;
use crate::gate::app::App;
use crate::registry::ask::Ask;
use crate::registry::error::Error;
use crate::registry::pass::{Grant, Pass, judge};
use crate::registry::usage::Use;
use counting::count;
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

/// Lets in a request with `credential` that asks for `ask`, if its key may do what needs all of `scopes`.
///
/// # Errors
/// The first reason against it, in the order that every contract keeps: 401, 402, 429, 403. Only the last one counts
/// the request.
pub async fn admit(app: &App, credential: &[u8], scopes: &[&str], ask: &Ask) -> Result<Grant, Refusal> {
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

    let Ok(verdict) = tokio::time::timeout(app.patience, admit_digest(app, kind, presented.digest(), ask)).await else {
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
async fn admit_digest(app: &App, kind: &KeyType, digest: Digest, ask: &Ask) -> Result<Grant, Refusal> {
    let now = ask.now();
    if let Some(refusal) = app.memory.ask(&digest, now, clock::now()).and_then(|why| why.refusal(ask)) {
        return Err(Refusal { error: refusal.error.again(), ..refusal });
    }
    match count(app, kind, digest, ask).await {
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
            Err(why.refusal(ask).unwrap_or_else(nothing))
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
    /// The refusal of a request that asks for `ask`; `None` where it no longer holds.
    fn refusal(&self, ask: &Ask) -> Option<Refusal> {
        match self {
            Self::Unknown => Some(Denial::UnknownKey.into()),
            Self::Reached(pass) => match judge(pass, ask) {
                Err(denial @ Denial::RateLimited { .. }) => Some(refusal(denial, pass, ask)),
                Ok(()) | Err(_) => None,
            },
            Self::ReachedTogether(pass, counts) => {
                // Who is refused for another reason is not told of this one.
                pass.terms.judge(ask).ok()?;
                let retry_after = counts.exhausted(&pass.terms.shared, ask)?;
                let quota = counts.quota(&pass.terms.shared, Holder::Organization, ask);
                let denial = Denial::OrganizationRateLimited { retry_after };
                Some(Refusal { quota, ..refusal(denial, pass, ask) })
            }
            // This is like a limit, and is over as soon.
            Self::Throttled { is_hot: true } => Some(Denial::RateLimited { retry_after: 1 }.into()),
            Self::Throttled { is_hot: false } => {
                let cause = "the pass is throttled, or was within this second".to_owned();
                Some(dynamodb::Error::Throttled { cause, is_key_range: false }.into())
            }
        }
    }
}

/// `denial` of a request that `pass` was asked about. A caller whose key does not count as one is not told what it has
/// left.
fn refusal(denial: Denial, pass: &Pass, ask: &Ask) -> Refusal {
    // Whoever has a key where it may not be used is told nothing about it.
    let is_told = !denial.kind().is_no_key() && denial != Denial::AddressNotAllowed;
    let quota = if is_told { pass.quota(ask) } else { None };

    Refusal { error: denial.into(), quota, used: Some(pass.used(ask)) }
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
