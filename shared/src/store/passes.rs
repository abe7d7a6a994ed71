//! The counters table: one pass per secret in use, judged and counted by one conditional update.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use dynamodb::{AttributeValue, Client, Error, Item, Reason, Refused, Result, bytes, number, text, text_set};
use jiff::Timestamp;

use super::{Attributes, TRIES, attributes, names, parsed, time};
use crate::contract::Contract;
use crate::key::Digest;
use crate::limit::{Limit, Limits, Window};
use crate::pass::{Counts, Pass, Standing, Terms};

/// The passes, judged under one contract.
#[derive(Clone, Debug)]
pub struct Passes {
    client: Client,
    once: Client,
    table: String,
    judgement: Arc<Judgement>,
}

/// What became of an attempt to count a request.
#[derive(Debug)]
pub enum Counted {
    /// It passed, and the pass has counted it.
    Yes(Box<Pass>),
    /// It did not pass; this is the pass that it was judged by.
    No(Box<Pass>),
    /// There is no pass.
    Absent,
    /// A transaction held the pass: try again.
    Busy,
}

/// TTL only cleans up, and no counter may go before its window is over: the longest is a day.
const KEPT_SECS: i64 = 2 * 86_400;

/// How many windows back a counter is still kept: an event stamped just before a window's edge may arrive after it, and
/// must find its own window's count.
const KEPT_WINDOWS: i64 = 1;

/// How many windows older than that each update clears. What an idle time leaves behind goes with the next stamp.
const CLEARED_WINDOWS: i64 = 3;

impl Passes {
    /// The passes in `table`, for `contract`.
    pub fn new(client: Client, table: String, contract: &Contract) -> Self {
        Self { once: dynamodb::once(&client), client, table, judgement: Arc::new(Judgement::new(contract)) }
    }

    /// Counts a request at `now` in every window of the contract, if the pass of `digest` lets it in: one round trip, one
    /// write, and nothing is counted where it does not.
    ///
    /// # Errors
    /// DynamoDB did not answer in time, or asked to slow down. The request may have been counted.
    pub async fn count(&self, digest: &Digest, now: Timestamp) -> Result<Counted> {
        let judgement = &self.judgement;
        let answer = self
            .once
            .update_item()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression(&judgement.condition)
            .update_expression(&judgement.update)
            .set_expression_attribute_names(Some(judgement.names(now)))
            .set_expression_attribute_values(Some(judgement.values(now)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer.map_err(Refused::from) {
            Ok(counted) => Ok(Counted::Yes(Box::new(read(counted.attributes.unwrap_or_default().into())?))),
            Err(Refused::Condition(Some(item))) => Ok(Counted::No(Box::new(read(item)?))),
            Err(Refused::Condition(None)) => Ok(Counted::Absent),
            Err(Refused::Conflict) => Ok(Counted::Busy),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Writes `pass` in place of `seen`, which is what was there, if `unchanged` all hold: the key and the organization
    /// that its terms were copied from. `false` where they do not, or where somebody was faster.
    pub(super) async fn stamp(
        &self,
        digest: &Digest,
        pass: &Pass,
        seen: Option<&Pass>,
        unchanged: [TransactWriteItem; 2],
        now: Timestamp,
    ) -> Result<bool> {
        let put = Put::builder().table_name(&self.table).set_item(Some(write(digest, pass, now)));
        let put = match seen {
            None => put
                .condition_expression("attribute_not_exists(#digest)")
                .expression_attribute_names("#digest", "digest"),
            Some(seen) => {
                let (condition, names, values) = still(seen);
                put.condition_expression(condition)
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(Some(values))
            }
        };
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(unchanged.into()))
            .transact_items(TransactWriteItem::builder().put(put.build()?).build())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => Reason::each(error).map(|_| false),
        }
    }

    /// Takes the terms of a pass out of force, and leaves its counters: the next request stamps it anew.
    pub(super) async fn withdraw(&self, digest: &Digest) -> Result<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression("attribute_exists(#digest)")
            .update_expression("SET #until = :never")
            .set_expression_attribute_names(Some(names(["digest", "until"])))
            .expression_attribute_values(":never", number(0));
        for _ in 0..TRIES {
            match request.clone().send().await.map_err(Refused::from) {
                // No pass, nothing to withdraw.
                Ok(_) | Err(Refused::Condition(_)) => return Ok(()),
                Err(Refused::Conflict) => (),
                Err(Refused::Failed(error)) => return Err(error),
            }
        }

        Err(Error::Contended)
    }

    /// The member of a transaction that removes the pass of `digest`, if there is one.
    pub(super) fn removal(&self, digest: &Digest) -> Result<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.table).key("digest", bytes(*digest.as_bytes())).build()?;

        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// The judgement as DynamoDB reads it: [`crate::pass::judge`] and [`Pass::is_current`] in one condition, and in the same
/// update the counting. Only what it is compared with, and the names of the counters, depend on the time.
#[derive(Debug)]
struct Judgement {
    windows: Vec<Window>,
    edition: String,
    condition: String,
    update: String,
}

impl Judgement {
    fn new(contract: &Contract) -> Self {
        let mut clauses = vec![
            "#standing = :open AND #until > :now AND #edition = :edition".to_owned(),
            "(attribute_not_exists(#expires) OR #expires > :now)".to_owned(),
        ];
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        for window in &contract.windows {
            let letter = window.letter();
            // What is absent compares with nothing: no limit lets everybody in, no count lets the first one in.
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

    fn names(&self, now: Timestamp) -> HashMap<String, String> {
        let mut names = names(["standing", "until", "edition", "expires", "used", "ttl"]);
        for window in &self.windows {
            let (letter, number) = (window.letter(), window.number(now));
            names.insert(format!("#l{letter}"), limit_name(*window));
            names.insert(format!("#{letter}"), count_name(*window, number));
            for back in 1..=CLEARED_WINDOWS {
                let old = number.saturating_sub(KEPT_WINDOWS).saturating_sub(back);
                names.insert(format!("#{letter}{back}"), count_name(*window, old));
            }
        }

        names
    }

    fn values(&self, now: Timestamp) -> Attributes {
        attributes([
            (":open", Some(text(Standing::Open.name()))),
            (":now", Some(number(now.as_millisecond()))),
            (":edition", Some(text(&self.edition))),
            (":ttl", Some(number(ttl(now)))),
            (":one", Some(number(1))),
        ])
    }
}

/// The condition that a pass is what was `seen`: its terms as old, its counters as they were.
fn still(seen: &Pass) -> (String, HashMap<String, String>, Attributes) {
    let mut clauses = vec!["#until = :until".to_owned(), "#edition = :edition".to_owned()];
    let mut names = names(["until", "edition"]);
    let mut values = attributes([
        (":until", Some(number(seen.terms.until.as_millisecond()))),
        (":edition", Some(text(&*seen.terms.edition))),
    ]);
    for (place, (window, number_of, count)) in seen.counts.iter().enumerate() {
        clauses.push(format!("#c{place} = :c{place}"));
        names.insert(format!("#c{place}"), count_name(window, number_of));
        values.insert(format!(":c{place}"), number(count));
    }

    (clauses.join(" AND "), names, values)
}

fn ttl(now: Timestamp) -> i64 {
    now.as_second().saturating_add(KEPT_SECS)
}

fn limit_name(window: Window) -> String {
    format!("limit_{}", window.letter())
}

fn count_name(window: Window, number: i64) -> String {
    format!("{}{number}", window.letter())
}

fn write(digest: &Digest, pass: &Pass, now: Timestamp) -> Attributes {
    let Pass { terms, counts, last_used_at } = pass;
    let mut item = attributes([
        ("digest", Some(bytes(*digest.as_bytes()))),
        ("org", Some(text(terms.org.as_str()))),
        ("key", Some(text(terms.key.as_str()))),
        ("kind", terms.kind.as_deref().map(text)),
        ("standing", Some(text(terms.standing.name()))),
        ("expires", terms.expires_at.map(|at| number(at.as_millisecond()))),
        ("scopes", text_set(terms.scopes.iter())),
        ("until", Some(number(terms.until.as_millisecond()))),
        ("edition", Some(text(&*terms.edition))),
        ("used", last_used_at.map(|at| number(at.as_millisecond()))),
        ("ttl", Some(number(ttl(now)))),
    ]);
    for (window, limit) in terms.limits.iter() {
        item.insert(limit_name(window), number(limit));
    }
    for (window, number_of, count) in counts.iter() {
        if number_of >= window.number(now).saturating_sub(KEPT_WINDOWS) {
            item.insert(count_name(window, number_of), number(count));
        }
    }

    item
}

fn read(mut item: Item) -> Result<Pass> {
    let standing = item.need("standing", Item::text)?;
    let standing = Standing::ALL.into_iter().find(|known| known.name() == standing);
    let terms = Terms {
        org: parsed(&mut item, "org")?,
        key: parsed(&mut item, "key")?,
        kind: item.text("kind")?,
        standing: standing.ok_or_else(|| Error::Fault("a pass has an unknown standing".to_owned()))?,
        expires_at: item.number("expires")?.map(time).transpose()?,
        scopes: item.text_set("scopes")?.into_iter().collect(),
        limits: read_limits(&mut item)?,
        until: time(item.need("until", Item::number)?)?,
        edition: item.need("edition", Item::text)?,
    };
    let last_used_at = item.number("used")?.map(time).transpose()?;
    let mut counts = Counts::default();
    for (name, value) in item.rest() {
        let window = Window::ALL.into_iter().find(|window| name.starts_with(window.letter()));
        let number = name.get(1..).and_then(|number| number.parse().ok());
        if let (Some(window), Some(number), AttributeValue::N(count)) = (window, number, value) {
            let count =
                count.parse().or(Err(Error::Fault(format!("the counter {name} of a pass is no whole number"))))?;
            counts.set(window, number, count);
        }
    }

    Ok(Pass { terms, counts, last_used_at })
}

fn read_limits(item: &mut Item) -> Result<Limits> {
    let mut limits = Vec::new();
    for window in Window::ALL {
        if let Some(limit) = item.number(&limit_name(window))? {
            let requests = u32::try_from(limit).ok().and_then(std::num::NonZeroU32::new);
            let requests = requests.ok_or_else(|| Error::Fault("a pass has a limit that is none".to_owned()))?;
            limits.push(Limit { requests, per: window });
        }
    }

    Limits::try_from(limits).map_err(|error| Error::Fault(format!("the limits of a pass {error}")))
}

#[cfg(test)]
mod tests;
