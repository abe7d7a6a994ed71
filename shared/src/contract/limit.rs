//! Limits and the windows they are counted in: arithmetic only.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// A span of time that requests are counted in. Windows are fixed: they begin at whole multiples of their length since the
/// Unix epoch, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, extend("x-contract" = "window"))]
pub enum Window {
    /// 60 seconds.
    Minute,
    /// 3,600 seconds.
    Hour,
    /// 86,400 seconds.
    Day,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        })
    }
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// Its length in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// Its name in an item: a counter's attribute is this letter and the window's number.
    pub const fn letter(self) -> char {
        match self {
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
        }
    }

    /// How many windows back a counter still matters. Events may be stamped five minutes late or early, so the one
    /// before this may have been ten minutes ahead of it; and it may have waited for some seconds since it was looked
    /// at.
    pub const fn kept(self) -> i64 {
        match self {
            Self::Minute => 11,
            Self::Hour | Self::Day => 1,
        }
    }

    /// The number of the window that `now` lies in, counted from the Unix epoch.
    pub fn number(self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.seconds())
    }

    /// When the window of that number begins; 1970 where no time is so far away.
    pub fn begin(self, number: i64) -> Timestamp {
        Timestamp::from_second(number.saturating_mul(self.seconds())).unwrap_or_default()
    }

    /// When that window ends, in Unix seconds.
    pub fn end(self, now: Timestamp) -> i64 {
        self.number(now).saturating_add(1).saturating_mul(self.seconds())
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
pub struct Limits(BTreeMap<Window, NonZeroU32>);

impl Limits {
    /// The limit of `window`, if it has one.
    pub fn get(&self, window: Window) -> Option<u32> {
        self.0.get(&window).map(|requests| requests.get())
    }

    /// The limits, shortest window first.
    pub fn iter(&self) -> impl Iterator<Item = (Window, u32)> + '_ {
        self.0.iter().map(|(window, requests)| (*window, requests.get()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Limit>> for Limits {
    type Error = &'static str;

    fn try_from(limits: Vec<Limit>) -> Result<Self, &'static str> {
        let mut by_window = BTreeMap::new();
        for limit in limits {
            if by_window.insert(limit.per, limit.requests).is_some() {
                return Err("must have at most one limit per window");
            }
        }

        Ok(Self(by_window))
    }
}

impl From<Limits> for Vec<Limit> {
    fn from(limits: Limits) -> Self {
        limits.0.into_iter().map(|(per, requests)| Limit { requests, per }).collect()
    }
}

/// What is left to a key, in the window that has least left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests per window.
    pub limit: u32,
    /// Requests left in it.
    pub remaining: u32,
    /// When it ends, in Unix seconds.
    pub reset: i64,
    /// Which window.
    pub per: Window,
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
            (Window::Minute, "2026-11-20T10:00:00Z", "2026-11-20T10:01:00Z", 60),
            (Window::Minute, "2026-11-20T10:00:59.999Z", "2026-11-20T10:01:00Z", 1),
            (Window::Hour, "2026-11-20T10:59:30Z", "2026-11-20T11:00:00Z", 30),
            (Window::Day, "2026-11-20T00:00:01Z", "2026-11-21T00:00:00Z", 86_399),
        ] {
            assert_eq!(window.end(at(now)), at(end).as_second(), "{window:?} at {now}");
            assert_eq!(window.seconds_left(at(now)), left, "{window:?} at {now}");
            assert_eq!(window.number(at(end)), window.number(at(now)) + 1, "{window:?} at {now}");
        }
    }

    #[test]
    fn one_window_has_one_limit() {
        let twice = r#"[{"requests":5,"per":"minute"},{"requests":6,"per":"minute"}]"#;
        assert!(serde_json::from_str::<Limits>(twice).unwrap_err().to_string().contains("at most one limit"));
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        assert!(serde_json::from_str::<Limits>(r#"[{"requests":0,"per":"minute"}]"#).is_err());
    }
}
