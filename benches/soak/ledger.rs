//! What the stack has answered, and what must be so because of that.

use std::collections::{BTreeMap, BTreeSet};

/// A key, as far as answers say.
#[derive(Debug, Default)]
pub(crate) struct Key {
    pub(crate) org: usize,
    pub(crate) id: String,
    /// Its secrets, oldest first, each with whether it was ended.
    pub(crate) secrets: Vec<(String, bool)>,
    pub(crate) gone: bool,
    pub(crate) off: bool,
    /// How often it was about to be switched on.
    pub(crate) turn: u64,
    /// Its names that it may have: one, unless a change was not answered.
    pub(crate) names: Vec<String>,
    /// How often somebody has asked about it.
    pub(crate) asked: u64,
}

/// An organization, as far as answers say.
#[derive(Debug, Default)]
pub(crate) struct Org {
    pub(crate) slug: String,
    pub(crate) locked: bool,
    pub(crate) turn: u64,
}

/// Everything that was answered, and what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) orgs: Vec<Org>,
    pub(crate) keys: Vec<Key>,
    /// By organization, names that a change of it has given a key, and that must be in its trail.
    pub(crate) told: BTreeSet<(usize, String)>,
    /// How many requests were let in, by key and the end of the minute.
    pub(crate) let_in: BTreeMap<(usize, i64), u64>,
    pub(crate) wrong: Vec<String>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

/// Whether a secret lets anybody in, when it is about to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// It may.
    No,
    /// Not any more, ever.
    ForGood,
    /// Not until its key or its organization is opened again: the turns of both.
    Until(u64, u64),
}

impl Ledger {
    pub(crate) fn count(&mut self, what: &'static str) {
        let count = self.counts.entry(what).or_default();
        *count = count.saturating_add(1);
    }

    pub(crate) fn is_wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// How the secret number `secret` of `key` stands.
    pub(crate) fn shut(&self, key: usize, secret: usize) -> Shut {
        let Some(key) = self.keys.get(key) else { return Shut::No };
        let org = self.orgs.get(key.org);
        let is_locked = org.is_some_and(|org| org.locked);
        if key.gone || key.secrets.get(secret).is_some_and(|(_, ended)| *ended) {
            Shut::ForGood
        } else if key.off || is_locked {
            Shut::Until(key.turn, org.map_or(0, |org| org.turn))
        } else {
            Shut::No
        }
    }

    /// A key is about to be switched on: who was let in from now on may have been so rightly.
    pub(crate) fn opens(&mut self, key: usize) {
        if let Some(key) = self.keys.get_mut(key) {
            (key.off, key.turn) = (false, key.turn.saturating_add(1));
        }
    }

    /// The same of an organization.
    pub(crate) fn unlocks(&mut self, org: usize) {
        if let Some(org) = self.orgs.get_mut(org) {
            (org.locked, org.turn) = (false, org.turn.saturating_add(1));
        }
    }

    /// A key has the secret `text`, beside which the one before may still work.
    pub(crate) fn succeeds(&mut self, key: usize, text: String, overlaps: bool) {
        if let Some(key) = self.keys.get_mut(key) {
            let kept = key.secrets.len().saturating_sub(usize::from(overlaps));
            key.secrets.iter_mut().take(kept).for_each(|(_, ended)| *ended = true);
            key.secrets.push((text, false));
        }
    }
}
