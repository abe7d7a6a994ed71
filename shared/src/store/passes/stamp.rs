//! A stamp as DynamoDB reads it: the terms, and a request counted under the very limits that they set.

use dynamodb::{bytes, number, text};

use super::Versions;
use super::draft::{Draft, Drafted};
use super::expressions::{count_name, is_stale, limit_name, slide_names, terms};
use super::state::past_text;
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
) -> Drafted {
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
    let used = used.map(|at| ("used".to_owned(), Some(number(at.as_millisecond()))));
    for (name, value) in terms(&pass.terms, versions, now).into_iter().chain(used) {
        draft.set(&name, value);
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
            slide(&mut draft, *window, &after, ask);
        } else {
            // Without this, nothing says that there is a span.
            let [at, ..] = slide_names(*window);
            draft.set(&at, None);
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
    let name = count_name(window, ask.number(window));
    if let Some(limit) = pass.terms.limits.get(window).filter(|_| !pass.terms.limits.slides(window)) {
        let count = draft.name(&*name);
        let room = i64::from(limit).saturating_sub(ask.cost.count());
        let room = draft.value(&format!("room_{}", limit_name(window)), number(room));
        draft.require(format!("(attribute_not_exists({count}) OR {count} <= {room})"));
    }
    let cost = draft.value("cost", number(ask.cost.count()));
    draft.add(name, &cost);
}

/// Demands that what a span that slides begins with is what was seen: the span itself or, where it did not slide before, the counts
/// of the windows that it touches.
fn unchanged(draft: &mut Draft, window: Window, before: &Pass, ask: &Ask) {
    let [at, latest, past] = slide_names(window);
    if let Some(slide) = before.counts.slide(window) {
        draft.pin(&at, Some(number(slide.at)));
        draft.pin(&latest, Some(number(slide.count)));
        draft.pin(&past, Some(text(past_text(slide))));
        return;
    }
    // Every request counts in those, also one that has counted in a span meanwhile.
    for number_of in touched(window, ask) {
        let seen = before.counts.iter().find(|(of, number, _)| (*of, *number) == (window, number_of));
        draft.pin(&count_name(window, number_of), seen.map(|(.., count)| number(count)));
    }
}

/// Sets what was counted in the span of `window` that slides, with this request.
fn slide(draft: &mut Draft, window: Window, after: &Pass, ask: &Ask) {
    let [at, latest, past] = slide_names(window);
    let slide = after.counts.slide_at(window, ask);
    draft.set(&at, Some(number(slide.at)));
    draft.set(&latest, Some(number(slide.count)));
    draft.set(&past, Some(text(past_text(&slide))));
}
