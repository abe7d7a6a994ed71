//! What the tests of this room share: a key, rules, and instants.

#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Evidence, Hours, Settings, Telling, Turn, Watched};
use crate::contract::Contract;
use crate::contract::alerts::{Alerts, Kind, Rule};
use crate::contract::limit::Window;
use crate::contract::secret::Digest;
use crate::registry::key::{self, Key};
use crate::registry::usage::{Outcome, Peak, Tally};

/// A Monday.
pub(crate) const BEGIN: &str = "2030-06-17T00:00:00Z";

/// So many minutes after [`BEGIN`].
pub(crate) fn minute(minutes: i64) -> Timestamp {
    let begin: Timestamp = BEGIN.parse().unwrap();
    begin + SignedDuration::from_mins(minutes)
}

/// So many hours after [`BEGIN`].
pub(crate) fn hour(hours: i64) -> Timestamp {
    minute(hours * 60)
}

pub(crate) fn id(number: u64) -> key::Id {
    format!("key_{number:026}").try_into().unwrap()
}

/// A key that was made two months before [`BEGIN`].
pub(crate) fn key(number: u64) -> Key {
    let digest = Digest::try_from(vec![7; 32]).unwrap();

    Key { id: id(number), created_at: hour(-60 * 24), ..key::tests::key(digest) }
}

/// Those of a contract that has all of them.
pub(crate) fn alerts() -> &'static Alerts {
    static ALERTS: LazyLock<Alerts> = LazyLock::new(|| Contract::load("fanfare").unwrap().alerts);

    &ALERTS
}

/// The usual rules of these kinds.
pub(crate) fn rules(kinds: &[Kind]) -> BTreeMap<Kind, Rule> {
    let all = Settings::default().enabled(alerts());

    all.into_iter().filter(|(kind, _)| kinds.contains(kind)).collect()
}

pub(crate) fn tally<const N: usize>(outcomes: [(Outcome, i64); N]) -> Tally {
    let mut tally = Tally::default();
    for (outcome, requests) in outcomes {
        tally.add(outcome, requests);
    }

    tally
}

/// A watcher of one key, as the alerts' function is one.
pub(crate) struct Watcher {
    pub(crate) key: Key,
    pub(crate) rules: BTreeMap<Kind, Rule>,
    pub(crate) hours: Hours,
    pub(crate) watched: Watched,
    pub(crate) is_muted: bool,
}

impl Watcher {
    pub(crate) fn of(kinds: &[Kind]) -> Self {
        let (hours, watched) = (Hours::default(), Watched::default());

        Self { key: key(1), rules: rules(kinds), hours, watched, is_muted: false }
    }

    /// Adds to the hour of `now`.
    pub(crate) fn count<const N: usize>(&mut self, now: Timestamp, outcomes: [(Outcome, i64); N]) {
        self.hours.add(Window::Hour.number(now), &tally(outcomes));
    }

    /// A look with these peaks: what the alerts do, and the figures.
    pub(crate) fn look_at(&mut self, peaks: &[Peak], now: Timestamp) -> Vec<(Turn, Value)> {
        self.tellings(peaks, now).into_iter().map(|Telling { turn, numbers, .. }| (turn, numbers)).collect()
    }

    /// A look: of which kinds people are told, and the figures.
    pub(crate) fn kinds(&mut self, now: Timestamp) -> Vec<(Kind, Value)> {
        self.tellings(&[], now).into_iter().map(|Telling { kind, numbers, .. }| (kind, numbers)).collect()
    }

    fn tellings(&mut self, peaks: &[Peak], now: Timestamp) -> Vec<Telling> {
        let evidence = Evidence {
            now,
            key: &self.key,
            hours: &self.hours,
            is_busy: true,
            peaks,
            old_used: None,
            silent_since: None,
        };
        // What is remembered goes through the store between two looks.
        let kept = serde_json::to_string(&self.watched).unwrap();
        self.watched = serde_json::from_str(&kept).unwrap();

        self.watched.look(&evidence, &self.rules, self.is_muted)
    }

    /// A look, and what the alerts do.
    pub(crate) fn look(&mut self, now: Timestamp) -> Vec<Turn> {
        self.turns(&[], now)
    }

    pub(crate) fn turns(&mut self, peaks: &[Peak], now: Timestamp) -> Vec<Turn> {
        self.look_at(peaks, now).into_iter().map(|(turn, _)| turn).collect()
    }
}
