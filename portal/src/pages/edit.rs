//! The form that changes a key.

use crate::Error;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;

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

impl EditPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>EditPage</title><pre>{self:#?}</pre>"))
    }
}
