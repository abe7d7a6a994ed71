//! The form for a new key.

use crate::Error;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Cap;

/// The form for a new key. It posts to `{base}keys`.
#[derive(Clone, Debug)]
pub struct NewKeyPage {
    /// The frame.
    pub frame: Frame,
    /// The form.
    pub form: Form,
    /// How many keys there may be.
    pub cap: Option<Cap>,
    /// Why there cannot be another one: the contract's sentence. The form is then not shown.
    pub reached: Option<String>,
}

impl NewKeyPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>NewKeyPage</title><pre>{self:#?}</pre>"))
    }
}
