//! Alerts: what people are told of before it hurts. Pure: rules, settings, and what is remembered of each key; no clock, no
//! store.
//!
//! `rules` judges what is known of a key, `watch` decides what of that is news, and `slow` goes through an organization's
//! keys for what is told in one message a day or a week. The kinds and their rules are the contract's ([`alerts`]).
//!
//! [`alerts`]: crate::contract::alerts

mod baseline;
mod by_kind;
mod rules;
mod settings;
mod slow;
mod telling;
mod watch;

pub use baseline::{Baseline, whole, wilson};
pub use rules::{Evidence, Hours};
pub(crate) use rules::{SILENCE, failures, probing, reached};
pub use settings::{Change, MUTED_MAX, Mute, Mutes, Settings, View};
pub use slow::{Look, Marks, Slow};
pub use telling::{Telling, Turn};
pub use watch::Watched;

use jiff::Timestamp;

use crate::registry::usage::{Holder, Peak};

/// Something about a key that may be worth an alert: whoever wrote the key's usage has seen it, and whoever opens alerts
/// looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whose key it is.
    pub holder: Holder,
    /// The highest use of each window that was near its limit.
    pub peaks: Vec<Peak>,
    /// When the key was used after a long silence, if it was.
    pub woke: Option<Timestamp>,
    /// When it was last seen.
    pub at: Timestamp,
}

#[cfg(test)]
pub(crate) mod tests;
