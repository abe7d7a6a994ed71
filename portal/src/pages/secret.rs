//! The one page that shows a secret, once.

use jiff::Timestamp;

use crate::Error;
use crate::frame::Frame;
use crate::key::{Key, Secret};

/// A new secret, shown once.
#[derive(Clone, Debug)]
pub struct SecretPage {
    /// The frame.
    pub frame: Frame,
    /// What it is the secret of.
    pub occasion: Occasion,
    /// The key, as it is now.
    pub key: Key,
    /// The whole secret.
    pub secret: Secret,
    /// A command that calls the API with it.
    pub example: Option<Secret>,
}

impl SecretPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>SecretPage</title><pre>{self:#?}</pre>"))
    }
}

/// What a secret is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A new key.
    Created,
    /// A key that had another secret before.
    Regenerated {
        /// Until when the old one works; `None` if it does not any more.
        old_until: Option<Timestamp>,
    },
}
