//! A key: facts, limits, usage, and what can be done with it.

use jiff::Timestamp;

use crate::Error;
use crate::control::Control;
use crate::frame::Frame;
use crate::key::{Key, Notice};
use crate::usage::{Limit, Usage};

/// One key.
#[derive(Clone, Debug)]
pub struct KeyPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// The key.
    pub key: Key,
    /// The limits that it is under; none says that there are none.
    pub limits: Vec<Limit>,
    /// The two secrets, while there are two.
    pub rotation: Option<Rotation>,
    /// The replacement of the key by another one, where keys cannot be regenerated.
    pub replacement: Option<Replacement>,
    /// The usage; `None` where the contract or the session does not show it.
    pub usage: Option<Usage>,
    /// What can be done.
    pub actions: Actions,
}

impl KeyPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>KeyPage</title><pre>{self:#?}</pre>"))
    }
}

/// What can be done with a key.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    /// Change it.
    pub edit: Control,
    /// Give it a new secret.
    pub regenerate: Control,
    /// Switch it off, or on if it is off.
    pub status: Control,
    /// Delete it.
    pub delete: Control,
}

/// Two secrets at once.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Until when the old one works.
    pub until: Timestamp,
    /// When the old one was last used, since there is a new one.
    pub old_used: Option<Timestamp>,
    /// When the new one was last used.
    pub new_used: Option<Timestamp>,
    /// Whether the old one can be ended now: the form posts `end=1` to `{base}keys/{id}/regenerate`.
    pub end: Control,
    /// The hidden `once` of that form.
    pub once: String,
}

/// The replacement of a key by another one: make it, use it, see that it is used, then delete the old one.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Whether a key can be made here. The link is `{base}keys/new?name=…&scope=…`, with the key's own.
    pub create: Control,
    /// The key that is to take its place, if there is one.
    pub new: Option<Key>,
}
