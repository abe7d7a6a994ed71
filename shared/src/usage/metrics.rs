//! What a process has seen, for the stack's metrics: how many requests were let in, and how many were refused for which
//! reason. Pure: it makes lines, and writes none.
//!
//! A line is in AWS's [embedded metric format][emf]: writing it to the log is all there is to it. There is one after
//! a write of usage, and otherwise one a minute. Metrics have no dimensions: one for each key, or for each function, would cost
//! more than what it measures.
//!
//! [emf]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::batch::seconds;
use crate::registry::usage::{Outcome, Tally};

/// How old the oldest request may get before it is told of.
const AGE_SECS: i64 = 60;

/// What was seen and not told of yet.
#[derive(Debug)]
pub(super) struct Metrics {
    /// The name under which the log is told of it.
    namespace: String,
    seen: Tally,
    /// When the oldest of it was.
    since: Option<Timestamp>,
    /// When the last of it was.
    latest: Timestamp,
}

impl Metrics {
    /// Nothing seen yet, to be told under `namespace`.
    pub(super) fn new(namespace: String) -> Self {
        Self { namespace, seen: Tally::default(), since: None, latest: Timestamp::default() }
    }

    /// Notes what became of a request at `now`, whosever it was.
    pub(super) fn see(&mut self, outcome: Outcome, now: Timestamp) {
        self.since.get_or_insert(now);
        self.latest = now;
        self.seen.add(outcome, 1);
    }

    /// Whether the oldest of it has waited for long.
    pub(super) fn is_due(&self) -> bool {
        self.since.is_some_and(|since| seconds(&since, self.latest) >= AGE_SECS)
    }

    /// All of it, as a line for the log, if there is any.
    pub(super) fn tell(&mut self) -> Option<String> {
        self.since.take()?;
        let mut counts = BTreeMap::<String, i64>::new();
        for (outcome, requests) in std::mem::take(&mut self.seen).iter() {
            for name in names(outcome) {
                let count = counts.entry(name).or_default();
                *count = count.saturating_add(requests);
            }
        }

        self.line(counts, self.latest)
    }

    /// A line for the log about `counts`, by the names of metrics, at `now`; `None` if there are none.
    pub(super) fn line(&self, counts: BTreeMap<String, i64>, now: Timestamp) -> Option<String> {
        let metrics: Vec<_> = counts.keys().map(|name| json!({"Name": name, "Unit": "Count"})).collect();
        let about = json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": self.namespace, "Dimensions": [[]], "Metrics": metrics}],
        });
        let mut line = Map::from_iter([("_aws".to_owned(), about)]);
        line.extend(counts.into_iter().map(|(name, count)| (name, count.into())));

        (!metrics.is_empty()).then(|| Value::Object(line).to_string())
    }
}

/// The metrics that a request with this outcome counts in: `Admitted`, `Refused.RateLimited`.
fn names(outcome: Outcome) -> Vec<String> {
    match outcome {
        Outcome::Success | Outcome::Verified => vec!["Admitted".to_owned()],
        Outcome::ClientError => vec!["Admitted".to_owned(), "ClientErrors".to_owned()],
        Outcome::ServerError => vec!["Admitted".to_owned(), "ServerErrors".to_owned()],
        Outcome::Refused(reason) => vec![format!("Refused.{reason:?}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::denial::Kind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000_i64.saturating_add(second)).unwrap()
    }

    #[test]
    fn a_line_has_what_was_seen_since_the_last_one() {
        let mut metrics = Metrics::new("Latchkey/keys".to_owned());
        assert_eq!(metrics.tell(), None);
        for outcome in [
            Outcome::Success,
            Outcome::Verified,
            Outcome::ClientError,
            Outcome::ServerError,
            Outcome::ServerError,
            Outcome::Refused(Kind::RateLimited),
            Outcome::Refused(Kind::UnknownKey),
        ] {
            metrics.see(outcome, at(7));
        }
        let line: Value = serde_json::from_str(&metrics.tell().unwrap()).unwrap();
        let named = ["Admitted", "ClientErrors", "Refused.RateLimited", "Refused.UnknownKey", "ServerErrors"];
        let definitions = named.map(|name| json!({"Name": name, "Unit": "Count"}));
        let directive = json!({"Namespace": "Latchkey/keys", "Dimensions": [[]], "Metrics": definitions});
        let expected = json!({
            "_aws": {"Timestamp": 1_900_000_007_000_i64, "CloudWatchMetrics": [directive]},
            "Admitted": 5, "ClientErrors": 1, "ServerErrors": 2, "Refused.RateLimited": 1, "Refused.UnknownKey": 1,
        });
        assert_eq!(line, expected);
        assert_eq!(metrics.tell(), None);
    }

    #[test]
    fn it_is_due_once_the_oldest_is_a_minute_old() {
        let mut metrics = Metrics::new("Latchkey/keys".to_owned());
        for (second, due) in [(0, false), (59, false), (60, true)] {
            metrics.see(Outcome::Success, at(second));
            assert_eq!(metrics.is_due(), due, "{second}");
        }
        metrics.tell();
        assert!(!metrics.is_due());
    }
}
