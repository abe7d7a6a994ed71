//! The page before a key is switched off or on.

use crate::facts::{Fact, Facts};
use crate::frame::Frame;
use crate::html::Phrase;
use crate::key::{Answer, Key};
use crate::pages::page;
use crate::voice::Voice;
use crate::words::Words;

/// Names the key and says what callers will get. It posts `status` (`inactive` or `active`) and `once` to
/// `{base}keys/{id}/status`.
#[derive(Clone, Debug)]
pub struct StatusPage {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: Key,
    /// Whether the session hangs on the key.
    pub own: bool,
    /// The hidden `once`.
    pub once: String,
    /// Which of the two.
    pub change: Change,
    /// How many requests there were with it in the last 24 hours, if that is known.
    pub requests_last_day: Option<u64>,
    /// What callers get while it is off; where it is switched on and is refused all the same, what they get then.
    pub answer: Answer,
    /// Whether calls are still refused once it is on.
    pub still: bool,
}

page!(StatusPage, "status.html", BelowKeys, |page, voice| voice.title_of(&page.verb(voice), &page.key.name));

/// Off or on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Off.
    Deactivate,
    /// On.
    Activate,
}

impl StatusPage {
    fn verb(&self, voice: &Voice<'_>) -> String {
        match self.change {
            Change::Deactivate => voice.deactivate(),
            Change::Activate => voice.activate(),
        }
    }

    /// What is said of the answer.
    const fn answer_label(&self, words: &Words) -> Phrase {
        match self.change {
            Change::Deactivate => words.answer,
            Change::Activate => words.answer_so_far,
        }
    }

    /// Which key it is, and what callers get.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let facts = Facts::of(voice, &self.key).name().fingerprint().last_used();
        let label = self.answer_label(voice.words());
        facts.requests_last_day(self.requests_last_day).answer(label, &self.answer).list()
    }
}
