//! The answer to *Which key is this?* What was pasted is not in it.

use crate::Error;
use crate::form::Problem;
use crate::frame::Frame;
use crate::key::Key;

/// The key that a secret belongs to, or that it belongs to none of these. It has the form again, which posts `key` and
/// `once` to `{base}identify`.
#[derive(Clone, Debug)]
pub struct IdentifyPage {
    /// The frame.
    pub frame: Frame,
    /// The key; `None`: none of the organization's keys.
    pub found: Option<Key>,
    /// Whether it is the key's old secret, which still works for a while.
    pub old: bool,
    /// The hidden `once` of the form.
    pub once: String,
    /// What is wrong with what was sent; nothing is looked up then.
    pub problems: Vec<Problem>,
}

impl IdentifyPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>IdentifyPage</title><pre>{self:#?}</pre>"))
    }
}
