//! What a presented key looks like under a contract. Nobody's key is known here.

use super::key_format::Presented;
use super::{Contract, KeyType, LegacyForm};

/// What a key looks like, going by its form alone.
#[derive(Clone, Copy, Debug)]
pub struct Looks<'c> {
    /// Its type; `None` where the form is of keys of any type.
    pub kind: Option<&'c KeyType>,
    /// The name of its form, where it was not issued here.
    pub legacy: Option<&'c str>,
}

impl Looks<'_> {
    /// Whether a key of the type `kind` can look so.
    pub fn can_be(&self, kind: Option<&str>) -> bool {
        self.kind.is_none_or(|known| known.name.as_deref() == kind)
    }
}

impl Contract {
    /// What `bytes` look like, and the key as presented. `None` where they look like no key at all.
    pub fn parse<'a>(&self, bytes: &'a [u8]) -> Option<(Looks<'_>, Presented<'a>)> {
        let issued = |kind| Some((Looks { kind: Some(kind), legacy: None }, kind.format.parse(bytes)?));

        self.types.iter().find_map(issued).or_else(|| Some((self.looks_legacy(bytes)?, Presented::new(bytes))))
    }

    /// The form of `bytes` that are no key of today's. Where two forms of different types take them, they tell no type.
    fn looks_legacy(&self, bytes: &[u8]) -> Option<Looks<'_>> {
        let mut forms = self.legacy.iter().filter(|form| form.takes(bytes, &self.types));
        let first = forms.next()?;
        let kind = self.key_type(first.kind.as_deref()).filter(|_| forms.all(|other| other.kind == first.kind));

        Some(Looks { kind, legacy: Some(&first.name) })
    }

    /// What of `text` stands before anything in it that begins as a key does, however it goes on: a part of one is a secret, too.
    pub fn before_key<'a>(&self, text: &'a str) -> &'a str {
        let places = self.prefixes().filter_map(|prefix| text.find(prefix));

        places.min().and_then(|place| text.get(..place)).unwrap_or(text)
    }

    /// What keys begin with, as far as that is enough to tell one.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        let issued = self.types.iter().map(|kind| kind.format.prefix());

        issued.chain(self.legacy.iter().filter_map(LegacyForm::prefix))
    }
}
