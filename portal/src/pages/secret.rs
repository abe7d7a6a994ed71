//! The one page that shows a secret, once.

use jiff::Timestamp;

use crate::facts::{Fact, Facts};
use crate::frame::Frame;
use crate::html::Phrase;
use crate::key::{Key, Secret};
use crate::pages::page;
use crate::voice::Voice;
use crate::words::Words;

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

page!(SecretPage, "secret.html", BelowKeys, |page, voice| page.occasion.title(voice.words()).to_string());

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

impl Occasion {
    /// The title of the page, which says what to do now.
    const fn title(self, words: &Words) -> Phrase {
        match self {
            Self::Created => words.created_title,
            Self::Regenerated { .. } => words.regenerated_title,
        }
    }

    /// What somebody says who goes on.
    const fn stored(self, words: &Words) -> Phrase {
        match self {
            Self::Created => words.stored_to_list,
            Self::Regenerated { .. } => words.stored_to_key,
        }
    }
}

impl SecretPage {
    /// Where it goes on: to the list with the new key, or back to the key.
    fn way_on(&self, base: &str) -> String {
        match self.occasion {
            Occasion::Created => format!("{base}keys"),
            Occasion::Regenerated { .. } => format!("{base}keys/{}", self.key.id),
        }
    }

    /// What the key is.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        Facts::of(voice, &self.key).name().kind().permissions().fingerprint().expires(false).list()
    }
}
