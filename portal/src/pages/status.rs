//! The page before a key is switched off or on.

use crate::Error;
use crate::frame::Frame;
use crate::key::{Answer, Key};

/// Names the key and says what callers will get. It posts `status` (`inactive` or `active`) and `once` to
/// `{base}keys/{id}/status`.
#[derive(Clone, Debug)]
pub struct StatusPage {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: Key,
    /// The hidden `once`.
    pub once: String,
    /// Which of the two.
    pub change: Change,
    /// How many requests there were with it in the last 24 hours, if that is known.
    pub requests_last_day: Option<u64>,
    /// What callers get while it is off.
    pub answer: Answer,
}

impl StatusPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>StatusPage</title><pre>{self:#?}</pre>"))
    }
}

/// Off or on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Off.
    Deactivate,
    /// On.
    Activate,
}
