//! What a request is given that was let in: who asks, and on which terms. Made of the pass that counted it.

use jiff::Timestamp;

use super::{Pass, Terms};
use crate::contract::quota::Quotas;
use crate::contract::scope::Scopes;
use crate::contract::secret::Digest;
use crate::registry::ask::Ask;
use crate::registry::external_id::ExternalId;
use crate::registry::key;
use crate::registry::slug::Slug;
use crate::registry::usage;
use crate::registry::usage::{Peak, Use};

/// Who was let in, and on which terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whose key it is.
    pub org: Slug,
    /// Which key.
    pub key: key::Id,
    /// The digest of the secret that was presented.
    pub secret: Digest,
    /// What it belongs to in the operator's own system, or else its organization.
    pub external_id: Option<ExternalId>,
    /// Its type, where the contract has types.
    pub kind: Option<String>,
    /// What it may do.
    pub scopes: Scopes,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// What it has left after this request.
    pub quotas: Quotas,
    /// Whether the secret has been replaced, and still works.
    pub is_old: bool,
    /// Whether it is perhaps the key's first use after a month or more.
    pub is_awake: bool,
    /// The windows of which the key has used half of its limit or more.
    pub peaks: Vec<Peak>,
}

impl Grant {
    /// The grant of a request with `secret` that `pass` has counted, which is the pass of the secret `counting`. `shared` is what is left
    /// of the limits that all keys of its organization share.
    pub fn of(pass: Pass, secret: Digest, counting: &Digest, shared: Quotas, ask: &Ask) -> Self {
        let quotas = pass.quotas(ask).and(shared);
        let peaks = pass.peaks(ask);
        let Terms { org, key, external_id, kind, scopes, expires_at, .. } = pass.terms;
        let is_old = secret != *counting;

        Self { org, key, secret, external_id, kind, scopes, expires_at, quotas, is_old, is_awake: false, peaks }
    }

    /// The same of a secret that stops working at `ends`, if that is before its key does.
    #[must_use]
    pub fn until(self, ends: Option<Timestamp>) -> Self {
        Self { expires_at: [self.expires_at, ends].into_iter().flatten().min(), ..self }
    }

    /// How the request is counted as usage.
    pub fn used(&self) -> Use {
        let holder = usage::Holder { org: self.org.clone(), key: self.key.clone() };

        Use { holder, is_old: self.is_old, is_awake: self.is_awake, peaks: self.peaks.clone() }
    }
}
