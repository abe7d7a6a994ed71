//! Clocks: the gateway's, which requests are judged by (`Call::now`); the platform's, which that one is checked
//! against; and the machine's, which only this module reads.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time on this machine: for an event that does not say when it was sent, for schedules, and for what is remembered for a while.
#[expect(clippy::disallowed_methods, reason = "this is the module that keeps this door")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// How far the time on an event may be from the platform's clock, late or early: 5 minutes. Counters are kept for as long.
const TRUSTED: SignedDuration = SignedDuration::from_mins(5);

/// The same where less than a minute matters: 2 seconds.
const NEAR: SignedDuration = SignedDuration::from_secs(2);

/// The times that a request is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When the gateway took it in, within five minutes of the platform's clock: expiry, windows of a minute and more, and
    /// `Retry-After` go by it.
    pub now: Timestamp,
    /// The same, within two seconds of the platform's clock: what is shorter than a minute goes by it.
    pub near: Timestamp,
}

impl From<Timestamp> for Times {
    fn from(now: Timestamp) -> Self {
        Self { now, near: now }
    }
}

/// The platform's clock at the beginning of an invocation that may take `timeout` and must be over at
/// `deadline_millis`. `None` where the deadline is not valid.
pub(crate) fn of_platform(deadline_millis: u64, timeout: Duration) -> Option<Timestamp> {
    let deadline = i64::try_from(deadline_millis).ok().filter(|millis| *millis > 0)?;

    Timestamp::from_millisecond(deadline).ok()?.checked_sub(timeout).ok()
}

/// The times that a request is judged by: the one that the gateway has `stamped` it with. Without it, or where it is
/// further from the clock of the `platform` than counters are kept, it is that clock's.
pub(crate) fn judging(stamped: Option<Timestamp>, platform: Option<Timestamp>) -> Times {
    let stamped = stamped.filter(|at| at.as_millisecond() > 0);
    let Some((stamped, platform)) = stamped.zip(platform) else {
        return stamped.or(platform).unwrap_or_else(now).into();
    };
    let off = stamped.duration_since(platform).abs();
    if off > TRUSTED {
        tracing::warn!(%stamped, %platform, "the event's time is too far from the platform's clock, which is used instead");
        return platform.into();
    }

    Times { now: stamped, near: if off > NEAR { platform } else { stamped } }
}

/// `2025-03-15T09:22:00Z`: the form of times in replies, in whole seconds.
pub fn seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// `2024-01-15T14:30:45.456Z`: the same with milliseconds.
pub fn millis(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// An instant in a request: RFC 3339, with a zone, with or without fractions of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date-time"))]
pub struct Moment(pub Timestamp);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse().map(Self).or(Err("must be a time like 2026-11-20T10:00:00Z"))
    }
}

/// When something is to end, in a request: a [`Moment`], or never. People write the end of the year 9999 for never, and whatever
/// is later than the library can hold is taken so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date-time"))]
pub struct Expiry(pub Option<Timestamp>);

impl TryFrom<String> for Expiry {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let is_late = is_too_late(&text);
        let moment = Moment::try_from(text).map(|Moment(at)| Self(Some(at)));

        moment.or_else(|what| if is_late { Ok(Self(None)) } else { Err(what) })
    }
}

/// Whether `text` is an instant that comes after all that [`Timestamp`] can hold.
fn is_too_late(text: &str) -> bool {
    // ISO 8601 has a sign before a year of more than four digits.
    let (year, rest) = match text.strip_prefix('+') {
        Some(extended) => extended.split_at_checked(6).unwrap_or_default(),
        None => text.split_at_checked(4).unwrap_or_default(),
    };
    let year = Some(year).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(year) = year.and_then(|year| year.parse::<u32>().ok()).filter(|year| *year >= 9_999) else { return false };
    // The same day of a year that can be held and has as many days.
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let alike = if is_leap { 9_996 } else { 9_995 };

    format!("{alike}{rest}").parse::<Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_time_is_no_expiry() {
        let read = |text: &str| Expiry::try_from(text.to_owned()).map(|Expiry(at)| at.map(|at| at.to_string()));
        for never in [
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999+00:00",
            "9999-12-30T23:00:00-02:00",
            "+010000-01-01T00:00:00.000Z",
        ] {
            assert_eq!(read(never), Ok(None), "{never}");
        }
        for at in ["9999-12-30T21:59:59Z", "2031-01-01T00:00:00Z", "1969-01-01T00:00:00Z"] {
            assert_eq!(read(at), Ok(Some(at.to_owned())));
        }
        for wrong in [
            "9999-13-31T23:59:59Z",
            "9999-02-29T00:00:00Z",
            "+010001-02-29T00:00:00Z",
            "9999-12-31",
            "9999-12-31T23:59:59",
            "+01000",
            "+0x0000-01-01T00:00:00Z",
            "",
            "9999",
            "never",
            "é999-01-01T00:00:00Z",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_event_is_judged_by_its_own_time_within_five_minutes_of_the_platforms_or_two_seconds() {
        let at = |seconds: i64| Timestamp::from_second(1_907_712_000 + seconds).unwrap();
        let platform = of_platform(1_907_712_030_000, Duration::from_secs(30));
        assert_eq!(platform, Some(at(0)));
        for (stamped, now, near) in [
            (0, 0, 0),
            (2, 2, 2),
            (-2, -2, -2),
            (3, 3, 0),
            (300, 300, 0),
            (-300, -300, 0),
            (301, 0, 0),
            (-301, 0, 0),
            (-1_907_712_000, 0, 0),
        ] {
            let judged = Times { now: at(now), near: at(near) };
            assert_eq!(judging(Some(at(stamped)), platform), judged, "{stamped}");
        }
        assert_eq!(judging(None, platform), at(0).into());
        assert_eq!(judging(Some(at(9_000)), None), at(9_000).into());
        assert_eq!(of_platform(0, Duration::from_secs(30)), None);
    }
}
