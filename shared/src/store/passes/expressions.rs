//! The expressions by which DynamoDB judges, counts and stamps passes.

use std::collections::HashMap;

use dynamodb::{AttributeValue, bytes, number, text, text_set};
use jiff::Timestamp;

use super::Versions;
use crate::contract::Contract;
use crate::contract::limit::Window;
use crate::contract::secret::Digest;
use crate::registry::pass::{Pass, Standing, Terms};
use crate::store::{Attributes, attributes, names};

/// How long a pass is kept after its last use: 13 months, because it holds the time of that use. TTL only cleans up: no
/// counter may go before its window is over, and the longest window is a month.
const KEPT_SECS: i64 = 400 * 86_400;

/// How many windows older than those that matter ([`Window::kept`]) each update clears. Counters that an idle time
/// leaves behind go with the next stamp.
const CLEARED_WINDOWS: i64 = 3;

/// The judgement as DynamoDB reads it: [`crate::registry::pass::judge`] and [`Pass::is_current`] in one condition, and
/// the counting in the same update. Only the values and the names of the counters depend on the time.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) windows: Vec<Window>,
    edition: String,
    pub(super) condition: String,
    pub(super) update: String,
}

impl Judgement {
    pub(super) fn new(contract: &Contract) -> Self {
        let mut clauses = vec![
            "#standing = :open AND #until > :now AND #edition = :edition".to_owned(),
            "(attribute_not_exists(#expires) OR #expires > :now)".to_owned(),
        ];
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        for window in &contract.windows {
            let letter = window.letter();
            // A comparison with an absent attribute is false, so both cases are written out: without a limit everybody
            // is let in, without a count the first one.
            clauses.push(format!(
                "(attribute_not_exists(#l{letter}) OR attribute_not_exists(#{letter}) OR #{letter} < #l{letter})"
            ));
            add.push(format!("#{letter} :one"));
            remove.extend((1..=CLEARED_WINDOWS).map(|back| format!("#{letter}{back}")));
        }
        let (add, remove) = (add.join(", "), remove.join(", "));

        Self {
            windows: contract.windows.clone(),
            edition: contract.edition.clone(),
            condition: clauses.join(" AND "),
            update: format!("SET #used = :now, #ttl = :ttl ADD {add} REMOVE {remove}"),
        }
    }

    pub(super) fn names(&self, now: Timestamp) -> HashMap<String, String> {
        let mut names = names(["standing", "until", "edition", "expires", "used", "ttl"]);
        for window in &self.windows {
            let (letter, number) = (window.letter(), window.number(now));
            names.insert(format!("#l{letter}"), limit_name(*window));
            names.insert(format!("#{letter}"), count_name(*window, number));
            for back in 1..=CLEARED_WINDOWS {
                let old = number.saturating_sub(window.kept()).saturating_sub(back);
                names.insert(format!("#{letter}{back}"), count_name(*window, old));
            }
        }

        names
    }

    pub(super) fn values(&self, now: Timestamp) -> Attributes {
        attributes([
            (":open", Some(text(Standing::Open.name()))),
            (":now", Some(number(now.as_millisecond()))),
            (":edition", Some(text(&self.edition))),
            (":ttl", Some(number(ttl(now)))),
            (":one", Some(number(1))),
        ])
    }
}

/// A stamp as DynamoDB reads it: the terms, and a request counted under the very limits that they set.
pub(super) struct Stamp {
    pub(super) condition: String,
    pub(super) update: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Attributes,
}

impl Stamp {
    pub(super) fn new(
        pass: &Pass,
        from: Option<&Digest>,
        admits: bool,
        versions: Versions,
        windows: &[Window],
        now: Timestamp,
    ) -> Self {
        let mut clauses = vec![
            "(attribute_not_exists(#fence) OR #fence <= :fence)".to_owned(),
            "(attribute_not_exists(#key_fence) OR #key_fence <= :key_fence)".to_owned(),
        ];
        let (mut set, mut remove, mut add) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = HashMap::from([("#from".to_owned(), "from".to_owned())]);
        let mut values = Attributes::new();
        let taken_over = match from {
            None => {
                clauses.push("attribute_not_exists(#from)".to_owned());
                Vec::new()
            }
            Some(from) => {
                clauses.push("#from = :from".to_owned());
                remove.push("#from".to_owned());
                values.insert(":from".to_owned(), bytes(*from.as_bytes()));
                taken_over(pass, admits, windows, now)
            }
        };
        let used = admits.then_some(now).or(pass.last_used_at.filter(|_| from.is_some()));
        let used = used.map(|at| ("used".to_owned(), Some(number(at.as_millisecond()))));
        for (name, value) in terms(&pass.terms, versions, now).into_iter().chain(taken_over).chain(used) {
            names.insert(format!("#{name}"), name.clone());
            match value {
                Some(value) => {
                    values.insert(format!(":{name}"), value);
                    set.push(format!("#{name} = :{name}"));
                }
                None => remove.push(format!("#{name}")),
            }
        }
        for (window, number_of, _) in pass.counts.iter() {
            if is_stale(window, number_of, now) {
                let name = count_name(window, number_of);
                remove.push(format!("#{name}"));
                names.insert(format!("#{name}"), name);
            }
        }
        // Counters that are taken over include this request already.
        for window in windows.iter().filter(|_| admits && from.is_none()) {
            let name = count_name(*window, window.number(now));
            if pass.terms.limits.get(*window).is_some() {
                clauses.push(format!("(attribute_not_exists(#{name}) OR #{name} < :{})", limit_name(*window)));
            }
            add.push(format!("#{name} :one"));
            names.insert(format!("#{name}"), name);
            values.insert(":one".to_owned(), number(1));
        }
        let sections =
            [("SET", set), ("REMOVE", remove), ("ADD", add)].into_iter().filter(|(_, list)| !list.is_empty());
        let update: Vec<_> = sections.map(|(verb, list)| format!("{verb} {}", list.join(", "))).collect();

        Self { condition: clauses.join(" AND "), update: update.join(" "), names, values }
    }
}

fn is_stale(window: Window, number_of: i64, now: Timestamp) -> bool {
    number_of < window.number(now).saturating_sub(window.kept())
}

/// The counters that a pass takes over from the one before it, with this request if it is let in.
fn taken_over(pass: &Pass, admits: bool, windows: &[Window], now: Timestamp) -> Vec<(String, Option<AttributeValue>)> {
    let mut pass = pass.clone();
    if admits {
        pass.count(windows, now);
    }
    let counts = pass.counts.iter().filter(|(window, number_of, _)| !is_stale(*window, *number_of, now));

    counts.map(|(window, number_of, count)| (count_name(window, number_of), Some(number(count)))).collect()
}

pub(super) fn ttl(now: Timestamp) -> i64 {
    now.as_second().saturating_add(KEPT_SECS)
}

pub(super) fn limit_name(window: Window) -> String {
    format!("limit_{}", window.letter())
}

pub(super) fn count_name(window: Window, number: i64) -> String {
    format!("{}{number}", window.letter())
}

/// Every attribute of a pass except its key and its counters; `None` where these terms do not have it, so that it is
/// removed.
pub(super) fn terms(terms: &Terms, versions: Versions, now: Timestamp) -> Vec<(String, Option<AttributeValue>)> {
    let limits = Window::ALL.map(|window| (limit_name(window), terms.limits.get(window).map(number)));
    let others = [
        ("org", Some(text(terms.org.as_str()))),
        ("key", Some(text(terms.key.as_str()))),
        ("kind", terms.kind.as_deref().map(text)),
        ("standing", Some(text(terms.standing.name()))),
        ("expires", terms.expires_at.map(|at| number(at.as_millisecond()))),
        ("scopes", text_set(terms.scopes.iter())),
        ("until", Some(number(terms.until.as_millisecond()))),
        ("edition", Some(text(&*terms.edition))),
        ("fence", Some(number(versions.org))),
        ("key_fence", Some(number(versions.key))),
        ("ttl", Some(number(ttl(now)))),
    ];

    others.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(limits).collect()
}
