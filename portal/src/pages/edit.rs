//! The form that changes a key.

use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::pages::page;

/// The form that changes a key. It posts to `{base}keys/{id}`.
#[derive(Clone, Debug)]
pub struct EditPage {
    /// The frame.
    pub frame: Frame,
    /// The key, as it is.
    pub key: Key,
    /// The form.
    pub form: Form,
}

page!(
    EditPage,
    "edit.html",
    BelowKeys,
    |page, voice| voice.title_of(&voice.edit(), &page.key.name),
    &page.form.problems
);
