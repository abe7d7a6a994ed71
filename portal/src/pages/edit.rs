//! The form that changes a key.

use crate::facts::{Fact, Facts};
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::pages::page;
use crate::voice::Voice;

/// The form that changes a key. It posts to `{base}keys/{id}`.
#[derive(Clone, Debug)]
pub struct EditPage {
    /// The frame.
    pub frame: Frame,
    /// The key, as it is.
    pub key: Key,
    /// The form.
    pub form: Form,
    /// Whether the form was made from the key as it was before somebody else has changed it: then it says how it is now.
    pub changed: bool,
    /// Whether the session hangs on the key.
    pub own: bool,
}

page!(
    EditPage,
    "edit.html",
    BelowKeys,
    |page, voice| voice.title_of(&voice.edit(), &page.key.name),
    &page.form.problems
);

impl EditPage {
    /// How the key is now.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        Facts::of(voice, &self.key).name().permissions().expires(true).status().list()
    }
}
