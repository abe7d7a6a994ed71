//! The part of an account's usage that is asked for, in whole buckets of an hour or a day. Pure arithmetic.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::denial::Violation;
use crate::contract::limit::Window;
use crate::environment::clock::Moment;
use crate::registry::usage::Part;
use crate::usage::table::Format;

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
    /// JSON, or a table of the buckets.
    #[serde(default)]
    pub format: Format,
}

/// The part of a sum that is asked for, by days.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct AskedDays {
    /// When it begins: by default 30 days before the end, at most 400.
    from: Option<Moment>,
    /// When it ends; by default now.
    to: Option<Moment>,
    /// JSON, or a table of the days.
    #[serde(default)]
    pub format: Format,
}

impl AskedDays {
    /// The days that are asked for at `now`, as [`Asked::range`] has them.
    ///
    /// # Errors
    /// As for [`Asked::range`].
    pub fn range(self, now: Timestamp) -> Result<Range, Violation> {
        let Self { from, to, format } = self;

        Asked { from, to, granularity: Granularity::Day, format }.range(now)
    }
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
        let Self { from, to, granularity, .. } = self;
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
pub(super) fn begin(window: Window, number: i64) -> Result<Timestamp, Violation> {
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

    /// The bucket that this part of this day lies in.
    pub(super) const fn bucket(&self, day: i64, part: Part) -> i64 {
        match (self.granularity, part) {
            (Granularity::Hour, Part::Hour(hour)) => day.saturating_mul(24).saturating_add(hour),
            // A sum has no hours, and is never asked for them.
            (Granularity::Hour, Part::Whole) => day.saturating_mul(24),
            (Granularity::Day, Part::Hour(_) | Part::Whole) => day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::clock;

    const NOW: &str = "2030-06-15T12:34:56.789Z";

    fn range(query: &str) -> Result<(String, String, usize), String> {
        let asked: Asked = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
        let range = asked.range(NOW.parse().unwrap()).map_err(|v| format!("{} {}", v.field, v.message))?;
        let Range { granularity, first, end } = range;
        let at = |bucket: i64| clock::seconds(begin(granularity.window(), bucket).unwrap());
        Ok((at(first), at(end), usize::try_from(end.abs_diff(first)).unwrap()))
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
}
