//! The page before a key gets a new secret.

use crate::Error;
use crate::form::{Overlap, Problem};
use crate::frame::Frame;
use crate::key::Key;

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
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl RegeneratePage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>RegeneratePage</title><pre>{self:#?}</pre>"))
    }
}
