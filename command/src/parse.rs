//! Reads values of the command line: slugs, ids, limits, spans.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::registry::slug::Slug;

use crate::wire::now;

/// An organization's slug.
pub(crate) fn slug(text: &str) -> Result<String, String> {
    Ok(Slug::try_from(text.to_owned())?.as_str().to_owned())
}

/// The id of a key: whatever could be one in a path.
pub(crate) fn id(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !text.is_empty() && text.bytes().all(is_plain) {
        return Ok(text.to_owned());
    }

    Err("an id has letters, digits, _ and -".to_owned())
}

/// A limit: `5000/minute`, or `300/minute,sliding`.
pub(crate) fn limit(text: &str) -> Result<Value, String> {
    let wrong = || "a limit is written 5000/minute, or 300/minute,sliding".to_owned();
    let (limit, sliding) = text.strip_suffix(",sliding").map_or((text, false), |limit| (limit, true));
    let (requests, per) = limit.split_once('/').ok_or_else(wrong)?;
    let requests: u32 = requests.replace('_', "").parse().or(Err(wrong()))?;
    let per = per.trim();
    if per.is_empty() {
        return Err(wrong());
    }

    Ok(if sliding {
        json!({"requests": requests, "per": per, "sliding": true})
    } else {
        json!({"requests": requests, "per": per})
    })
}

/// A text and its name: `team=billing`.
pub(crate) fn named(text: &str) -> Result<(String, String), String> {
    let (name, text) = text.split_once('=').ok_or("it is written NAME=TEXT")?;

    Ok((name.to_owned(), text.to_owned()))
}

/// A span in seconds: `90s`, `15m`, `24h`, `7d`. A bare number is none: some would mean hours by it.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "a span is written 90s, 15m, 24h or 7d".to_owned();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match text.strip_prefix(digits) {
        Some("s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        _ => return Err(wrong()),
    };

    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).ok_or_else(wrong)
}

/// A time to come: as it is, or a span from now: `90d`.
pub(crate) fn coming(text: &str) -> Result<String, String> {
    time(text, now(), 1)
}

/// A time that is over: as it is, or a span before now: `180d`.
pub(crate) fn past(text: &str) -> Result<String, String> {
    time(text, now(), -1)
}

/// The time that `text` says, a whole second where it says a span from `now`.
fn time(text: &str, now: SystemTime, sign: i64) -> Result<String, String> {
    if text.parse::<Timestamp>().is_ok() {
        return Ok(text.to_owned());
    }
    let wrong = || "a time is written 2030-01-01T00:00:00Z, or as a span: 15m, 24h, 90d".to_owned();
    let span = seconds(text).ok().and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(sign));
    let now = Timestamp::try_from(now).ok();
    let time = span.and_then(|span| now?.checked_add(SignedDuration::from_secs(span)).ok());

    Ok(format!("{:.0}", time.ok_or_else(wrong)?))
}

/// How many rows to show.
pub(crate) fn rows(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|rows| *rows > 0).ok_or_else(|| "it is not a number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{id, limit, seconds, slug, time};
    use serde_json::json;

    #[test]
    fn limits_are_requests_by_a_window() {
        assert_eq!(limit("5000/minute"), Ok(json!({"requests": 5000, "per": "minute"})));
        assert_eq!(limit("1_000/day,sliding"), Ok(json!({"requests": 1000, "per": "day", "sliding": true})));
        for wrong in ["", "5", "5/", "/minute", "-1/minute", "x/minute"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(["90s", "15m", "24h", "7d"].map(|text| seconds(text).unwrap()), [90, 900, 86_400, 604_800]);
        for wrong in ["", "24", "h", "1w", "-1h", "1.5h", "99999999999999999999d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_one_or_a_span_from_now() {
        let now = "2026-11-20T10:00:00.75Z".parse::<jiff::Timestamp>().unwrap().into();
        for (text, sign, said) in [
            ("2030-01-01T00:00:00Z", 1, "2030-01-01T00:00:00Z"),
            ("2030-01-01T01:00:00+01:00", -1, "2030-01-01T01:00:00+01:00"),
            ("90d", 1, "2027-02-18T10:00:00Z"),
            ("15m", 1, "2026-11-20T10:15:00Z"),
            ("24h", -1, "2026-11-19T10:00:00Z"),
        ] {
            assert_eq!(time(text, now, sign).as_deref(), Ok(said), "{text}");
        }
        for wrong in ["", "soon", "2030-01-01", "90", "-1d", "9999999999999d"] {
            assert!(time(wrong, now, 1).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_goes_into_a_path_cannot_lead_elsewhere() {
        for wrong in ["", "..", "a/b", "a?b", "a%2f", "a b"] {
            assert!(slug(wrong).is_err() && id(wrong).is_err(), "{wrong}");
        }
        assert_eq!(id("key_01KB"), Ok("key_01KB".to_owned()));
    }
}
