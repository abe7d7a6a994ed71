//! A leak: a secret of a key was found where others can see it. What is known of that, and what was done about it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Contract;
use crate::contract::leaks::Policy;
use crate::contract::secret;
use crate::contract::secret::Digest;
use crate::environment::clock;

/// Who has told of a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Source {
    /// GitHub's secret scanning, by a signed message.
    Github,
    /// Somebody who has the key, and has said so.
    Report,
}

impl Source {
    /// Its name, which is also that of the author of what is done.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Report => "report",
        }
    }
}

/// A leak of one secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// The digest of the secret. Once it is no secret of the key any more, the leak is history.
    #[serde(with = "secret::hexadecimal")]
    pub digest: Digest,
    /// When it was told of.
    pub at: Timestamp,
    /// By whom.
    pub source: Source,
    /// Where the secret was found, if that was said.
    pub place: Option<Place>,
    /// What was done about it.
    pub policy: Policy,
}

/// Where a secret was found: an address, as whoever found it has given it. It has no key in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Place(String);

impl Place {
    /// The most bytes of an address that are kept.
    pub const MAX: usize = 1_024;

    /// What can be kept of `address`: only an address of the web, of visible characters, and what stands in it before anything that has
    /// the form of a key. `None` where nothing is left of it.
    pub fn read(contract: &Contract, address: &str) -> Option<Self> {
        let address = address.trim();
        let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        let is_visible = address.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_web || !is_visible {
            return None;
        }
        let kept = contract.before_key(address);
        // A key can hide behind escapes. Then what is before them is kept.
        let kept = if hides_key(contract, kept) { kept.split('%').next().unwrap_or_default() } else { kept };
        let kept = kept.get(..kept.floor_char_boundary(Self::MAX)).unwrap_or_default();

        Some(Self(kept.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `address` has a key in it once its escapes are undone, and those within them.
fn hides_key(contract: &Contract, address: &str) -> bool {
    let mut text = address.to_owned();
    loop {
        // With what parts a form replaced, all of it is one name.
        let whole = text.replace(['&', '='], "/");
        let undone: String = form_urlencoded::parse(whole.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        if contract.before_key(&undone) != undone {
            return true;
        }
        if undone == text {
            return false;
        }
        text = undone;
    }
}

/// A leak as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Leak")]
pub struct View {
    /// When it was told of.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Who has told of it: GitHub's secret scanning, or somebody who has reported the key.
    source: Source,
    /// Where the key was found, as they have said; `null` where they have not.
    url: Option<Place>,
    /// What was done about it.
    done: Policy,
}

impl From<&Leak> for View {
    fn from(leak: &Leak) -> Self {
        let Leak { at, source, place, policy, .. } = leak;

        Self { at: clock::seconds(*at), source: *source, url: place.clone(), done: *policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_address_of_the_web_without_a_key_in_it() {
        let contract = Contract::load("standard").unwrap();
        let key = "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH";
        let read = |address: &str| Place::read(&contract, address).map(|place| place.as_str().to_owned());
        for (address, kept) in [
            ("https://github.com/a/b/blob/c/d.txt#L7".to_owned(), Some("https://github.com/a/b/blob/c/d.txt#L7")),
            (" http://example.com/x ".to_owned(), Some("http://example.com/x")),
            (format!("https://example.com/?key={key}&more"), Some("https://example.com/?key=…")),
            (format!("https://example.com/{key}"), Some("https://example.com/…")),
            (key.replace("lk_", "https://example.com/?a=1&b=%6Ck%5F"), Some("https://example.com/?a=1&b=")),
            (key.replace("lk_", "https://example.com/?a=%256ck%5f"), Some("https://example.com/?a=")),
            (format!("https://example.com/{}?b={key}", key.replace("lk_", "%6ck_")), Some("https://example.com/")),
            ("https://example.com/?a=%20b".to_owned(), Some("https://example.com/?a=%20b")),
            ("ftp://example.com".to_owned(), None),
            ("javascript:alert(1)".to_owned(), None),
            ("https://exämple.com".to_owned(), None),
            ("https://example.com/a b".to_owned(), None),
            (String::new(), None),
        ] {
            let kept = kept.map(|kept| kept.trim_end_matches('…').to_owned());
            assert_eq!(read(&address), kept, "{address}");
        }
        assert_eq!(read(&format!("https://example.com/{}", "a".repeat(2_000))).unwrap().len(), Place::MAX);
    }
}
