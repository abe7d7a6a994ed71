//! Instants in requests and replies.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// ISO 8601 with a zone, with or without fractions of a second, which count to the millisecond. Shown in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date-time"))]
pub struct Moment(Timestamp);

impl Moment {
    /// The instant so many milliseconds after 1970 began, if there is one.
    pub fn from_millis(millis: i64) -> Option<Self> {
        Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// In milliseconds since 1970 began.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        // A year of more than four digits has a sign before it, and callers could not read it back.
        let usual = text.starts_with(|first: char| first.is_ascii_digit());

        text.parse::<Timestamp>()
            .ok()
            .filter(|_| usual)
            .map(Self::from)
            .ok_or("must be a time like 2024-01-01T00:00:00Z")
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self::from_millis(at.as_millisecond()).unwrap_or(Self(at))
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes when something was made: in whole seconds.
pub(crate) fn in_seconds<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:.0}", moment.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_its_zone_and_shown_in_utc_to_the_millisecond() {
        for (text, shown) in [
            ("2030-06-15T10:00:00Z", Some("2030-06-15T10:00:00Z")),
            ("2030-06-15T12:00:00+02:00", Some("2030-06-15T10:00:00Z")),
            ("2030-06-15T10:00:00.5Z", Some("2030-06-15T10:00:00.5Z")),
            ("2030-06-15T10:00:00.123999Z", Some("2030-06-15T10:00:00.123Z")),
            ("1969-12-31T23:59:59Z", Some("1969-12-31T23:59:59Z")),
            ("2030-06-15T10:00:00", None),
            ("2030-06-15", None),
            ("2030-02-30T10:00:00Z", None),
            ("-002030-06-15T10:00:00Z", None),
            ("+002030-06-15T10:00:00Z", None),
            ("1907712000", None),
            ("", None),
        ] {
            let read = Moment::try_from(text.to_owned());
            assert_eq!(read.ok().map(|read| read.to_string()).as_deref(), shown, "{text}");
        }
    }
}
