//! Numbers, dates and spans of time, as each language writes them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::html::Plural;
use crate::language::Language;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONATE: [&str; 12] =
    ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."];

/// `1,234,567` or `1.234.567`.
pub(crate) fn number(language: Language, number: u64) -> String {
    let separator = match language {
        Language::English => ',',
        Language::German => '.',
    };
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().abs_diff(at) % 3 == 0 {
            written.push(separator);
        }
        written.push(digit);
    }

    written
}

/// The share of `part` in `whole`, in percent to one place. It is 0 or 100 only if it is exactly that.
pub(crate) fn share(language: Language, part: u64, whole: u64) -> Option<String> {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (part * 1_000 + whole / 2).checked_div(whole)?;
    let permille = if part == 0 || part == whole { rounded } else { rounded.clamp(1, 999) };
    let (ones, tenths) = (permille / 10, permille % 10);

    Some(match (language, tenths) {
        (Language::English, 0) => format!("{ones}%"),
        (Language::English, _) => format!("{ones}.{tenths}%"),
        (Language::German, 0) => format!("{ones} %"),
        (Language::German, _) => format!("{ones},{tenths} %"),
    })
}

fn month(language: Language, month: i8) -> &'static str {
    let names = match language {
        Language::English => MONTHS,
        Language::German => MONATE,
    };
    let at = usize::try_from(month - 1).unwrap_or_default();

    names.get(at).copied().unwrap_or_default()
}

/// `26 Nov 2026` or `26.11.2026`.
pub(crate) fn date(language: Language, date: Date) -> String {
    match language {
        Language::English => format!("{} {} {}", date.day(), month(language, date.month()), date.year()),
        Language::German => format!("{}.{}.{}", date.day(), date.month(), date.year()),
    }
}

/// `26 Nov` or `26.11.`
pub(crate) fn day(language: Language, date: Date) -> String {
    match language {
        Language::English => format!("{} {}", date.day(), month(language, date.month())),
        Language::German => format!("{}.{}.", date.day(), date.month()),
    }
}

/// `Nov 2026` or `Nov. 2026`.
pub(crate) fn month_of_year(language: Language, date: Date) -> String {
    format!("{} {}", month(language, date.month()), date.year())
}

/// `16:40`.
pub(crate) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(at).time();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `26 Nov 2026, 16:40` or `26.11.2026, 16:40 Uhr`.
pub(crate) fn moment(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    let date = date(language, zone.to_datetime(at).date());
    let clock = clock(at, zone);
    match language {
        Language::English => format!("{date}, {clock}"),
        Language::German => format!("{date}, {clock} Uhr"),
    }
}

/// The phrase for how long ago `at` was, and its number; `None` for less than a minute, or for the future.
pub(crate) fn ago(language: Language, at: Timestamp, now: Timestamp) -> Option<(Plural, u64)> {
    let words = language.words();
    let seconds = u64::try_from(now.duration_since(at).as_secs()).ok()?;
    let (phrase, number) = match seconds {
        0..60 => return None,
        60..3_600 => (words.minutes_ago, seconds / 60),
        3_600..172_800 => (words.hours_ago, seconds / 3_600),
        172_800..5_184_000 => (words.days_ago, seconds / 86_400),
        5_184_000..63_072_000 => (words.months_ago, seconds / 2_592_000),
        _ => (words.years_ago, seconds / 31_536_000),
    };

    Some((phrase, number))
}

/// The phrase for how far ahead `at` is, and its number, rounded: a day that has just begun is in 24 hours, and not in 23.
/// What is over is in 0 seconds.
pub(crate) fn ahead(language: Language, at: Timestamp, now: Timestamp) -> (Plural, u64) {
    let words = language.words();
    let seconds = u64::try_from(at.duration_since(now).as_secs()).unwrap_or_default();
    match seconds {
        0..60 => (words.in_seconds, seconds),
        60..3_570 => (words.in_minutes, (seconds + 30) / 60),
        3_570..171_000 => (words.in_hours, (seconds + 1_800) / 3_600),
        171_000..5_184_000 => (words.in_days, (seconds + 43_200) / 86_400),
        5_184_000..63_072_000 => (words.in_months, (seconds + 1_296_000) / 2_592_000),
        _ => (words.in_years, (seconds + 15_768_000) / 31_536_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = Language::ALL;

    #[test]
    fn numbers_have_separators() {
        let written = |n| BOTH.map(|language| number(language, n));
        assert_eq!(written(0), ["0", "0"]);
        assert_eq!(written(999), ["999", "999"]);
        assert_eq!(written(1_000), ["1,000", "1.000"]);
        assert_eq!(written(12_345_678), ["12,345,678", "12.345.678"]);
    }

    #[test]
    fn a_share_is_all_or_nothing_only_if_it_is() {
        let english = |part, whole| share(Language::English, part, whole);
        assert_eq!(english(0, 0), None);
        assert_eq!(english(0, 9).unwrap(), "0%");
        assert_eq!(english(9, 9).unwrap(), "100%");
        assert_eq!(english(1, 1_000_000).unwrap(), "0.1%");
        assert_eq!(english(999_999, 1_000_000).unwrap(), "99.9%");
        assert_eq!(english(1, 3).unwrap(), "33.3%");
        assert_eq!(share(Language::German, 2, 3).unwrap(), "66,7 %");
        assert_eq!(english(u64::MAX, u64::MAX).unwrap(), "100%");
    }

    #[test]
    fn times_are_written_as_the_language_writes_them() {
        let at: Timestamp = "2026-11-26T23:05:09Z".parse().unwrap();
        let written = |zone: &TimeZone| BOTH.map(|language| moment(language, at, zone));
        assert_eq!(written(&TimeZone::UTC), ["26 Nov 2026, 23:05", "26.11.2026, 23:05 Uhr"]);
        let east = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(written(&east), ["27 Nov 2026, 00:05", "27.11.2026, 00:05 Uhr"]);
        assert_eq!(month_of_year(Language::German, at.to_zoned(TimeZone::UTC).date()), "Nov. 2026");
    }

    #[test]
    fn what_has_just_begun_lasts_as_long_as_was_chosen() {
        let now: Timestamp = "2026-11-26T16:40:00Z".parse().unwrap();
        let after = |seconds: i64| {
            let (plural, n) = ahead(Language::English, now + jiff::SignedDuration::from_secs(seconds), now);
            plural.for_number(n).put("n", n.to_string()).to_string()
        };
        assert_eq!(after(59), "in 59 seconds");
        assert_eq!(after(3_599), "in 1 hour");
        assert_eq!(after(86_399), "in 24 hours");
        assert_eq!(after(172_799), "in 2 days");
        assert_eq!(after(604_790), "in 7 days");
        assert_eq!(after(86_400 * 365 - 5), "in 12 months");
        assert_eq!(after(86_400 * 730 - 5), "in 24 months");
    }

    #[test]
    fn spans_are_rounded_down() {
        let now: Timestamp = "2026-11-26T16:40:00Z".parse().unwrap();
        let before = |seconds: i64| {
            let at = now - jiff::SignedDuration::from_secs(seconds);
            ago(Language::English, at, now).map(|(plural, n)| plural.for_number(n).put("n", n.to_string()).to_string())
        };
        assert_eq!(before(59), None);
        assert_eq!(before(-5), None);
        assert_eq!(before(60).unwrap(), "1 minute ago");
        assert_eq!(before(7_199).unwrap(), "1 hour ago");
        assert_eq!(before(172_799).unwrap(), "47 hours ago");
        assert_eq!(before(86_400 * 59).unwrap(), "59 days ago");
        assert_eq!(before(86_400 * 400).unwrap(), "13 months ago");
        assert_eq!(before(86_400 * 800).unwrap(), "2 years ago");
    }
}
