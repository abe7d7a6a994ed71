//! What a form that is sent again gets, where it has made a secret the first time.

use crate::Error;
use crate::control::Control;
use crate::frame::Frame;
use crate::key::Key;
use crate::pages::secret::Occasion;

/// Says that the secret was shown then, and cannot be shown again.
#[derive(Clone, Debug)]
pub struct IssuedPage {
    /// The frame.
    pub frame: Frame,
    /// What the form has done.
    pub occasion: Occasion,
    /// The key.
    pub key: Key,
    /// Whether the key can be given another secret.
    pub regenerate: Control,
}

impl IssuedPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>IssuedPage</title><pre>{self:#?}</pre>"))
    }
}
