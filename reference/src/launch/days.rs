//! Days of UTC: those that a report is asked for, and the tallies that consumers are counted on.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::stored::{Key, key};
use crate::{Flaw, Id};

/// How many tallies a day has. Transactions on one tally wait for each other, and at a launch many come at once.
const TALLIES: u128 = 8;

/// How many days are shown where nothing is said, and how many at most.
const DAYS: i32 = 30;
const DAYS_MAX: i64 = 366;

/// Which days are asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct Days {
    /// The first day: at most 365 before the last, and 29 where nothing is said.
    from: Option<Day>,
    /// The last day; today where nothing is said.
    to: Option<Day>,
}

/// A day as callers write it: `2030-06-15`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date"))]
struct Day(Date);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        // The parser also takes forms with a time, and without hyphens.
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text && date.year() >= 0);

        date.map(Self).ok_or("must be a date like 2030-06-15")
    }
}

/// Days, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    pub(super) from: Date,
    pub(super) to: Date,
}

impl Days {
    /// The days that are meant at `now`.
    ///
    /// # Errors
    /// The period has no days, or too many.
    pub fn period(self, now: Timestamp) -> Result<Period, Vec<Flaw>> {
        let to = self.to.map_or_else(|| date(now), |Day(to)| to);
        let from =
            self.from.map_or_else(|| to.saturating_sub(Span::new().days(DAYS.saturating_sub(1))), |Day(from)| from);
        if from > to {
            return Err(vec![("from", "must not be later than to")]);
        }
        if to.duration_since(from).as_hours() >= DAYS_MAX.saturating_mul(24) {
            return Err(vec![("from", "must be at most 365 days before to")]);
        }

        Ok(Period { from, to })
    }
}

impl Period {
    /// Each of them.
    pub(super) fn days(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.from), |day| day.tomorrow().ok()).take_while(move |day| *day <= self.to)
    }

    /// The sort keys between which their tallies are.
    pub(super) fn bounds(self) -> [String; 2] {
        [format!("{}#", self.from), format!("{}#~", self.to)]
    }
}

/// The partition of the tallies of `org`.
pub(super) fn tallies(org: &str) -> String {
    format!("org#{org}#consumers-by-day")
}

/// The key of the tally that counts the consumer `id` of `org`, who was registered at `at`.
pub(super) fn tally(org: &str, at: Timestamp, id: Id) -> Key {
    // The last digits of an id are random.
    let number = Uuid::from(id).as_u128() % TALLIES;

    key(tallies(org), format!("{}#{number}", date(at)))
}

/// The day that a tally's sort key begins with.
pub(super) fn day_of(tally: &str) -> Option<Date> {
    tally.split_once('#').and_then(|(day, _)| day.parse().ok())
}

/// The day of `at`.
pub(super) fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_report_are_thirty_up_to_today_unless_others_are_asked_for() {
        let day = |text: Option<&str>| text.map(|text| Day::try_from(text.to_owned()).unwrap());
        for (from, to, expected) in [
            (None, None, Ok(("2030-05-17", "2030-06-15", 30))),
            (None, Some("2030-01-10"), Ok(("2029-12-12", "2030-01-10", 30))),
            (Some("2030-06-15"), None, Ok(("2030-06-15", "2030-06-15", 1))),
            (Some("2029-06-15"), None, Ok(("2029-06-15", "2030-06-15", 366))),
            (Some("2028-01-01"), Some("2028-12-31"), Ok(("2028-01-01", "2028-12-31", 366))),
            (Some("2030-06-01"), Some("2031-01-01"), Ok(("2030-06-01", "2031-01-01", 215))),
            (Some("2029-06-14"), None, Err("must be at most 365 days before to")),
            (Some("0000-01-01"), Some("9999-12-31"), Err("must be at most 365 days before to")),
            (Some("2030-06-16"), None, Err("must not be later than to")),
            (Some("2030-02-02"), Some("2030-02-01"), Err("must not be later than to")),
        ] {
            let days = Days { from: day(from), to: day(to) };
            let period = days.period("2030-06-15T23:59:59.999Z".parse().unwrap());
            let shown = period.map(|period| (period.from.to_string(), period.to.to_string(), period.days().count()));
            let expected = expected.map(|(from, to, count)| (from.to_owned(), to.to_owned(), count));
            assert_eq!(shown, expected.map_err(|what| vec![("from", what)]));
        }
        for text in ["", "2030-6-1", "20300615", "2030-02-29", "2030-06-15T00:00:00", "-000001-01-01", "today"] {
            assert!(Day::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_days_tallies_are_within_its_bounds_and_no_other_days_are() {
        let [from, to] = Period { from: Date::constant(2030, 6, 15), to: Date::constant(2030, 6, 16) }.bounds();
        for (sort_key, within) in [
            ("2030-06-14#7", false),
            ("2030-06-15#0", true),
            ("2030-06-15#7", true),
            ("2030-06-16#7", true),
            ("2030-06-17#0", false),
        ] {
            assert_eq!((&*from..=&*to).contains(&sort_key), within, "{sort_key}");
        }
    }
}
