//! The page before a key gets a new secret.

use crate::facts::{Fact, Facts};
use crate::form::{Overlap, Problem};
use crate::frame::Frame;
use crate::html::Phrase;
use crate::key::{Key, Secrets};
use crate::pages::page;
use crate::voice::Voice;
use crate::words::Words;

/// Says what will happen, and asks how long the old secret is to work. It posts `overlap` and `once` to
/// `{base}keys/{id}/regenerate`.
#[derive(Clone, Debug)]
pub struct RegeneratePage {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: Key,
    /// The hidden `once`.
    pub once: String,
    /// The overlaps to choose from.
    pub overlaps: Vec<Overlap>,
    /// The one that is chosen.
    pub chosen: Option<Overlap>,
    /// The two secrets that the key has already: the old one of them ends with this.
    pub earlier: Option<Secrets>,
    /// Whether the session hangs on the key.
    pub own: bool,
    /// Whether the form was made from the key as it was before somebody else has changed it.
    pub changed: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

page!(
    RegeneratePage,
    "regenerate.html",
    BelowKeys,
    |page, voice| voice.title_of(&voice.regenerate(), &page.key.name),
    &page.problems
);

impl RegeneratePage {
    /// Which key it is.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        Facts::of(voice, &self.key).name().fingerprint().last_used().list()
    }
}

impl Overlap {
    /// What it is called.
    const fn name(self, words: &Words) -> Phrase {
        match self {
            Self::None => words.overlap_none,
            Self::Hour => words.overlap_hour,
            Self::Day => words.overlap_day,
            Self::Week => words.overlap_week,
        }
    }

    /// When it is the right one.
    const fn hint(self, words: &Words) -> Phrase {
        match self {
            Self::None => words.overlap_none_hint,
            Self::Hour => words.overlap_hour_hint,
            Self::Day => words.overlap_day_hint,
            Self::Week => words.overlap_week_hint,
        }
    }
}
