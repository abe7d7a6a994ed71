//! What a form that is sent again gets, where it has made a secret the first time.

use crate::control::Control;
use crate::facts::{Fact, Facts};
use crate::frame::Frame;
use crate::html::Html;
use crate::key::Key;
use crate::pages::page;
use crate::pages::secret::Occasion;
use crate::voice::Voice;

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

page!(IssuedPage, "issued.html", BelowKeys, |_page, voice| voice.words().issued_title.to_string());

impl IssuedPage {
    /// What happened the first time.
    fn said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        let phrase = match self.occasion {
            Occasion::Created => words.issued_created,
            Occasion::Regenerated { .. } => words.issued_regenerated,
        };

        phrase.put("name", Html::typed(&self.key.name))
    }

    /// What the key is.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        Facts::of(voice, &self.key).name().kind().permissions().fingerprint().created().list()
    }
}
