//! Hints: that a key may be worth an alert, for whoever opens alerts. Whoever writes usage writes them.

use dynamodb::{Condition, Conditional as _, Error, Item, Result, SCHEMA, number, text_set};
use jiff::Timestamp;

use super::{LAYOUT, Usage};
use crate::contract::limit::Window;
use crate::registry::alert::Hint;
use crate::registry::usage::{Holder, Peak};
use crate::store::Attributes;
use crate::store::remembered::{is_written, named, place};

impl Usage {
    /// Notes `hint`, for whoever opens alerts. Several about one key are one item.
    pub(crate) async fn hint(&self, hint: &Hint) -> Result<()> {
        let Hint { holder, peaks, woke, at } = hint;
        let peaks: Vec<_> = peaks.iter().map(write_peak).collect();
        let mut names = crate::store::names(["at", "ttl", SCHEMA, "notes"]);
        let values = crate::store::attributes([
            (":at", Some(number(at.as_millisecond()))),
            (":ttl", Some(number(at.as_second().saturating_add(Window::Day.seconds())))),
            (":schema", Some(number(LAYOUT))),
            (":one", Some(number(1))),
            (":peaks", text_set(peaks.iter().map(String::as_str))),
            (":woke", woke.map(|at| number(at.as_millisecond()))),
        ]);
        let mut expression = "SET #at = :at, #ttl = :ttl, #schema = :schema".to_owned();
        if values.contains_key(":woke") {
            expression.push_str(", #woke = :woke");
            names.insert("#woke".to_owned(), "woke".to_owned());
        }
        expression.push_str(" ADD #notes :one");
        if values.contains_key(":peaks") {
            expression.push_str(", #peaks :peaks");
            names.insert("#peaks".to_owned(), "peaks".to_owned());
        }
        let request = self
            .once
            .update_item()
            .table_name(&self.table)
            .set_key(Some(hint_of(holder)))
            .update_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        request.send().await?;

        Ok(())
    }

    /// Has whoever opens alerts look at the key of `holder`.
    pub(crate) async fn look_at(&self, holder: Holder, at: Timestamp) -> Result<()> {
        self.hint(&Hint { holder, peaks: Vec::new(), woke: None, at }).await
    }

    /// A page of at most `limit` hints, from `start` on.
    pub(crate) async fn hints(&self, limit: usize, start: Option<HintsStart>) -> Result<Hints> {
        let hints = self
            .query(HINTS.to_owned())
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", "pk")
            .set_exclusive_start_key(start.map(|HintsStart(key)| key))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = hints.send().await?;
        let mut hints = Hints { next: page.last_evaluated_key.map(HintsStart), ..Hints::default() };
        for item in page.items.unwrap_or_default() {
            let place = named(&item);
            match read_hint(item.into()) {
                Ok(noted) => hints.noted.push(noted),
                Err(error) => hints.unreadable.push(format!("{place}: {error}")),
            }
        }

        Ok(hints)
    }

    /// Takes `noted` away, unless something was added to it since it was read.
    pub(crate) async fn seen(&self, noted: &Noted) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(hint_of(&noted.hint.holder)));
        // Once it was taken away, a new one begins to count anew.
        let as_read = Condition::that("#notes = :seen AND #at = :at", ["notes", "at"])
            .value(":seen", number(noted.notes))
            .value(":at", number(noted.hint.at.as_millisecond()));

        // What was added is seen the next time.
        is_written(delete.when(as_read).send().await).map(drop)
    }
}

/// A hint as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Noted {
    /// The hint.
    pub(crate) hint: Hint,
    /// How often something was added to it.
    notes: i64,
}

/// A page of hints.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// Those that can be read.
    pub(crate) noted: Vec<Noted>,
    /// Why others cannot be, one by one.
    pub(crate) unreadable: Vec<String>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<HintsStart>,
}

/// The place of a hint after which a page begins.
#[derive(Clone, Debug)]
pub(crate) struct HintsStart(Attributes);

/// Where the hints are. No organization is called so.
const HINTS: &str = "*hints";

fn hint_of(holder: &Holder) -> Attributes {
    place(HINTS, format!("{}#{}", holder.org, holder.key))
}

/// `h525600#812#1000`: 812 of 1,000 in the hour of that number.
fn write_peak(peak: &Peak) -> String {
    let Peak { window, number, used, limit } = peak;

    format!("{}{number}#{used}#{limit}", window.letter())
}

fn read_peak(peak: &str) -> Option<Peak> {
    let window = Window::ALL.into_iter().find(|window| peak.starts_with(window.letter()))?;
    let mut parts = peak.get(1..)?.split('#');
    let (number, used, limit) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);

    Some(Peak { window, number, used, limit })
}

fn read_hint(mut item: Item) -> Result<Noted> {
    item.schema(LAYOUT)?;
    let place = item.need("sk", Item::text)?;
    let holder = place.split_once('#').and_then(|(org, key)| {
        Some(Holder { org: org.to_owned().try_into().ok()?, key: key.to_owned().try_into().ok()? })
    });
    let hint = Hint {
        holder: holder.ok_or_else(|| Error::Fault(format!("the hint {place} is about no key")))?,
        // A window that only newer functions know is theirs to judge.
        peaks: item.text_set("peaks")?.iter().filter_map(|peak| read_peak(peak)).collect(),
        woke: item.number("woke")?.map(crate::store::time).transpose()?,
        at: crate::store::time(item.need("at", Item::number)?)?,
    };

    Ok(Noted { hint, notes: item.need("notes", Item::number)? })
}
