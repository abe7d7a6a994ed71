//! The page that a link to the portal leads to. Looking at it spends nothing; its one button spends the link.

use crate::Error;
use crate::frame::Frame;
use crate::key::Secret;

/// Whose keys, for whom, and one button. Its form posts `code` to `enter`. `frame.inside` is `None`.
#[derive(Clone, Debug)]
pub struct EnterPage {
    /// The frame.
    pub frame: Frame,
    /// The organization's name.
    pub organization: String,
    /// The person that the link is for.
    pub subject: String,
    /// The hidden `code`: what the link brought.
    pub code: Secret,
}

impl EnterPage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>EnterPage</title><pre>{self:#?}</pre>"))
    }
}
