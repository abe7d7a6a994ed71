//! How often a key is given a new secret by itself.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// That a key is given a new secret by itself: how often, how long the one before goes on working, and when it is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// How often.
    pub every: Every,
    /// How long the secret that was replaced goes on working: shorter than that.
    pub overlap: Overlap,
    /// When it is next.
    pub due: Timestamp,
}

/// How often a key is given a new secret: 86,400 to 31,622,400 seconds, a day to 366 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(inline, extend("minimum" = Self::MIN, "maximum" = Self::MAX))]
pub struct Every(pub(crate) i64);

/// 0 to 604,800 seconds: a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(inline, extend("minimum" = 0, "maximum" = Self::MAX))]
pub struct Overlap(pub(crate) i64);

impl Every {
    const MIN: i64 = DAY;
    const MAX: i64 = 366 * DAY;

    /// The overlap of keys of which nobody says another: a day, or half of the time where that is less.
    pub(crate) fn usual_overlap(self) -> Overlap {
        Overlap(DAY.min(self.0.div_euclid(2)))
    }
}

impl Overlap {
    const MAX: i64 = 604_800;

    /// When what is replaced at `now` stops working; `None` where that is at once.
    pub(crate) fn end(self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(SignedDuration::from_secs(self.0)).ok().filter(|_| self.0 > 0)
    }
}

impl TryFrom<i64> for Every {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, &'static str> {
        let is_one = (Self::MIN..=Self::MAX).contains(&seconds);

        if is_one { Ok(Self(seconds)) } else { Err("must be a number of seconds from 86400 to 31622400") }
    }
}

impl TryFrom<i64> for Overlap {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, &'static str> {
        if (0..=Self::MAX).contains(&seconds) { Ok(Self(seconds)) } else { Err("must be a number from 0 to 604800") }
    }
}

impl Cycle {
    /// The cycle that begins at `now`.
    pub(crate) fn begun(every: Every, overlap: Overlap, now: Timestamp) -> Self {
        let due = now.checked_add(SignedDuration::from_secs(every.0)).unwrap_or(Timestamp::MAX);

        Self { every, overlap, due }
    }

    /// The same, begun anew at `now`: the key has a new secret.
    pub(crate) fn anew(self, now: Timestamp) -> Self {
        Self::begun(self.every, self.overlap, now)
    }

    /// Whether the key is to have a new secret at `now`.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.due <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_rotated_once_a_day_to_once_a_year_and_the_old_secret_is_gone_before_the_next() {
        for (seconds, usual) in [
            (86_399, None),
            (86_400, Some(43_200)),
            (172_800, Some(86_400)),
            (31_622_400, Some(86_400)),
            (31_622_401, None),
        ] {
            let every = Every::try_from(seconds).ok();
            assert_eq!(every.map(|every| every.usual_overlap().0), usual, "{seconds}");
        }
    }

    #[test]
    fn a_cycle_begins_with_each_new_secret() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let cycle = Cycle::begun(Every(DAY), Overlap(0), at(0));
        assert!(!cycle.is_due(at(DAY - 1)) && cycle.is_due(at(DAY)));
        assert_eq!(cycle.anew(at(1_000)).due, at(DAY + 1_000));
        assert_eq!(cycle.anew(Timestamp::MAX).due, Timestamp::MAX);
        assert_eq!((Overlap(0).end(at(5)), Overlap(3).end(at(5))), (None, Some(at(8))));
    }
}
