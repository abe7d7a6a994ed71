//! The page that a link to the portal leads to. Looking at it spends nothing; its one button spends the link.

use jiff::Timestamp;

use crate::facts::Fact;
use crate::frame::Frame;
use crate::html::Html;
use crate::key::Secret;
use crate::pages::page;
use crate::voice::Voice;

/// Whose keys, for whom, and one button. Its form posts `code` to `enter`. `frame.inside` is `None`.
#[derive(Clone, Debug)]
pub struct EnterPage {
    /// The frame.
    pub frame: Frame,
    /// The organization's name.
    pub organization: String,
    /// The person that the link is for.
    pub subject: String,
    /// Until when the link can be used.
    pub until: Timestamp,
    /// The organization whose session this browser leaves, if it is in another one.
    pub leaves: Option<String>,
    /// The hidden `code`: what the link brought.
    pub code: Secret,
}

page!(EnterPage, "enter.html", Nowhere, |_page, voice| voice.words().enter_title.to_string());

impl EnterPage {
    /// Whose keys, and for whom.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let (organization, subject) = (Html::typed(&self.organization), Html::typed(&self.subject));
        let fact = |label: String, value| Fact { label, value };

        vec![fact(voice.noun_first(), organization), fact(voice.words().person.to_string(), subject)]
    }
}
