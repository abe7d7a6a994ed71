//! Limits and the windows they are counted in: arithmetic only.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// A span of time that requests are counted in. Windows are fixed, and in UTC: a week begins on Monday (ISO 8601), a month on its
/// first day, and all others at whole multiples of their length since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-contract" = "window"))]
pub enum Window {
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 3,600 seconds.
    Hour,
    /// 86,400 seconds.
    Day,
    /// Seven days, from Monday.
    Week,
    /// A month of the calendar.
    Month,
}

/// Seconds in a day.
const DAY_SECS: i64 = 86_400;

/// The day from which months are counted.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Seconds from the Monday that a week is counted from, 29 December 1969, to the Unix epoch.
const MONDAY_SECS: i64 = 3 * DAY_SECS;

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        })
    }
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 6] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its length in seconds; the longest, of a month.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => DAY_SECS,
            Self::Week => 7 * DAY_SECS,
            Self::Month => 31 * DAY_SECS,
        }
    }

    /// Its name in an item: a counter's attribute is this letter and the window's number.
    pub const fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
            Self::Month => 'M',
        }
    }

    /// How many windows back a counter still matters. Events may be stamped late or early, by five minutes, so the one
    /// before this may have been ten minutes ahead of it; and it may have waited for some seconds since it was looked at.
    /// Where less than a minute matters, it is two seconds and four.
    pub const fn kept(self) -> i64 {
        match self {
            Self::Second => 15,
            Self::Minute => 11,
            Self::Hour | Self::Day | Self::Week | Self::Month => 1,
        }
    }

    /// The number of the window that `now` lies in, counted from the one in which the Unix epoch lies.
    pub fn number(self, now: Timestamp) -> i64 {
        match self {
            Self::Second | Self::Minute | Self::Hour | Self::Day => now.as_second().div_euclid(self.seconds()),
            Self::Week => now.as_second().saturating_add(MONDAY_SECS).div_euclid(self.seconds()),
            Self::Month => {
                let date = TimeZone::UTC.to_datetime(now);
                let years = i64::from(date.year()).saturating_sub(1_970);
                years.saturating_mul(12).saturating_add(i64::from(date.month())).saturating_sub(1)
            }
        }
    }

    /// When the window of that number begins; the first or the last instant of all where no time is so far away.
    pub fn begin(self, number: i64) -> Timestamp {
        let begin = match self {
            Self::Second | Self::Minute | Self::Hour | Self::Day => {
                Timestamp::from_second(number.saturating_mul(self.seconds())).ok()
            }
            Self::Week => {
                Timestamp::from_second(number.saturating_mul(self.seconds()).saturating_sub(MONDAY_SECS)).ok()
            }
            Self::Month => {
                let first = Span::new().try_months(number).ok().and_then(|months| EPOCH.checked_add(months).ok());
                first.and_then(|first| first.to_zoned(TimeZone::UTC).ok()).map(|first| first.timestamp())
            }
        };

        begin.unwrap_or(if number < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// When the window that `now` lies in ends, in Unix seconds.
    pub fn end(self, now: Timestamp) -> i64 {
        self.begin(self.number(now).saturating_add(1)).as_second()
    }

    /// Whole seconds until that window ends, rounded up: never less than 1.
    pub fn seconds_left(self, now: Timestamp) -> u32 {
        u32::try_from(self.end(now).saturating_sub(now.as_second())).unwrap_or(1).max(1)
    }
}

/// So many requests per window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many requests are admitted, at least 1.
    #[serde(deserialize_with = "requests")]
    #[schemars(with = "u32", range(min = 1, max = u32::MAX))]
    pub requests: NonZeroU32,
    /// In which window.
    pub per: Window,
    /// Whether this holds for every span of that length, and not only for those that begin with a window: see
    /// [`Slide`](super::slide::Slide). A month cannot slide, because it has no fixed length.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sliding: bool,
}

fn requests<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let requests = i64::deserialize(deserializer)?;
    let requests = u32::try_from(requests).ok().and_then(NonZeroU32::new);

    requests.ok_or_else(|| serde::de::Error::custom("must be a number from 1 to 4294967295"))
}

/// Limits that hold together, at most one per window. A request counts in all of them or in none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Limit>", into = "Vec<Limit>")]
#[schemars(inline, with = "Vec<Limit>", extend("minItems" = 1, "x-contract" = "limits"))]
pub struct Limits(BTreeMap<Window, Rate>);

/// So many requests in a window, or in any span of its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    requests: NonZeroU32,
    sliding: bool,
}

impl Limits {
    /// One limit that begins anew with each `window`.
    pub fn of(window: Window, requests: NonZeroU32) -> Self {
        Self(BTreeMap::from([(window, Rate { requests, sliding: false })]))
    }

    /// The limit of `window`, if it has one.
    pub fn get(&self, window: Window) -> Option<u32> {
        self.0.get(&window).map(|rate| rate.requests.get())
    }

    /// The limit of `window`, if it has one that begins anew with each.
    pub fn fixed(&self, window: Window) -> Option<u32> {
        self.get(window).filter(|_| !self.slides(window))
    }

    /// The limit of `window`, if it has one that slides.
    pub fn sliding_in(&self, window: Window) -> Option<u32> {
        self.get(window).filter(|_| self.slides(window))
    }

    /// Whether the limit of `window`, if it has one, holds for every span of its length.
    pub fn slides(&self, window: Window) -> bool {
        self.0.get(&window).is_some_and(|rate| rate.sliding)
    }

    /// The windows of limits that hold for every span of their length.
    pub fn sliding(&self) -> impl Iterator<Item = Window> + '_ {
        self.0.iter().filter(|(_, rate)| rate.sliding).map(|(window, _)| *window)
    }

    /// The limits, shortest window first.
    pub fn iter(&self) -> impl Iterator<Item = (Window, u32)> + '_ {
        self.0.iter().map(|(window, rate)| (*window, rate.requests.get()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These, sliding where `others` do.
    #[must_use]
    pub fn sliding_like(mut self, others: &Self) -> Self {
        for (window, rate) in &mut self.0 {
            rate.sliding = others.slides(*window);
        }

        self
    }

    /// These, with those of `others` in their place, window by window.
    #[must_use]
    pub fn replaced_by(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).map(|(window, rate)| (*window, *rate)).collect())
    }

    /// These and `others`, in each window the lower. It slides where one of the two does.
    #[must_use]
    pub fn lowered_by(&self, others: &Self) -> Self {
        let mut both = self.clone();
        for (window, other) in &others.0 {
            let lower = |own: &mut Rate| {
                *own = Rate { requests: own.requests.min(other.requests), sliding: own.sliding || other.sliding };
            };
            both.0.entry(*window).and_modify(lower).or_insert(*other);
        }

        both
    }
}

impl TryFrom<Vec<Limit>> for Limits {
    type Error = &'static str;

    fn try_from(limits: Vec<Limit>) -> Result<Self, &'static str> {
        let mut by_window = BTreeMap::new();
        for Limit { requests, per, sliding } in limits {
            if sliding && per == Window::Month {
                return Err("must not have a month that slides: months have no fixed length");
            }
            if by_window.insert(per, Rate { requests, sliding }).is_some() {
                return Err("must have at most one limit per window");
            }
        }

        Ok(Self(by_window))
    }
}

impl From<Limits> for Vec<Limit> {
    fn from(limits: Limits) -> Self {
        limits.0.into_iter().map(|(per, Rate { requests, sliding })| Limit { requests, per, sliding }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_ends_where_the_next_begins() {
        for (window, now, end, left) in [
            (Window::Second, "2026-11-20T10:00:00Z", "2026-11-20T10:00:01Z", 1),
            (Window::Second, "2026-11-20T10:00:59.999Z", "2026-11-20T10:01:00Z", 1),
            (Window::Minute, "2026-11-20T10:00:00Z", "2026-11-20T10:01:00Z", 60),
            (Window::Minute, "2026-11-20T10:00:59.999Z", "2026-11-20T10:01:00Z", 1),
            (Window::Hour, "2026-11-20T10:59:30Z", "2026-11-20T11:00:00Z", 30),
            (Window::Day, "2026-11-20T00:00:01Z", "2026-11-21T00:00:00Z", 86_399),
            (Window::Week, "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 604_800),
            (Window::Week, "2026-11-29T23:59:59.999Z", "2026-11-30T00:00:00Z", 1),
            (Window::Week, "2027-01-01T00:00:00Z", "2027-01-04T00:00:00Z", 259_200),
            (Window::Week, "1969-12-31T00:00:00Z", "1970-01-05T00:00:00Z", 432_000),
            (Window::Month, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 2_592_000),
            (Window::Month, "2026-12-31T23:59:58Z", "2027-01-01T00:00:00Z", 2),
            (Window::Month, "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z", 43_200),
            (Window::Month, "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z", 86_400),
        ] {
            assert_eq!(window.end(at(now)), at(end).as_second(), "{window:?} at {now}");
            assert_eq!(window.seconds_left(at(now)), left, "{window:?} at {now}");
            assert_eq!(window.number(at(end)), window.number(at(now)) + 1, "{window:?} at {now}");
        }
    }

    #[test]
    fn windows_follow_each_other_without_a_gap_to_the_end_of_time() {
        let times = ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-11-27T10:00:00.5Z"];
        for window in Window::ALL {
            for now in times.map(at).into_iter().chain([Timestamp::MIN, Timestamp::MAX]) {
                let number = window.number(now);
                assert!(window.begin(number) <= now, "{window} at {now}");
                assert!(now.as_second() < window.end(now) || now == Timestamp::MAX, "{window} at {now}");
                assert!(window.seconds_left(now) >= 1 && i64::from(window.seconds_left(now)) <= window.seconds());
            }
            for number in [-1, 0, 1, 683, 2_960] {
                assert_eq!(window.number(window.begin(number)), number, "{window}");
            }
            assert_eq!(window.begin(i64::MAX), Timestamp::MAX);
            assert_eq!(window.begin(i64::MIN), Timestamp::MIN);
        }
    }

    #[test]
    fn one_window_has_one_limit() {
        let twice = r#"[{"requests":5,"per":"minute"},{"requests":6,"per":"minute"}]"#;
        assert!(serde_json::from_str::<Limits>(twice).unwrap_err().to_string().contains("at most one limit"));
    }

    #[test]
    fn a_month_does_not_slide_and_what_slides_is_said() {
        let read = |text| serde_json::from_str::<Limits>(text);
        assert!(read(r#"[{"requests":5,"per":"month","sliding":true}]"#).is_err());
        let limits =
            read(r#"[{"requests":5,"per":"minute","sliding":true},{"requests":6,"per":"month","sliding":false}]"#);
        let written = serde_json::to_string(&limits.unwrap()).unwrap();
        assert_eq!(written, r#"[{"requests":5,"per":"minute","sliding":true},{"requests":6,"per":"month"}]"#);
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        assert!(serde_json::from_str::<Limits>(r#"[{"requests":0,"per":"minute"}]"#).is_err());
    }
}
