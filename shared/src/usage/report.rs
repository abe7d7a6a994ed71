//! The report on usage, of a key, of an organization or of the stack: totals, and buckets of an hour or a day. Pure arithmetic.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::denial::Kind;
use crate::environment::clock;
use crate::registry::key::Id;
use crate::registry::slug::Slug;
use crate::registry::usage::{Day, Outcome, Tally};
use crate::usage::range::{Granularity, Range, begin};
use crate::usage::table::Table;

/// The columns of a bucket in a table for spreadsheets.
pub const COLUMNS: &str = "from,to,requests,successes,client_errors,server_errors,verifications,refused";

/// What became of the requests in a range of time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StackUsage")]
pub struct Report {
    granularity: Granularity,
    #[schemars(extend("format" = "date-time"))]
    from: String,
    #[schemars(extend("format" = "date-time"))]
    to: String,
    totals: Numbers,
    /// Every bucket, including those in which there was nothing.
    buckets: Vec<Bucket>,
}

/// A key's usage.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Usage")]
pub struct KeyReport {
    key_id: Id,
    #[schemars(extend("format" = "date-time"))]
    last_used_at: Option<String>,
    #[serde(flatten)]
    report: Report,
}

/// The usage of all keys of an organization together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrganizationUsage")]
pub struct OrganizationReport {
    organization: Slug,
    #[serde(flatten)]
    report: Report,
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
    /// What `days` have of `range`.
    pub fn new(range: Range, days: Vec<Day>) -> Self {
        let mut tallies = BTreeMap::<i64, Tally>::new();
        let mut total = Tally::default();
        for day in days {
            for (part, tally) in day.parts {
                let bucket = range.bucket(day.number, part);
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
            granularity: range.granularity,
            from: at(range.first),
            to: at(range.end),
            totals: Numbers::of(&total),
            buckets: buckets.collect(),
        }
    }

    /// The buckets as a table, whose first column is `whose`, if it is somebody's: a heading, and what is in each row.
    fn table(&self, whose: Option<(&str, &str)>) -> String {
        let (heading, owner) =
            whose.map_or_else(Default::default, |(heading, owner)| (format!("{heading},"), format!("{owner},")));
        let mut table = format!("{heading}{COLUMNS}\r\n");
        for Bucket { from, to, numbers } in &self.buckets {
            let Numbers { requests, successes, client_errors, server_errors, verifications, refused, .. } = numbers;
            let counts = [requests, successes, client_errors, server_errors, verifications, &refused.total];
            table.extend([&owner, from, ",", to]);
            table.extend(counts.map(|count| format!(",{count}")));
            table.push_str("\r\n");
        }

        table
    }

    /// The name of a file with the usage of `whose`: `usage-acme-2026-11-01.csv`.
    fn file_of(&self, whose: &str) -> String {
        let begin = self.from.split('T').next().unwrap_or_default();

        format!("usage-{whose}-{begin}.csv")
    }
}

impl KeyReport {
    /// The usage of `key`, which was last used at `last_used_at`.
    pub fn new(key_id: Id, last_used_at: Option<Timestamp>, report: Report) -> Self {
        Self { key_id, last_used_at: last_used_at.map(clock::seconds), report }
    }
}

impl OrganizationReport {
    /// The usage of `organization`.
    pub const fn new(organization: Slug, report: Report) -> Self {
        Self { organization, report }
    }
}

impl Table for Report {
    fn file(&self) -> String {
        self.file_of("stack")
    }

    fn csv(&self) -> String {
        self.table(None)
    }
}

impl Table for KeyReport {
    fn file(&self) -> String {
        self.report.file_of(self.key_id.as_str())
    }

    fn csv(&self) -> String {
        self.report.table(Some(("key", self.key_id.as_str())))
    }
}

impl Table for OrganizationReport {
    fn file(&self) -> String {
        self.report.file_of(self.organization.as_str())
    }

    fn csv(&self) -> String {
        self.report.table(Some(("organization", self.organization.as_str())))
    }
}

impl Numbers {
    fn of(tally: &Tally) -> Self {
        let by_reason: BTreeMap<Kind, i64> = tally.refusals().collect();
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
