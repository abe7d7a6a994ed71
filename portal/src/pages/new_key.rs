//! The form for a new key.

use crate::control::Why;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Cap;
use crate::pages::page;

/// The form for a new key. It posts to `{base}keys`.
#[derive(Clone, Debug)]
pub struct NewKeyPage {
    /// The frame.
    pub frame: Frame,
    /// The form.
    pub form: Form,
    /// How many keys there may be.
    pub cap: Option<Cap>,
    /// Why there cannot be another one. The form is then not shown.
    pub reached: Option<Why>,
    /// What a key that is made here may do, where a link to the form asked for something else.
    pub unmet: Option<Vec<String>>,
}

page!(NewKeyPage, "new_key.html", BelowKeys, |page, voice| voice.create(), &page.form.problems);
