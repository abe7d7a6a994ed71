//! The report on a key's usage: totals, and buckets of an hour or a day. Pure arithmetic.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::denial::{Kind, Violation};
use crate::contract::limit::Window;
use crate::environment::clock;
use crate::environment::clock::Moment;
use crate::registry::key::Id;
use crate::registry::usage::{Day, Outcome, Tally};

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Granularity {
    /// An hour.
    #[default]
    Hour,
    /// A day of UTC.
    Day,
}

impl Granularity {
    /// The window of the length of a bucket.
    pub const fn window(self) -> Window {
        match self {
            Self::Hour => Window::Hour,
            Self::Day => Window::Day,
        }
    }

    /// How many buckets there are where none are asked for: 24 hours, 30 days.
    const fn usual(self) -> i64 {
        match self {
            Self::Hour => 24,
            Self::Day => 30,
        }
    }

    /// How many buckets there may be: 31 days in hours, 400 days.
    const fn most(self) -> i64 {
        match self {
            Self::Hour => 31 * 24,
            Self::Day => 400,
        }
    }
}

/// The part of a key's usage that is asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// When it begins: by default 24 hours or 30 days before the end. At most 31 days by hours, 400 by days.
    from: Option<Moment>,
    /// When it ends; by default now.
    to: Option<Moment>,
    /// How long a bucket is.
    #[serde(default)]
    granularity: Granularity,
}

/// Whole buckets, by their numbers since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// How long they are.
    pub granularity: Granularity,
    /// The first one.
    pub first: i64,
    /// The one after the last.
    pub end: i64,
}

impl Asked {
    /// The buckets that are asked for at `now`: all that overlap the time.
    ///
    /// # Errors
    /// The time ends before it begins, begins in the future, or is too long.
    pub fn range(self, now: Timestamp) -> Result<Range, Violation> {
        let Self { from, to, granularity } = self;
        let window = granularity.window();
        if let (Some(Moment(from)), Some(Moment(to))) = (from, to)
            && from >= to
        {
            return Err(Violation::new("from", "must be before to"));
        }
        if from.is_some_and(|Moment(from)| from > now) {
            return Err(Violation::new("from", "must not be in the future"));
        }
        let end = match to {
            // The bucket that `to` lies in, unless `to` is where that bucket begins.
            Some(Moment(to)) if begin(window, window.number(to)).ok() == Some(to) => window.number(to),
            Some(Moment(to)) => window.number(to).saturating_add(1),
            None => window.number(now).saturating_add(1),
        };
        let first = from.map_or(end.saturating_sub(granularity.usual()), |Moment(from)| window.number(from));
        if end.saturating_sub(first) > granularity.most() {
            let (most, days) = (granularity.most(), matches!(granularity, Granularity::Day));
            let most = if days { most } else { most.div_euclid(24) };
            return Err(Violation::new("from", format!("must be at most {most} days before to")));
        }
        begin(window, first)?;
        begin(window, end)?;

        Ok(Range { granularity, first, end })
    }
}

/// When the bucket of that number begins.
fn begin(window: Window, number: i64) -> Result<Timestamp, Violation> {
    let second = number.saturating_mul(window.seconds());
    Timestamp::from_second(second).or(Err(Violation::new("to", "must be a time that can be counted to")))
}

impl Range {
    /// The days that the range touches, by their numbers since 1970: the first and the last.
    pub fn days(&self) -> (i64, i64) {
        let day = |bucket: i64| match self.granularity {
            Granularity::Hour => bucket.div_euclid(24),
            Granularity::Day => bucket,
        };

        (day(self.first), day(self.end.saturating_sub(1)))
    }

    /// The bucket that this hour of this day lies in.
    fn bucket(&self, day: i64, hour: i64) -> i64 {
        match self.granularity {
            Granularity::Hour => day.saturating_mul(24).saturating_add(hour),
            Granularity::Day => day,
        }
    }
}

/// A key's usage.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Usage")]
pub struct Report {
    key_id: Id,
    granularity: Granularity,
    #[schemars(extend("format" = "date-time"))]
    from: String,
    #[schemars(extend("format" = "date-time"))]
    to: String,
    #[schemars(extend("format" = "date-time"))]
    last_used_at: Option<String>,
    totals: Numbers,
    /// Every bucket, including those in which there was nothing.
    buckets: Vec<Bucket>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsageBucket")]
struct Bucket {
    #[schemars(extend("format" = "date-time"))]
    from: String,
    #[schemars(extend("format" = "date-time"))]
    to: String,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageNumbers")]
struct Numbers {
    /// All of the following.
    #[schemars(range(min = 0))]
    requests: i64,
    #[schemars(range(min = 0))]
    successes: i64,
    #[schemars(range(min = 0))]
    client_errors: i64,
    #[schemars(range(min = 0))]
    server_errors: i64,
    /// Let in by a verification: what came of them is not known here.
    #[schemars(range(min = 0))]
    verifications: i64,
    refused: Refused,
    /// The share of the successes in all but the verifications; `null` where there are none.
    #[schemars(range(min = 0.0, max = 1.0))]
    success_rate: Option<f64>,
    /// The share of the others.
    #[schemars(range(min = 0.0, max = 1.0))]
    error_rate: Option<f64>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageRefusals")]
struct Refused {
    #[schemars(range(min = 0))]
    total: i64,
    /// By the name that the reason has in every contract; only reasons that occurred.
    by_reason: BTreeMap<Kind, i64>,
}

impl Report {
    /// The usage of `key` in `range`, from the hours of `days`.
    pub fn new(key: Id, range: Range, days: impl Iterator<Item = Day>, last_used_at: Option<Timestamp>) -> Self {
        let mut tallies = BTreeMap::<i64, Tally>::new();
        let mut total = Tally::default();
        for day in days {
            for (hour, tally) in day.hours {
                let bucket = range.bucket(day.number, hour);
                if (range.first..range.end).contains(&bucket) {
                    tallies.entry(bucket).or_default().merge(&tally);
                    total.merge(&tally);
                }
            }
        }
        let window = range.granularity.window();
        let at = |bucket: i64| begin(window, bucket).map(clock::seconds).unwrap_or_default();
        let buckets = (range.first..range.end).map(|bucket| Bucket {
            from: at(bucket),
            to: at(bucket.saturating_add(1)),
            numbers: Numbers::of(tallies.get(&bucket).unwrap_or(&Tally::default())),
        });

        Self {
            key_id: key,
            granularity: range.granularity,
            from: at(range.first),
            to: at(range.end),
            last_used_at: last_used_at.map(clock::seconds),
            totals: Numbers::of(&total),
            buckets: buckets.collect(),
        }
    }
}

impl Numbers {
    fn of(tally: &Tally) -> Self {
        let by_reason: BTreeMap<Kind, i64> = tally
            .iter()
            .filter_map(|(outcome, requests)| match outcome {
                Outcome::Refused(reason) => Some((reason, requests)),
                Outcome::Success | Outcome::ClientError | Outcome::ServerError | Outcome::Verified => None,
            })
            .collect();
        let requests = tally.requests();
        let verifications = tally.get(Outcome::Verified);
        let successes = tally.get(Outcome::Success);
        let share = millionths(successes, requests.saturating_sub(verifications));

        Self {
            requests,
            successes,
            client_errors: tally.get(Outcome::ClientError),
            server_errors: tally.get(Outcome::ServerError),
            verifications,
            refused: Refused { total: by_reason.values().fold(0, |all, one| all.saturating_add(*one)), by_reason },
            success_rate: share.map(rate),
            error_rate: share.map(|share| rate(MILLION.saturating_sub(share))),
        }
    }
}

const MILLION: u32 = 1_000_000;

/// `part` of `whole` in millionths, rounded; `None` where there is nothing to divide by.
fn millionths(part: i64, whole: i64) -> Option<u32> {
    let [part, whole] = [part, whole].map(i128::from);
    let doubled = part.saturating_mul(i128::from(MILLION)).saturating_mul(2).saturating_add(whole);

    u32::try_from(doubled.checked_div(whole.saturating_mul(2))?).ok()
}

fn rate(millionths: u32) -> f64 {
    f64::from(millionths) / f64::from(MILLION)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2030-06-15T12:34:56.789Z";

    fn range(query: &str) -> Result<(String, String, usize), String> {
        let asked: Asked = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
        let range = asked.range(NOW.parse().unwrap()).map_err(|v| format!("{} {}", v.field, v.message))?;
        let report = Report::new(Id::try_from(format!("key_{:026}", 0)).unwrap(), range, std::iter::empty(), None);
        assert_eq!((&report.buckets[0].from, &report.buckets.last().unwrap().to), (&report.from, &report.to));
        Ok((report.from, report.to, report.buckets.len()))
    }

    #[test]
    fn a_range_is_the_buckets_that_any_part_of_it_lies_in() {
        for (query, from, to, buckets) in [
            ("", "2030-06-14T13:00:00Z", "2030-06-15T13:00:00Z", 24),
            ("granularity=day", "2030-05-17T00:00:00Z", "2030-06-16T00:00:00Z", 30),
            ("from=2030-06-15T10:59:59.999Z", "2030-06-15T10:00:00Z", "2030-06-15T13:00:00Z", 3),
            ("to=2030-06-15T10:00:00Z", "2030-06-14T10:00:00Z", "2030-06-15T10:00:00Z", 24),
            ("to=2030-06-15T10:00:00.001Z", "2030-06-14T11:00:00Z", "2030-06-15T11:00:00Z", 24),
            ("from=2030-06-15T10:00:00Z&to=2030-06-15T11:00:00Z", "2030-06-15T10:00:00Z", "2030-06-15T11:00:00Z", 1),
            (
                "from=2030-06-14T23:00:00-02:00&to=2030-06-15T02:00:00Z&granularity=day",
                "2030-06-15T00:00:00Z",
                "2030-06-16T00:00:00Z",
                1,
            ),
            ("from=2030-05-15T13:00:00Z", "2030-05-15T13:00:00Z", "2030-06-15T13:00:00Z", 744),
            ("granularity=day&from=2029-05-12T00:00:00Z", "2029-05-12T00:00:00Z", "2030-06-16T00:00:00Z", 400),
            ("from=1960-01-01T00:30:00Z&to=1960-01-01T01:30:00Z", "1960-01-01T00:00:00Z", "1960-01-01T02:00:00Z", 2),
        ] {
            assert_eq!(range(query), Ok((from.to_owned(), to.to_owned(), buckets)), "{query}");
        }
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused() {
        for (query, wrong) in [
            ("from=2030-06-15T10:00:00Z&to=2030-06-15T10:00:00Z", "from must be before to"),
            ("from=2030-06-15T12:34:57Z", "from must not be in the future"),
            ("from=2030-05-15T12:59:59Z", "from must be at most 31 days before to"),
            ("granularity=day&from=2029-05-11T23:59:59Z", "from must be at most 400 days before to"),
            ("from=2030-06-15T00:00:00Z&to=9999-12-30T22:00:00Z", "from must be at most 31 days before to"),
        ] {
            assert_eq!(range(query).unwrap_err(), wrong, "{query}");
        }
        // This holds at the ends of time, too.
        for to in ["9999-12-30T22:00:00.5Z", "-009999-01-02T01:59:59Z"] {
            drop(range(&format!("to={to}")));
            drop(range(&format!("granularity=day&to={to}")));
        }
    }

    #[test]
    fn rates_are_over_what_is_known_and_add_up_to_one() {
        for (outcomes, success, error) in [
            (&[][..], None, None),
            (&[(Outcome::Verified, 5)], None, None),
            (&[(Outcome::Success, 1)], Some(1.0), Some(0.0)),
            (&[(Outcome::Verified, 7), (Outcome::ServerError, 1)], Some(0.0), Some(1.0)),
            (&[(Outcome::Success, 2), (Outcome::ClientError, 1)], Some(0.666_667), Some(0.333_333)),
            (&[(Outcome::Success, 3), (Outcome::Refused(Kind::RateLimited), 1)], Some(0.75), Some(0.25)),
            (&[(Outcome::Success, 999_999), (Outcome::ServerError, 1)], Some(0.999_999), Some(0.000_001)),
            (&[(Outcome::Success, i64::MAX), (Outcome::ServerError, i64::MAX)], Some(1.0), Some(0.0)),
        ] {
            let mut tally = Tally::default();
            for (outcome, requests) in outcomes {
                tally.add(*outcome, *requests);
            }
            let numbers = Numbers::of(&tally);
            assert_eq!((numbers.success_rate, numbers.error_rate), (success, error), "{outcomes:?}");
        }
    }
}
