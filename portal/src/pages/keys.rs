//! The list of keys.

use crate::Error;
use crate::control::Control;
use crate::frame::Frame;
use crate::key::{Cap, Column, Key, Notice, Status};

/// The list of keys, newest first.
#[derive(Clone, Debug)]
pub struct KeysPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Whether a key can be made here.
    pub create: Control,
    /// What is looked for.
    pub filters: Filters,
    /// The columns, in the contract's order.
    pub columns: Vec<Column>,
    /// The keys of this page.
    pub keys: Vec<Key>,
    /// How many there are in all, of those that are looked for, if that is known.
    pub total: Option<u64>,
    /// How many keys there may be.
    pub cap: Option<Cap>,
    /// Whether this is the first page.
    pub first: bool,
    /// The cursor of the page with older keys.
    pub older: Option<String>,
    /// The hidden `once` of *Which key is this?*; `None` leaves the form out.
    pub identify_once: Option<String>,
}

impl KeysPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>KeysPage</title><pre>{self:#?}</pre>"))
    }
}

/// What is looked for: `q`, `type` and `status`.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// `q`.
    pub query: String,
    /// The types to choose from; none where there are no types.
    pub types: Vec<Choice>,
    /// `type`.
    pub chosen_type: Option<String>,
    /// Whether one can choose by status.
    pub by_status: bool,
    /// `status`.
    pub status: Option<Status>,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
}
