//! Verification for services that are not behind this API: the gate's verdict as data.

use std::collections::BTreeSet;

use lambda_http::http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::contract::Contract;
use crate::contract::cost::Cost;
use crate::contract::denial::{Denial, Kind, Violation};
use crate::contract::envelope::{Headers, Rendered, add_quotas};
use crate::contract::placeholder::Told;
use crate::contract::quota::{Holder, Quota};
use crate::contract::scope::Scopes;
use crate::contract::secret::Plain;
use crate::gate;
use crate::gate::Refusal;
use crate::gate::app::App;
use crate::registry::ask::Ask;
use crate::registry::error::{Error, Result};
use crate::registry::external_id::ExternalId;
use crate::registry::key::Id;
use crate::registry::pass::Grant;
use crate::registry::slug::Slug;
use crate::registry::usage;
use crate::registry::usage::Outcome;
use crate::usage::Refused;

/// Whether a key is let in.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Verdict {
    /// It is, and the request is counted, unless its cost is 0.
    #[schemars(title = "Granted")]
    Yes {
        /// `true`.
        valid: bool,
        /// Whose key it is.
        organization: Slug,
        /// Which key.
        key_id: Id,
        /// What the key belongs to in a system of yours, or else its organization; left out where neither has an external id.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "ExternalId")]
        external_id: Option<ExternalId>,
        /// Its type, where the contract has types.
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-contract" = "type"))]
        kind: Option<String>,
        /// What it may do.
        scopes: Scopes,
        /// What it has left.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Left")]
        rate_limit: Option<Left>,
        /// The contract's headers that say so, for the answer to the caller.
        headers: Headers,
    },
    /// It is not.
    #[schemars(title = "Refused")]
    No {
        /// `false`.
        valid: bool,
        /// Why, by the name that it has in every contract.
        reason: Kind,
        /// Whose key it is, where that is known. It is not for the caller.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Slug")]
        organization: Option<Slug>,
        /// Which key, where that is known. It is not for the caller.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Id")]
        key_id: Option<Id>,
        /// What the key has left, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Left")]
        rate_limit: Option<Left>,
        /// The contract's answer, to be handed on as it is.
        response: Rendered,
    },
}

/// What a key has left.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RateLimit")]
pub struct Left {
    /// Whose limit it is: the key's, or one that all keys of its organization share.
    scope: Holder,
    limit: u32,
    remaining: u32,
    /// Unix seconds.
    reset: i64,
}

impl From<Quota> for Left {
    fn from(quota: Quota) -> Self {
        Self { scope: quota.scope, limit: quota.limit, remaining: quota.remaining, reset: quota.reset }
    }
}

impl Verdict {
    /// The verdict as an authorizer's context: names and plain values, which is all that REST APIs take.
    pub(crate) fn as_context(&self, contract: &Contract) -> Map<String, Value> {
        let (members, left) = match self {
            Self::Yes { organization, key_id, external_id, kind, scopes, rate_limit, .. } => {
                let members = vec![
                    ("organization", Some(organization.as_str().into())),
                    ("keyId", Some(key_id.as_str().into())),
                    ("externalId", external_id.as_ref().map(|id| id.as_str().into())),
                    ("type", kind.as_deref().map(Value::from)),
                    ("scopes", Some(spelled_out(contract, scopes).into())),
                ];
                (members, rate_limit)
            }
            Self::No { reason, organization, key_id, rate_limit, response, .. } => {
                let members = vec![
                    ("refused", Some(json!(reason))),
                    // Not by the names of who is let in: an API may go by whether these are there.
                    ("refusedOrganization", organization.as_ref().map(|organization| organization.as_str().into())),
                    ("refusedKeyId", key_id.as_ref().map(|key| key.as_str().into())),
                    ("status", Some(response.status.into())),
                    ("headers", Some(json!(response.headers).to_string().into())),
                    ("body", Some(response.body.get().into())),
                ];
                (members, rate_limit)
            }
        };
        let left = left.as_ref().map(|left| {
            [
                ("limitScope", json!(left.scope)),
                ("limit", left.limit.into()),
                ("remaining", left.remaining.into()),
                ("reset", left.reset.into()),
            ]
        });
        let left = left.into_iter().flatten().map(|(name, value)| (name, Some(value)));

        members.into_iter().chain(left).filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// `scopes` with spaces between. One of `contract` that means all of them stands beside all of them: whoever reads them looks for
/// one.
pub(crate) fn spelled_out(contract: &Contract, scopes: &Scopes) -> String {
    let all = contract.scopes.keys().map(String::as_str).filter(|scope| contract.allows(scopes, scope));
    let scopes: BTreeSet<_> = scopes.iter().chain(all).collect();

    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// The verdict on a request with `key`, if it came with one, that asks for `ask` and needs all of `scopes`. A refusal has the
/// `request_id`.
///
/// # Errors
/// The contract has no such scope, or the store does not answer.
pub async fn verify(app: &App, key: Option<&Plain>, scopes: &Scopes, ask: &Ask, request_id: &str) -> Result<Verdict> {
    if scopes.iter().any(|scope| !app.contract.scopes.contains_key(scope)) {
        let known: Vec<_> = app.contract.scopes.keys().map(String::as_str).collect();
        return Err(Violation::new("scopes", format!("must be among {}", known.join(", "))).into());
    }
    let needed: Vec<_> = scopes.iter().collect();

    let admitted = match key {
        Some(key) => gate::admit(app, key.as_bytes(), &needed, ask).await,
        None => Err(Denial::MissingCredential.into()),
    };

    verdict(app, admitted, ask, request_id)
}

/// What the gate said to a request that asks for `ask`, as data. A failure of ours is a refusal too: nobody is let in. The verdict
/// counts as usage of the key, except of a request that counts nothing. One that is let in is counted as verified, because its
/// outcome is not known here. A refusal has the `request_id`.
pub(crate) fn verdict(
    app: &App,
    admitted: std::result::Result<Grant, Refusal>,
    ask: &Ask,
    request_id: &str,
) -> Result<Verdict> {
    let (now, counts) = (ask.now(), ask.cost != Cost::NOTHING);
    let refusal = match admitted {
        Ok(grant) => {
            if counts {
                app.meter.record(grant.used(), Outcome::Verified, now);
            }
            let mut headers = HeaderMap::new();
            add_quotas(&app.contract, &grant.quotas, &mut headers);
            return Ok(Verdict::Yes {
                valid: true,
                organization: grant.org,
                key_id: grant.key,
                external_id: grant.external_id,
                kind: grant.kind,
                scopes: grant.scopes,
                rate_limit: grant.quotas.tightest().map(Left::from),
                headers: Headers::of(&headers),
            });
        }
        Err(refusal) => refusal,
    };
    let Error::Denied(denial) = refusal.error else { return Err(refusal.error) };
    let holder = refusal.used.as_ref().map(|used| used.holder.clone());
    let response =
        Rendered::new(&app.contract, &Told::new(&denial, request_id), &refusal.quotas).map_err(Error::failed)?;
    let status = response.status;
    app.refusals.note(Refused { status, reason: Some(denial.kind()), holder: holder.as_ref(), ..Refused::default() });
    let (organization, key_id) = holder.map(|usage::Holder { org, key }| (org, key)).unzip();
    match refusal.used.filter(|_| counts) {
        Some(used) => app.meter.record(used, Outcome::Refused(denial.kind()), now),
        None if counts => app.meter.turn_away(denial.kind(), now),
        None => (),
    }

    Ok(Verdict::No {
        valid: false,
        reason: denial.kind(),
        organization,
        key_id,
        rate_limit: refusal.quotas.tightest().map(Left::from),
        response,
    })
}
