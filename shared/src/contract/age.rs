//! How long keys may work: `max_age` and `default_age` of a plan or a type of key.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Flaw, flaw};

/// An age of a key, as a contract writes it: `{ days = 90 }` or `{ hours = 12 }`; an hour to ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "AgeFile")]
pub struct Age {
    hours: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ days = 90 } or { hours = 12 }")]
struct AgeFile {
    days: Option<i64>,
    hours: Option<i64>,
}

impl Age {
    const MAX_HOURS: i64 = 3_650 * 24;
}

impl TryFrom<AgeFile> for Age {
    type Error = &'static str;

    fn try_from(file: AgeFile) -> Result<Self, &'static str> {
        let hours = match file {
            AgeFile { days: Some(days), hours: None } => days.checked_mul(24),
            AgeFile { days: None, hours: Some(hours) } => Some(hours),
            AgeFile { .. } => return Err("must have either days or hours"),
        };
        let hours = hours.filter(|hours| (1..=Self::MAX_HOURS).contains(hours));

        hours.map(|hours| Self { hours }).ok_or("must be an hour to 3650 days")
    }
}

/// `90 days`, `1 day`, `12 hours`.
impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, hours) = (self.hours.div_euclid(24), self.hours.rem_euclid(24));
        let (count, what) = if hours == 0 { (days, "day") } else { (self.hours, "hour") };

        write!(f, "{count} {what}{}", if count == 1 { "" } else { "s" })
    }
}

impl Age {
    /// The moment at which what begins `since` is of this age.
    pub fn from(self, since: Timestamp) -> Timestamp {
        since.checked_add(SignedDuration::from_hours(self.hours)).unwrap_or(Timestamp::MAX)
    }
}

/// How long keys work: of a plan, of a type, or of keys of a type on a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// How old a key's secret may become; without end where it is `None`.
    max: Option<Age>,
    /// How old that of a key becomes of which nobody says how long it is to work, unless it may not become as old.
    default: Option<Age>,
}

impl Ages {
    /// Where neither a plan nor a type says anything.
    pub(crate) const NONE: Self = Self { max: None, default: None };

    /// The ages that are stated at `place`.
    pub(super) fn check(place: &str, max: Option<Age>, default: Option<Age>) -> Result<Self, Flaw> {
        match (max, default) {
            (Some(most), Some(given)) if given > most => {
                flaw(format!("{place}.default_age"), format!("is longer than max_age, which is {most}"))
            }
            _ => Ok(Self { max, default }),
        }
    }

    /// What holds where both do: the shorter of each.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        let shorter = |one: Option<Age>, other: Option<Age>| one.into_iter().chain(other).min();

        Self { max: shorter(self.max, other.max), default: shorter(self.default, other.default) }
    }

    /// How old a key's secret may become, if there is an end to it.
    pub fn max(self) -> Option<Age> {
        self.max
    }

    /// How old that of a key becomes of which nobody says more, if there is an end to it.
    pub fn by_default(self) -> Option<Age> {
        self.default.into_iter().chain(self.max).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(days: i64) -> Age {
        AgeFile { days: Some(days), hours: None }.try_into().unwrap()
    }

    #[test]
    fn an_age_is_days_or_hours_from_an_hour_to_ten_years() {
        for (days, hours, text) in [
            (Some(90), None, Some("90 days")),
            (Some(1), None, Some("1 day")),
            (None, Some(48), Some("2 days")),
            (None, Some(1), Some("1 hour")),
            (None, Some(36), Some("36 hours")),
            (Some(3_650), None, Some("3650 days")),
            (Some(3_651), None, None),
            (Some(0), None, None),
            (None, Some(0), None),
            (Some(-1), None, None),
            (Some(i64::MAX), None, None),
            (Some(1), Some(1), None),
            (None, None, None),
        ] {
            let read = Age::try_from(AgeFile { days, hours });
            assert_eq!(read.ok().map(|age| age.to_string()).as_deref(), text, "{days:?} {hours:?}");
        }
    }

    #[test]
    fn of_plan_and_type_the_shorter_ages_hold_and_nothing_is_older_than_the_maximum_by_default() {
        for (plan, kind, (max, default)) in [
            ((None, None), (None, None), (None, None)),
            ((Some(90), None), (None, None), (Some(90), Some(90))),
            ((None, Some(30)), (None, None), (None, Some(30))),
            ((Some(90), Some(30)), (Some(60), None), (Some(60), Some(30))),
            ((Some(90), Some(30)), (Some(20), None), (Some(20), Some(20))),
            ((Some(90), None), (None, Some(365)), (Some(90), Some(90))),
        ] {
            let ages =
                |(max, default): (Option<i64>, Option<i64>)| Ages { max: max.map(age), default: default.map(age) };
            let both = ages(plan).and(ages(kind));
            assert_eq!((both.max(), both.by_default()), (max.map(age), default.map(age)), "{plan:?} {kind:?}");
            assert_eq!(both, ages(kind).and(ages(plan)), "{plan:?} {kind:?}");
        }
    }

    #[test]
    fn an_age_ends_with_the_time_that_can_be_told() {
        assert_eq!(age(1).from(Timestamp::UNIX_EPOCH).as_second(), 86_400);
        assert_eq!(age(3_650).from(Timestamp::MAX), Timestamp::MAX);
    }
}
