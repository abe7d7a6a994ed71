//! What an organization is told of all its keys together, in one message and not one for each: those that nobody uses, and
//! those that stop working soon.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::LINGERING;
use super::telling::{Telling, Turn};
use crate::contract::alerts::{Kind, Rule};
use crate::environment::clock;
use crate::registry::key;
use crate::registry::key::{Key, Standing};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How often people are told of unused keys at most.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many days before a key stops working people are told, in one message a day.
const AHEAD: [i64; 2] = [14, 7];

/// How many keys a message names; it counts all.
const NAMED: usize = 50;

/// How far an organization was looked through, and when it was last told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// When keys that stop working within a day were last told of, or looked for with nothing to tell.
    #[serde(default)]
    looked: Option<Timestamp>,
    /// When what is done once a day was last done.
    #[serde(default)]
    daily: Option<Timestamp>,
    /// When unused keys were last told of.
    #[serde(default)]
    unused: Option<Timestamp>,
}

/// A look through the keys of an organization.
#[derive(Debug)]
pub struct Slow<'a> {
    rules: &'a BTreeMap<Kind, Rule>,
    look: Look,
    /// Keys whose old secret ends within a day from now on, or that have leaked.
    closer: Vec<key::Id>,
}

/// What a look has found so far. It can be written down, and gone on with later: it is of the time when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    at: Timestamp,
    marks: Marks,
    unused: Group,
    expiring: Group,
    tomorrow: Group,
}

/// Keys that people are told of together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    count: usize,
    named: Vec<Value>,
}

impl Group {
    fn add(&mut self, key: &Key, member: &str, at: Option<Timestamp>) {
        self.count = self.count.saturating_add(1);
        if self.named.len() < NAMED {
            self.named.push(json!({"keyId": key.id, "name": key.name, member: at.map(clock::seconds)}));
        }
    }

    /// What people are told of it, if there is anything; `days` is what it is about.
    fn told(self, kind: Kind, days: i64) -> Option<Telling> {
        let Self { count, named } = self;
        let numbers = json!({"count": count, "days": days, "keys": named});

        (count > 0).then_some(Telling { kind, turn: Turn::Opened, key: None, numbers })
    }
}

impl<'a> Slow<'a> {
    /// A look at `now`, by the `rules` of the kinds that people want to hear of.
    pub fn new(marks: Marks, rules: &'a BTreeMap<Kind, Rule>, now: Timestamp) -> Self {
        let [unused, expiring, tomorrow] = [(); 3].map(|()| Group::default());

        Self::resumed(Look { at: now, marks, unused, expiring, tomorrow }, rules)
    }

    /// The rest of a look that was begun before.
    pub const fn resumed(look: Look, rules: &'a BTreeMap<Kind, Rule>) -> Self {
        Self { rules, look, closer: Vec::new() }
    }

    /// What was found so far, to go on with later.
    pub fn look(&self) -> Look {
        self.look.clone()
    }

    /// Keys that were seen since this was last asked, and are to be looked at more closely.
    pub fn closer(&mut self) -> Vec<key::Id> {
        std::mem::take(&mut self.closer)
    }

    /// After how many days without use a key is told of, if it is time for that: then it matters when keys were last used.
    fn unused_days(&self) -> Option<i64> {
        let Look { at: now, marks, .. } = &self.look;
        let is_time = self.look.is_daily() && marks.unused.is_none_or(|at| now.duration_since(at) >= WEEK);
        let days = self.rules.get(&Kind::KeyUnused)?.days?;

        is_time.then(|| i64::from(days.get()))
    }

    /// Whether anybody wants to hear of what this looks for.
    pub fn is_asked_for(&self) -> bool {
        let kinds = [Kind::KeyUnused, Kind::KeyExpiring, Kind::KeyExposed, Kind::RotationLingering];

        kinds.iter().any(|kind| self.rules.contains_key(kind))
    }

    /// Whether it matters when keys were last used.
    pub fn asks_for_uses(&self) -> bool {
        self.unused_days().is_some()
    }

    /// Looks at `key`, which was last used at `used`, if that matters.
    pub fn see(&mut self, key: &Key, used: Option<Timestamp>) {
        let Look { at: now, marks, .. } = self.look;
        let days_ago = |days: i64| now.saturating_sub(SignedDuration::from_hours(days.saturating_mul(24)));
        if key.standing(now) == Standing::Active {
            if let Some(days) = self.unused_days()
                && let Ok(line) = days_ago(days)
                && key.created_at <= line
                && used.is_none_or(|used| used <= line)
            {
                self.look.unused.add(key, "lastUsedAt", used);
            }
            if let Some(expires) = key.expires_at.filter(|_| self.rules.contains_key(&Kind::KeyExpiring)) {
                let passed = |days: i64, since: Option<Timestamp>| {
                    let line = expires.saturating_sub(SignedDuration::from_hours(days.saturating_mul(24)));
                    // Whoever has made it to live shorter than that knows.
                    let is_news = |line| since.is_none_or(|since| line > since) && line >= key.created_at;
                    line.is_ok_and(|line| line <= now && is_news(line))
                };
                if passed(1, marks.looked) {
                    self.look.tomorrow.add(key, "expiresAt", Some(expires));
                } else if self.look.is_daily() && AHEAD.into_iter().any(|days| passed(days, marks.daily)) {
                    self.look.expiring.add(key, "expiresAt", Some(expires));
                }
            }
        }
        let is_told = |kind| self.rules.contains_key(&kind);
        let ends_soon = key.overlap(now).is_some_and(|previous| previous.until.duration_since(now) <= LINGERING);
        let is_exposed = key.exposed(now).is_some();
        if (ends_soon && is_told(Kind::RotationLingering)) || (is_exposed && is_told(Kind::KeyExposed)) {
            self.closer.push(key.id.clone());
        }
    }

    /// What people are to be told, and the marks to write down with it if there is any reason to.
    pub fn end(self) -> (Vec<Telling>, Option<Marks>) {
        let is_daily = self.look.is_daily();
        let Look { at: now, mut marks, unused, expiring, tomorrow } = self.look;
        let days = self.rules.get(&Kind::KeyUnused).and_then(|rule| rule.days).map_or(0, |days| i64::from(days.get()));
        let [unused, expiring, tomorrow] = [
            unused.told(Kind::KeyUnused, days),
            expiring.told(Kind::KeyExpiring, AHEAD.into_iter().max().unwrap_or_default()),
            tomorrow.told(Kind::KeyExpiring, 1),
        ]
        // A kind may have been switched off since the look began.
        .map(|telling| telling.filter(|telling| self.rules.contains_key(&telling.kind)));
        if unused.is_some() {
            marks.unused = Some(now);
        }
        if is_daily {
            marks.daily = Some(now);
        }
        let is_told = tomorrow.is_some();
        let tellings: Vec<_> = [unused, expiring, tomorrow].into_iter().flatten().collect();
        // Nothing was to be told since the last mark: a look from there finds nothing twice.
        let is_marked = is_daily || is_told;
        if is_marked {
            marks.looked = Some(now);
        }

        (tellings, is_marked.then_some(marks))
    }
}

impl Look {
    /// When it began.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether it began with `marks`: with others, somebody has been told meanwhile.
    pub fn began_with(&self, marks: &Marks) -> bool {
        self.marks == *marks
    }

    /// Whether what is done once a day is due.
    fn is_daily(&self) -> bool {
        self.marks.daily.is_none_or(|daily| self.at.duration_since(daily) >= DAY)
    }
}

#[cfg(test)]
mod tests;
