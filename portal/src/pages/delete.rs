//! The page before a key is deleted.

use crate::control::Control;
use crate::facts::{Fact, Facts};
use crate::form::Problem;
use crate::frame::Frame;
use crate::key::{Answer, Key};
use crate::pages::page;
use crate::voice::Voice;

/// Names the key, what it has been used for and what callers will get. It posts `once`, and `confirm` where the name
/// must be typed, to `{base}keys/{id}/delete`.
#[derive(Clone, Debug)]
pub struct DeletePage {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: Key,
    /// Whether the session hangs on the key.
    pub own: bool,
    /// The hidden `once`.
    pub once: String,
    /// How many requests there were with it in the last 24 hours, if that is known.
    pub requests_last_day: Option<u64>,
    /// What callers will get.
    pub answer: Answer,
    /// Whether it could be deactivated instead.
    pub deactivate: Control,
    /// Whether the name must be typed: for a key that was used of late.
    pub type_name: bool,
    /// `confirm`, as typed.
    pub typed: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

page!(
    DeletePage,
    "delete.html",
    BelowKeys,
    |page, voice| voice.title_of(&voice.delete(), &page.key.name),
    &page.problems
);

impl DeletePage {
    /// Which key it is, and what callers will get.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let facts = Facts::of(voice, &self.key).name().fingerprint().last_used();
        facts.requests_last_day(self.requests_last_day).answer(voice.words().answer, &self.answer).list()
    }
}
