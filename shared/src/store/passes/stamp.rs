//! A stamp as DynamoDB reads it: the terms, and a request counted under the very limits that they set.

use dynamodb::{bytes, number};

use super::Versions;
use super::draft::{Draft, Drafted};
use super::expressions::{add, count_name, is_stale, slide_attributes, slide_names, terms};
use crate::contract::cost::Cost;
use crate::contract::limit::Window;
use crate::contract::secret::Digest;
use crate::registry::ask::Ask;
use crate::registry::counts::touched;
use crate::registry::pass::Pass;

/// Puts the terms of `pass` into an item, made from a key and an organization of these `versions`. Counts a request that asks for
/// `ask`, where it `admits` it. `from` is the pass whose counters are taken over.
pub(super) fn stamp(
    pass: &Pass,
    from: Option<&Digest>,
    admits: bool,
    versions: Versions,
    windows: &[Window],
    ask: &Ask,
) -> Drafted<'static> {
    let now = ask.now();
    let counts = admits && ask.cost != Cost::NOTHING;
    let mut draft = Draft::default();
    for fence in ["fence", "key_fence"] {
        let name = draft.name(fence);
        draft.require(format!("(attribute_not_exists({name}) OR {name} <= :{fence})"));
    }
    draft.pin("from", from.map(|from| bytes(*from.as_bytes())));
    if from.is_some() {
        draft.set("from", None);
    }
    let used = counts.then_some(now).or(pass.last_used_at.filter(|_| from.is_some()));
    let used = used.map(|at| ("used", Some(number(at.as_millisecond()))));
    for (name, value) in terms(&pass.terms, versions, now).into_iter().chain(used) {
        draft.set(name, value);
    }

    let mut after = pass.clone();
    if counts {
        after.count(windows, ask);
    }
    for window in windows {
        if pass.terms.limits.slides(*window) {
            if from.is_none() {
                unchanged(&mut draft, *window, pass, ask);
            }
            for (name, value) in slide_attributes(*window, &after.counts.slide_at(*window, ask)) {
                draft.set(name, Some(value));
            }
        } else {
            // Without this, nothing says that there is a span.
            let [at, ..] = slide_names(*window);
            draft.set(at, None);
        }
        // Counters that are taken over include this request already.
        if counts && from.is_none() {
            count(&mut draft, *window, pass, ask);
        }
    }
    for (window, number_of, count) in after.counts.iter() {
        let name = count_name(window, number_of);
        if is_stale(window, number_of, ask) {
            draft.set(&name, None);
        } else if from.is_some() {
            draft.set(&name, Some(number(count)));
        }
    }

    draft.done()
}

/// Counts a request in `window`, where it stays within the limit that the terms set.
fn count(draft: &mut Draft, window: Window, pass: &Pass, ask: &Ask) {
    if let Some(limit) = pass.terms.limits.fixed(window) {
        let room = i64::from(limit).saturating_sub(ask.cost.count());
        draft.require_room(&count_name(window, ask.number(window)), room);
    }
    add(draft, window, ask);
}

/// Demands that what a span that slides begins with is what was seen: the span itself or, where it did not slide before, the counts
/// of the windows that it touches.
fn unchanged(draft: &mut Draft, window: Window, before: &Pass, ask: &Ask) {
    if let Some(slide) = before.counts.slide(window) {
        for (name, value) in slide_attributes(window, slide) {
            draft.pin(name, Some(value));
        }
        return;
    }
    // Every request counts in those, also one that has counted in a span meanwhile.
    for number_of in touched(window, ask) {
        let seen = before.counts.iter().find(|(of, number, _)| (*of, *number) == (window, number_of));
        draft.pin(&count_name(window, number_of), seen.map(|(.., count)| number(count)));
    }
}
