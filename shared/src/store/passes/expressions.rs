//! The expressions by which DynamoDB judges and counts, and the names of a pass's attributes.

use std::borrow::Cow;

use dynamodb::{AttributeValue, number, text, text_set};
use jiff::Timestamp;

use super::Versions;
use super::draft::{Draft, Drafted};
use crate::contract::Contract;
use crate::contract::limit::Window;
use crate::contract::slide::Slide;
use crate::registry::ask::Ask;
use crate::registry::pass::{Standing, Terms};
use crate::store::{names, write_addresses};

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
    pub(super) edition: String,
    condition: String,
    update: String,
    /// The names that do not depend on the time.
    names: Vec<(String, String)>,
    /// What the counters of each window are called in the expressions: the one that counts, and those that are cleared.
    counters: Vec<(Window, Vec<String>)>,
}

/// What a condition demands whatever a request costs: the terms are in force and of this edition, and nothing stands against the
/// key.
pub(super) const IN_FORCE: [&str; 2] = [
    "#standing = :open AND #until > :now AND #edition = :edition",
    "(attribute_not_exists(#expires) OR #expires > :now)",
];

impl Judgement {
    pub(super) fn new(contract: &Contract) -> Self {
        let mut clauses = IN_FORCE.map(str::to_owned).to_vec();
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        let mut fixed: Vec<_> = names(["standing", "until", "edition", "expires", "used", "ttl"]).into_iter().collect();
        let mut counters = Vec::new();
        for window in &contract.windows {
            let letter = window.letter();
            // A comparison with an absent attribute is false, so both cases are written out: without a limit everybody
            // is let in, without a count the first one.
            clauses.push(format!(
                "(attribute_not_exists(#l{letter}) OR attribute_not_exists(#{letter}) OR #{letter} < #l{letter})"
            ));
            add.push(format!("#{letter} :one"));
            let old: Vec<_> = (1..=CLEARED_WINDOWS).map(|back| format!("#{letter}{back}")).collect();
            remove.extend(old.clone());
            fixed.push((format!("#l{letter}"), limit_name(*window).to_owned()));
            counters.push((*window, std::iter::once(format!("#{letter}")).chain(old).collect()));
        }
        let (add, remove) = (add.join(", "), remove.join(", "));

        Self {
            windows: contract.windows.clone(),
            edition: contract.edition.clone(),
            condition: clauses.join(" AND "),
            update: format!("SET #used = :now, #ttl = :ttl ADD {add} REMOVE {remove}"),
            names: fixed,
            counters,
        }
    }

    /// The judgement of a request that counts once.
    pub(super) fn once(&self, ask: &Ask) -> Drafted<'_> {
        let counters = self.counters.iter().flat_map(|(window, names)| {
            let now = std::iter::once(count_name(*window, ask.number(*window)));
            let counters = now.chain(cleared(*window, ask)).map(Cow::Owned);
            names.iter().map(|said| Cow::Borrowed(said.as_str())).zip(counters)
        });
        let fixed = self.names.iter().map(|(said, name)| (Cow::Borrowed(said.as_str()), Cow::Borrowed(name.as_str())));
        let now = ask.now();

        Drafted {
            condition: Cow::Borrowed(&self.condition),
            update: Cow::Borrowed(&self.update),
            names: fixed.chain(counters).collect(),
            values: vec![
                (":open".into(), text(Standing::Open.name())),
                (":now".into(), number(now.as_millisecond())),
                (":edition".into(), text(&self.edition)),
                (":ttl".into(), number(ttl(now))),
                (":one".into(), number(1)),
            ],
        }
    }
}

/// The counters of `window` that each update clears.
fn cleared(window: Window, ask: &Ask) -> impl Iterator<Item = String> {
    let kept = ask.number(window).saturating_sub(window.kept());

    (1..=CLEARED_WINDOWS).map(move |back| count_name(window, kept.saturating_sub(back)))
}

/// Counts a request that asks for `ask` in `window`, and clears older counters of it.
pub(super) fn count(draft: &mut Draft, window: Window, ask: &Ask) {
    add(draft, window, ask);
    for old in cleared(window, ask) {
        draft.set(&old, None);
    }
}

/// Counts a request that asks for `ask` in `window`.
pub(super) fn add(draft: &mut Draft, window: Window, ask: &Ask) {
    let cost = draft.value("cost", number(ask.cost.count()));
    draft.add(count_name(window, ask.number(window)), &cost);
}

/// Whether the counter of that number no longer matters to a request that asks for this.
pub(super) fn is_stale(window: Window, number_of: i64, ask: &Ask) -> bool {
    number_of < ask.number(window).saturating_sub(window.kept())
}

pub(super) fn ttl(now: Timestamp) -> i64 {
    now.as_second().saturating_add(KEPT_SECS)
}

/// The name that begins with `$begin` and ends with the letter of a window. Every pass that is read asks for most of them.
macro_rules! name_of {
    ($begin:literal, $window:expr) => {
        match $window {
            Window::Second => concat!($begin, "s"),
            Window::Minute => concat!($begin, "m"),
            Window::Hour => concat!($begin, "h"),
            Window::Day => concat!($begin, "d"),
            Window::Week => concat!($begin, "w"),
            Window::Month => concat!($begin, "M"),
        }
    };
}

pub(super) const fn limit_name(window: Window) -> &'static str {
    name_of!("limit_", window)
}

/// The name of a limit that slides.
pub(super) const fn sliding_name(window: Window) -> &'static str {
    name_of!("sliding_", window)
}

/// The name of a limit that is shared.
pub(super) const fn shared_name(window: Window) -> &'static str {
    name_of!("shared_", window)
}

/// The names of what was counted in a span that slides: in which sub-window, how much in it, and how much in those before.
pub(super) const fn slide_names(window: Window) -> [&'static str; 3] {
    [name_of!("at_", window), name_of!("in_", window), name_of!("past_", window)]
}

/// What was counted in the span of `window` that slides, by the names that it has in an item.
pub(super) fn slide_attributes(window: Window, slide: &Slide) -> [(&'static str, AttributeValue); 3] {
    let [at, latest, past] = slide_names(window);
    let counts = slide.past.map(|count| count.to_string()).join(" ");

    [(at, number(slide.at)), (latest, number(slide.count)), (past, text(counts))]
}

/// The `edition` that a pass with these terms has in its item. One that must be judged by what is known of it has another, also to
/// whoever does not know of such passes.
pub(super) fn edition_of(terms: &Terms, edition: &str) -> String {
    if terms.is_guarded() { format!("{edition}{GUARDED}") } else { edition.to_owned() }
}

/// What marks that edition.
pub(super) const GUARDED: char = '+';

pub(super) fn count_name(window: Window, number: i64) -> String {
    format!("{}{number}", window.letter())
}

/// Every attribute of a pass except its key and its counters; `None` where these terms do not have it, so that it is
/// removed.
pub(super) fn terms(terms: &Terms, versions: Versions, now: Timestamp) -> Vec<(&'static str, Option<AttributeValue>)> {
    let limits = Window::ALL.into_iter().flat_map(|window| {
        [
            (limit_name(window), terms.limits.fixed(window).map(number)),
            (sliding_name(window), terms.limits.sliding_in(window).map(number)),
            (shared_name(window), terms.shared.get(window).map(number)),
        ]
    });
    let others = [
        ("org", Some(text(terms.org.as_str()))),
        ("key", Some(text(terms.key.as_str()))),
        ("external", terms.external_id.as_ref().map(|id| text(id.as_str()))),
        ("kind", terms.kind.as_deref().map(text)),
        ("standing", Some(text(terms.standing.name()))),
        ("expires", terms.expires_at.map(|at| number(at.as_millisecond()))),
        ("scopes", text_set(terms.scopes.iter())),
        ("until", Some(number(terms.until.as_millisecond()))),
        ("edition", Some(text(edition_of(terms, &terms.edition)))),
        ("addresses", write_addresses(&terms.addresses)),
        ("fence", Some(number(versions.org))),
        ("key_fence", Some(number(versions.key))),
        ("ttl", Some(number(ttl(now)))),
    ];

    others.into_iter().chain(limits).collect()
}
