//! The answer to *Which key is this?* What was pasted is not in it.

use crate::facts::{Fact, Facts};
use crate::form::Problem;
use crate::frame::Frame;
use crate::html::Phrase;
use crate::key::Key;
use crate::pages::page;
use crate::voice::Voice;
use crate::words::Words;

/// The key that a secret belongs to, or that it belongs to none of these. It has the form again, which posts `key` and
/// `once` to `{base}identify`.
#[derive(Clone, Debug)]
pub struct IdentifyPage {
    /// The frame.
    pub frame: Frame,
    /// The key; `None`: none of the organization's keys.
    pub found: Option<Key>,
    /// Whether it is the key's old secret, which still works for a while.
    pub old: bool,
    /// The hidden `once` of the form.
    pub once: String,
    /// What is wrong with what was sent; nothing is looked up then.
    pub problems: Vec<Problem>,
}

page!(IdentifyPage, "identify.html", BelowKeys, |page, voice| page.heading(voice.words()).to_string(), &page.problems);

impl IdentifyPage {
    /// What has come of it.
    fn heading(&self, words: &Words) -> Phrase {
        match &self.found {
            _ if !self.problems.is_empty() => words.identify,
            Some(_) => words.identify_found,
            None => words.identify_none,
        }
    }

    /// What the button of the form looks like: once the key is found, there is no need to look on.
    const fn submit_class(&self) -> &'static str {
        match &self.found {
            Some(_) => "button quiet",
            None => "button",
        }
    }
}

/// What is known of the key.
fn facts(voice: &Voice<'_>, key: &Key) -> Vec<Fact> {
    Facts::of(voice, key).kind().permissions().fingerprint().status().created().last_used().list()
}
