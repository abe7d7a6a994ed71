//! Who changed what.

use crate::Error;
use crate::activity::Event;
use crate::frame::Frame;

/// The audit trail, newest first.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// The frame.
    pub frame: Frame,
    /// The rows of this page.
    pub events: Vec<Event>,
    /// Whether this is the first page.
    pub first: bool,
    /// The cursor of the page with older rows.
    pub older: Option<String>,
}

impl ActivityPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>ActivityPage</title><pre>{self:#?}</pre>"))
    }
}
