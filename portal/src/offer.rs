//! A scope in the form: which types may have it, which always have it, and what is said of that.

use crate::form::{Form, KeyType, Scope};
use crate::html::{Html, Phrase, Said};
use crate::voice::Voice;

/// A scope that the form offers.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    description: Option<&'a str>,
    /// Whether it implies all the others.
    pub(crate) all: bool,
    /// The types that may be given it, by value, where not all may.
    pub(crate) types: Option<String>,
    /// The types that always have it, by value, if there are any.
    pub(crate) always: Option<String>,
    choosing: Vec<&'a KeyType>,
    holding: Vec<&'a KeyType>,
    of: usize,
}

impl Form {
    /// What the form says of a scope.
    pub(crate) fn offer<'a>(&'a self, scope: &'a Scope, all: Option<&String>) -> Offer<'a> {
        let among = |pick: fn(&KeyType) -> &Vec<String>| {
            let has = |kind: &&KeyType| pick(kind).contains(&scope.name);
            self.types.iter().filter(has).collect::<Vec<_>>()
        };
        let choosing = among(|kind| &kind.choice);
        let holding = among(|kind| &kind.always);
        let values = |types: &[&KeyType]| types.iter().map(|kind| kind.value.as_str()).collect::<Vec<_>>().join(" ");

        Offer {
            description: scope.description.as_deref(),
            all: all == Some(&scope.name),
            types: (choosing.len() < self.types.len()).then(|| values(&choosing)),
            always: (!holding.is_empty()).then(|| values(&holding)),
            choosing,
            holding,
            of: self.types.len(),
        }
    }
}

impl KeyType {
    /// Whether it is the one that is chosen.
    pub(crate) fn is(&self, chosen: Option<&String>) -> bool {
        chosen == Some(&self.value)
    }
}

impl Offer<'_> {
    /// What it is for, and what else is to be known of it.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        let labels = |types: &[&KeyType]| listed(types, words.or);
        let mut said: Vec<_> = self.description.map(Said::html).into_iter().collect();
        let mut only = String::new();
        if self.all {
            said.push(words.permissions_all.html());
        }
        if !self.choosing.is_empty() && self.choosing.len() < self.of {
            only = format!(" <span data-only>{}</span>", words.permissions_for.put("types", labels(&self.choosing)));
        }
        if !self.holding.is_empty() {
            said.push(words.permissions_always.put("types", labels(&self.holding)));
        }
        let sentences: Vec<_> = said.iter().map(|sentence| ended(&sentence.to_string())).collect();

        Html::markup(sentences.join(" ") + &only)
    }
}

/// The labels of types: `Development, Production or Admin`.
fn listed(types: &[&KeyType], or: Phrase) -> String {
    let labels: Vec<_> = types.iter().map(|kind| kind.label.as_str()).collect();
    match labels.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {or} {last}", rest.join(", ")),
        Some(_) | None => labels.concat(),
    }
}

/// A description as a sentence, so that another one can follow.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}
