//! The page before an old secret is ended ahead of its time.

use crate::facts::{Fact, Facts};
use crate::frame::Frame;
use crate::key::{Key, Secrets};
use crate::pages::page;
use crate::voice::Voice;

/// Says which old secret it is and whether it is still used. It posts `end=1`, `version` and `once` to
/// `{base}keys/{id}/regenerate`.
#[derive(Clone, Debug)]
pub struct EndPage {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: Key,
    /// The hidden `once`.
    pub once: String,
    /// Its two secrets.
    pub secrets: Secrets,
    /// Whether the session hangs on the key.
    pub own: bool,
    /// Whether the form was made from the key as it was before somebody else has changed it.
    pub changed: bool,
}

page!(EndPage, "end.html", BelowKeys, |page, voice| {
    voice.title_of(&voice.words().end_old.to_string(), &page.key.name)
});

impl EndPage {
    /// Which key it is.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        Facts::of(voice, &self.key).name().fingerprint().list()
    }
}
