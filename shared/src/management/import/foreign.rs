//! A key of another system, as somebody tells of it.

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::contract::Contract;
use crate::contract::denial::Violation;
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::contract::secret::Digest;
use crate::environment::clock::{Expiry, Moment};
use crate::management::terms::Order;
use crate::registry::addresses::Addresses;
use crate::registry::error::{Result, both};
use crate::registry::external_id::ExternalId;
use crate::registry::hint::Hint;
use crate::registry::key::{Id, Status};
use crate::registry::leak::{Leak, Source, Url};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::sha256::Sha256;

/// A key of another system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ForeignKey")]
pub(super) struct Foreign {
    sha256: Sha256,
    /// Its id in another stack, where it is moved from there: it is what it was, also where a new key could not be so. By default a new
    /// one.
    id: Option<Id>,
    name: Name,
    #[serde(rename = "type")]
    #[schemars(extend("x-contract" = "type"))]
    kind: Option<String>,
    scopes: Option<Scopes>,
    /// Limits of its own that the operator has set.
    limits: Option<Limits>,
    /// Limits of its own that a manager of its organization has set.
    manager_limits: Option<Limits>,
    /// From where it may be used; from everywhere, if it is left out.
    allowed_addresses: Option<Addresses>,
    /// What it is to belong to in the operator's own system.
    external_id: Option<ExternalId>,
    /// What is to be written down beside it.
    metadata: Option<Metadata>,
    /// When it is to stop working; as for a new key, if it is left out, and never for one that has its id.
    #[serde(default)]
    expires_at: Field<Expiry>,
    /// Whether it is switched on; by default it is.
    status: Option<ForeignStatus>,
    /// When it was made; by default when its id was, or now.
    created_at: Option<Moment>,
    /// What people recognise its secret by: the beginning that keys have in common, an ellipsis, and up to four of the last characters.
    hint: Option<Hint>,
    /// The leak of its secret, if it has leaked.
    leak: Option<ForeignLeak>,
}

/// Whether a key of another system is switched on.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum ForeignStatus {
    Active,
    Inactive,
    /// It has leaked: it works for little, and once a minute.
    Quarantined,
}

/// The leak of a key's secret in another stack.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ForeignLeak {
    /// When it was told of.
    at: Moment,
    source: Source,
    /// Where the key was found. Only an address of the web is kept.
    url: Option<String>,
    /// By which policy something was done about it.
    done: Policy,
    /// Whether the key was let out of quarantine since, and then switched off.
    #[serde(default)]
    settled: bool,
}

/// What such a key is to be, but for what its organization allows it.
pub(super) struct Told {
    /// What a new key would be asked for with.
    pub(super) order: Order,
    pub(super) digest: Digest,
    pub(super) id: Option<Id>,
    pub(super) manager_limits: Option<Limits>,
    pub(super) status: Status,
    pub(super) hint: Option<String>,
    pub(super) leak: Option<Leak>,
    created_at: Option<Moment>,
}

impl Foreign {
    /// What it is to be under `contract`.
    pub(super) fn told(self, contract: &Contract) -> Told {
        let Sha256(digest) = self.sha256;
        let leak = self.leak.map(|ForeignLeak { at: Moment(at), source, url, done: policy, settled }| {
            let place = url.and_then(|url| Url::read(contract, &url, b""));
            Leak { digest, at, source, place, policy, settled }
        });
        let order = Order {
            name: self.name,
            kind: self.kind,
            scopes: self.scopes,
            limits: self.limits,
            allowed_addresses: self.allowed_addresses,
            external_id: self.external_id,
            metadata: self.metadata,
            expires_at: self.expires_at,
            rotate_every: None,
            rotate_overlap: None,
        };
        let status = match self.status {
            None | Some(ForeignStatus::Active) => Status::Active,
            Some(ForeignStatus::Inactive) => Status::Inactive,
            Some(ForeignStatus::Quarantined) => Status::Quarantined,
        };

        Told {
            order,
            digest,
            id: self.id,
            manager_limits: self.manager_limits,
            status,
            hint: self.hint.map(String::from),
            leak,
            created_at: self.created_at,
        }
    }
}

impl Told {
    /// Refuses a quarantine without a leak: once the key was switched off, it would be forgotten.
    ///
    /// # Errors
    /// It is to be in quarantine, and has no leak after which a key is put there.
    pub(super) fn check_quarantine(&self) -> Result<()> {
        let has_reason = self.leak.as_ref().is_some_and(|leak| leak.policy >= Policy::Quarantine && !leak.settled);
        if self.status != Status::Quarantined || has_reason {
            return Ok(());
        }

        Err(Violation::new("leak", "must say, for a key in quarantine, which leak has led there").into())
    }

    /// When it was made. Lists are in the order of ids, so that an id is of that time.
    ///
    /// # Errors
    /// That time is to come, or its id is of another one.
    pub(super) fn created(&self, now: Timestamp) -> Result<Timestamp> {
        let made = self.id.as_ref().map(|id| made(id, now)).transpose();
        let created = self.created_at.map(|Moment(at)| past(at, now)).transpose();
        match both(made, created)? {
            (Some(made), Some(created)) if made.as_second() != created.as_second() => {
                let what = format!("must be the time that is in its id, {made}, or left out");
                Err(Violation::new("createdAt", what).into())
            }
            (made, created) => Ok(created.or(made).unwrap_or(now)),
        }
    }
}

fn made(id: &Id, now: Timestamp) -> Result<Timestamp> {
    let made = id.made_at().filter(|at| *at <= now);

    Ok(made
        .ok_or_else(|| Violation::new("id", "must be one that a stack has made, and of a time that is not to come"))?)
}

fn past(at: Timestamp, now: Timestamp) -> Result<Timestamp> {
    if at <= now && at >= Timestamp::UNIX_EPOCH {
        return Ok(at);
    }

    Err(Violation::new("createdAt", "must be a time since 1970 that is not to come").into())
}
