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

use lambda_http::http::{HeaderMap, HeaderName};

pub use memory::Memory;

use crate::contract::denial::Denial;
use crate::contract::quota::{Holder, Quotas};
use crate::contract::secret::Digest;
use crate::contract::{Contract, Credential, KeyType, Looks};
use crate::environment::clock;
use crate::gate::app::App;
use crate::registry::ask::Ask;
use crate::registry::counts::Exhausted;
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
    pub quotas: Quotas,
    /// How it is counted as usage, where it is known whose key it was.
    pub used: Option<Use>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, quotas: Quotas::default(), used: None }
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
    let Credential { header, scheme, also } = &contract.credential;
    let first = presented(headers, header, scheme.as_deref())?;
    let second = also.as_ref().map(|also| presented(headers, also, None)).transpose()?.flatten();
    match (first, second) {
        (Some(first), Some(second)) if first != second => Err(Denial::UnknownKey),
        (Some(key), _) | (None, Some(key)) => Ok(key),
        (None, None) => Err(Denial::MissingCredential),
    }
}

/// What the header `name` carries after the word `scheme`, if it does.
fn presented<'h>(headers: &'h HeaderMap, name: &HeaderName, scheme: Option<&str>) -> Result<Option<&'h [u8]>, Denial> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.as_bytes().trim_ascii());
    // Two keys are no key: what stands in front of us may have read the other one.
    if values.next().is_some() {
        return Err(Denial::MalformedCredential);
    }
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Ok(None) };
    let Some(scheme) = scheme else { return Ok(Some(value)) };

    // RFC 9110, 11.1: the scheme's case does not matter, and at least one space follows it.
    match value.split_at_checked(scheme.len()) {
        Some((word, [b' ', key @ ..])) if word.eq_ignore_ascii_case(scheme.as_bytes()) => Ok(Some(key.trim_ascii())),
        Some((word, [])) if word.eq_ignore_ascii_case(scheme.as_bytes()) => Ok(None),
        _ => Err(Denial::MalformedCredential),
    }
}

/// Lets in a request with `credential` that asks for `ask`, if its key may do what needs all of `scopes`.
///
/// # Errors
/// The first reason against it, in the order that every contract keeps: 401, 402, 403 for the address, 429, 403 for the scope.
/// What its type forbids comes first, before anything is read, where the form of the key tells the type; else last. Only the last one counts
/// the request.
pub async fn admit(app: &App, credential: &[u8], scopes: &[&str], ask: &Ask) -> Result<Grant, Refusal> {
    let (looks, presented) = app.contract.parse(credential).ok_or(Denial::UnknownKey)?;
    if let Some(kind) = looks.kind {
        may_serve(app, kind, scopes)?;
    }

    let Ok(verdict) = tokio::time::timeout(app.patience, admit_digest(app, looks, presented.digest(), ask)).await
    else {
        return Err(dynamodb::Error::Unavailable("not in time for the caller".to_owned()).into());
    };
    let grant = verdict?;
    let missing = scopes.iter().find(|scope| !app.contract.allows(&grant.scopes, scope));
    let denied = of_its_type(app, looks, &grant, scopes);
    match denied.err().or(missing.map(|scope| Denial::MissingScope { scope: (*scope).to_owned() })) {
        Some(denial) => {
            let used = Some(grant.used());
            Err(Refusal { error: denial.into(), quotas: grant.quotas, used })
        }
        None => Ok(grant),
    }
}

/// Whether keys of the type `kind` can be let in here with what needs all of `scopes`.
fn may_serve(app: &App, kind: &KeyType, scopes: &[&str]) -> Result<(), Denial> {
    if !kind.stages.contains(&app.stage) {
        return Err(Denial::WrongEnvironment);
    }
    let possible = kind.scopes.possible();
    if kind.confined && !scopes.iter().all(|scope| app.contract.allows(&possible, scope)) {
        return Err(Denial::WrongKeyType);
    }

    Ok(())
}

/// The same of a key that was let in and is of another form than those that tell its type: now its type is known.
fn of_its_type(app: &App, looks: Looks<'_>, grant: &Grant, scopes: &[&str]) -> Result<(), Denial> {
    match looks.kind {
        Some(_) => Ok(()),
        None => app.contract.key_type(grant.kind.as_deref()).map_or(Ok(()), |kind| may_serve(app, kind, scopes)),
    }
}

/// Lets in the secret that `digest` stands for, unless the memory holds a refusal of it.
async fn admit_digest(app: &App, looks: Looks<'_>, digest: Digest, ask: &Ask) -> Result<Grant, Refusal> {
    let now = ask.now();
    if let Some(refusal) = app.memory.ask(&digest, now, clock::now()).and_then(|why| why.refusal(ask)) {
        return Err(Refusal { error: refusal.error.again(), ..refusal });
    }
    match count(app, looks, digest, ask).await {
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
                let Exhausted { retry_after, windows } = counts.exhausted(&pass.terms.shared, ask)?;
                let quotas = counts.quotas(&pass.terms.shared, Holder::Organization, ask);
                let denial = Denial::OrganizationRateLimited { retry_after, windows };
                Some(Refusal { quotas, ..refusal(denial, pass, ask) })
            }
            // This is like a limit, and is over as soon.
            Self::Throttled { is_hot: true } => {
                Some(Denial::RateLimited { retry_after: 1, windows: Vec::new() }.into())
            }
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
    let quotas = if is_told { pass.quotas(ask) } else { Quotas::default() };

    Refusal { error: denial.into(), quotas, used: Some(pass.used(ask)) }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header::AUTHORIZATION;

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

    #[test]
    fn a_key_in_either_header_is_one_and_two_different_ones_are_none() {
        let contract = Contract::load("standard").unwrap();
        for (bearer, plain, expected) in [
            (Some("Bearer abc"), None, Ok(&b"abc"[..])),
            (None, Some("abc"), Ok(b"abc")),
            (Some("Bearer abc"), Some("abc"), Ok(b"abc")),
            (Some("Bearer "), Some("abc"), Ok(b"abc")),
            (Some("Bearer abc"), Some(" "), Ok(b"abc")),
            (Some("Bearer abc"), Some("abd"), Err(Denial::UnknownKey)),
            (Some("Bearer abc"), Some("Bearer abc"), Err(Denial::UnknownKey)),
            (Some("Basic abc"), Some("abc"), Err(Denial::MalformedCredential)),
            (None, None, Err(Denial::MissingCredential)),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(bearer.map(|value| (AUTHORIZATION, value.parse().unwrap())));
            headers.extend(plain.map(|value| (HeaderName::from_static("x-api-key"), value.parse().unwrap())));
            assert_eq!(credential(&contract, &headers), expected, "{headers:?}");
            headers.append("x-api-key", "abe".parse().unwrap());
            let is_one = plain.is_none_or(|plain| plain.trim().is_empty()) && bearer.is_none();
            assert_eq!(credential(&contract, &headers).is_ok(), is_one && plain.is_none(), "{headers:?}");
        }
    }
}
