//! The judgement of a request that DynamoDB cannot judge by itself: it neither calculates nor knows networks. So it is judged by a pass
//! that was seen before, and the condition demands that what was judged by is still so.

use dynamodb::{number, text};

use super::draft::{Draft, Drafted};
use super::expressions::{
    IN_FORCE, Judgement, count, count_name, edition_of, limit_name, slide_attributes, sliding_name, ttl,
};
use crate::contract::limit::Window;
use crate::contract::slide::Slide;
use crate::registry::ask::Ask;
use crate::registry::pass::{Pass, Standing};
use crate::store::write_addresses;

/// Counts a request that asks for `ask` where the pass is still on the terms of `seen` and lets it in. `None`: going by `seen`, it
/// could not pass.
pub(super) fn pinned(judgement: &Judgement, seen: &Pass, ask: &Ask) -> Option<Drafted<'static>> {
    let (now, terms) = (ask.now(), &seen.terms);
    if !terms.addresses.allow(ask.address) {
        return None;
    }
    let mut draft = Draft::default();
    for name in ["standing", "until", "edition", "expires"] {
        draft.name(name);
    }
    draft.value("open", text(Standing::Open.name()));
    draft.value("now", number(now.as_millisecond()));
    draft.value("edition", text(edition_of(terms, &judgement.edition)));
    for clause in IN_FORCE {
        draft.require(clause);
    }
    if terms.is_guarded() {
        draft.pin("addresses", write_addresses(&terms.addresses));
    }
    draft.set("used", Some(number(now.as_millisecond())));
    draft.set("ttl", Some(number(ttl(now))));
    for window in &judgement.windows {
        within(&mut draft, *window, seen, ask)?;
        count(&mut draft, *window, ask);
    }

    Some(draft.done())
}

/// Demands that the limit of `window` is the one of `seen`, and that the request stays within it.
fn within(draft: &mut Draft, window: Window, seen: &Pass, ask: &Ask) -> Option<()> {
    let limits = &seen.terms.limits;
    let (fixed, sliding) = (limits.fixed(window), limits.sliding_in(window));
    draft.pin(limit_name(window), fixed.map(number));
    if seen.terms.is_guarded() {
        draft.pin(sliding_name(window), sliding.map(number));
    }
    if let Some(limit) = sliding {
        return slide(draft, window, seen.counts.slide(window)?, limit, ask);
    }
    if let Some(limit) = fixed {
        let room = limit.checked_sub(ask.cost.get())?;
        draft.require_room(&count_name(window, ask.number(window)), room.into());
    }

    Some(())
}

/// Counts in the span of `window` that slides, of which `seen` was counted before, where it stays within `limit`.
fn slide(draft: &mut Draft, window: Window, seen: &Slide, limit: u32, ask: &Ask) -> Option<()> {
    let there = seen.at(ask.part(window));
    let cost = ask.cost.count();
    let room = i64::from(limit).checked_sub(there.closed())?.checked_sub(cost).filter(|room| *room >= 0)?;
    let [at, (latest, count), past] = slide_attributes(window, seen);
    for (name, value) in [at, past] {
        draft.pin(name, Some(value));
    }
    if there.at == seen.at {
        let counted = draft.name(latest);
        let room = draft.value(&format!("room_{latest}"), number(room));
        draft.require(format!("{counted} <= {room}"));
        draft.add(latest, ":cost");
    } else {
        // A new sub-window: what was counted in the one before it is final only if nobody has counted meanwhile.
        draft.pin(latest, Some(count));
        for (name, value) in slide_attributes(window, &Slide { count: cost, ..there }) {
            draft.set(name, Some(value));
        }
    }

    Some(())
}
