//! The judgement of a request that DynamoDB cannot judge by itself: it neither calculates nor knows networks. So it is judged by a pass
//! that was seen before, and the condition demands that what was judged by is still so.

use dynamodb::{number, text};

use super::draft::{Draft, Drafted};
use super::expressions::{
    IN_FORCE, Judgement, cleared, count_name, guarded, limit_name, slide_names, sliding_name, ttl,
};
use super::state::past_text;
use crate::contract::limit::Window;
use crate::contract::slide::Slide;
use crate::registry::ask::Ask;
use crate::registry::pass::{Pass, Standing};

/// Counts a request that asks for `ask` where the pass is still on the terms of `seen` and lets it in. `None`: going by `seen`, it
/// could not pass.
pub(super) fn pinned(judgement: &Judgement, seen: &Pass, ask: &Ask) -> Option<Drafted> {
    let (now, terms) = (ask.now(), &seen.terms);
    if !terms.addresses.allow(ask.address) {
        return None;
    }
    let edition = if terms.is_guarded() { guarded(&judgement.edition) } else { judgement.edition.clone() };
    let mut draft = Draft::default();
    for name in ["standing", "until", "edition", "expires"] {
        draft.name(name);
    }
    draft.value("open", text(Standing::Open.name()));
    draft.value("now", number(now.as_millisecond()));
    draft.value("edition", text(edition));
    for clause in IN_FORCE {
        draft.require(clause);
    }
    if terms.is_guarded() {
        let addresses = (!terms.addresses.is_empty()).then(|| dynamodb::bytes(terms.addresses.to_bytes()));
        draft.pin("addresses", addresses);
    }
    draft.set("used", Some(number(now.as_millisecond())));
    draft.set("ttl", Some(number(ttl(now))));
    let cost = draft.value("cost", number(ask.cost.count()));
    for window in &judgement.windows {
        within(&mut draft, *window, seen, ask)?;
        draft.add(count_name(*window, ask.number(*window)), &cost);
        for old in cleared(*window, ask) {
            draft.set(&old, None);
        }
    }

    Some(draft.done())
}

/// Demands that the limit of `window` is the one of `seen`, and that the request stays within it.
fn within(draft: &mut Draft, window: Window, seen: &Pass, ask: &Ask) -> Option<()> {
    let limits = &seen.terms.limits;
    let limit = limits.get(window);
    let (slides, stands) = limit.map_or((None, None), |limit| {
        let limit = Some(number(limit));
        if limits.slides(window) { (limit, None) } else { (None, limit) }
    });
    draft.pin(&limit_name(window), stands);
    if seen.terms.is_guarded() {
        draft.pin(&sliding_name(window), slides);
    }
    let Some(limit) = limit else { return Some(()) };
    if limits.slides(window) {
        return slide(draft, window, seen.counts.slide(window)?, limit, ask);
    }
    let room = draft.value(&format!("room_{}", window.letter()), number(limit.checked_sub(ask.cost.get())?));
    let count = draft.name(count_name(window, ask.number(window)));
    draft.require(format!("(attribute_not_exists({count}) OR {count} <= {room})"));

    Some(())
}

/// Counts in the span of `window` that slides, of which `seen` was counted before, where it stays within `limit`.
fn slide(draft: &mut Draft, window: Window, seen: &Slide, limit: u32, ask: &Ask) -> Option<()> {
    let [at, count, past] = slide_names(window);
    let there = seen.at(ask.part(window));
    let room = i64::from(limit).checked_sub(there.closed())?.checked_sub(ask.cost.count()).filter(|room| *room >= 0)?;
    draft.pin(&at, Some(number(seen.at)));
    draft.pin(&past, Some(text(past_text(seen))));
    if there.at == seen.at {
        let room = draft.value(&format!("room_{}", window.letter()), number(room));
        let counted = draft.name(&*count);
        draft.require(format!("{counted} <= {room}"));
        draft.add(count, ":cost");
    } else {
        // A new sub-window: what was counted in the one before it is final only if nobody has counted meanwhile.
        draft.pin(&count, Some(number(seen.count)));
        draft.set(&at, Some(number(there.at)));
        draft.set(&count, Some(number(ask.cost.count())));
        draft.set(&past, Some(text(past_text(&there))));
    }

    Some(())
}
