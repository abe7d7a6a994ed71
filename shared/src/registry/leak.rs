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
    pub place: Option<Url>,
    /// What was done about it.
    pub policy: Policy,
    /// Whether somebody has let the key out of quarantine since, and it was switched off after that: it is not put there again.
    #[serde(default, skip_serializing_if = "is_not")]
    pub settled: bool,
}

/// Whether that is not so: then it is left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(crate) const fn is_not(settled: &bool) -> bool {
    !*settled
}

/// Where a secret was found: an address, as whoever found it has given it. It has no key in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Url(String);

impl Url {
    /// The most bytes of an address that are looked at, and kept.
    pub const MAX: usize = 1_024;

    /// What can be kept of `address`: only an address of the web, of visible characters, and what stands in it before anything that
    /// begins as a key does, or before the `found` key, which may begin in any way. `None` where it is none, or longer.
    pub fn read(contract: &Contract, address: &str, found: &[u8]) -> Option<Self> {
        let address = address.trim();
        let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        if !is_web || address.len() > Self::MAX || !address.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let found = Some(found).filter(|found| !found.is_empty()).and_then(|found| std::str::from_utf8(found).ok());
        // As it is, and as it reads where escapes are undone.
        let readings = found.into_iter().flat_map(|found| {
            let whole = one_name(found);
            [found.to_owned(), whole.replace('+', " "), whole]
        });
        let readings: Vec<_> = readings.collect();
        let before_key = |text: &str| {
            let places = readings.iter().filter_map(|reading| text.find(reading.as_str()));
            places.chain([contract.before_key(text).len()]).min().unwrap_or_default()
        };
        let kept = address.get(..before_key(address)).unwrap_or_default();
        // A key can hide behind escapes. The first is at or before the one that it hides behind.
        let kept = if hides_key(before_key, kept) { kept.split('%').next().unwrap_or_default() } else { kept };

        Some(Self(kept.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How often escapes within escapes are undone. Nobody writes more in earnest.
const UNDONE: usize = 4;

/// `text` without what parts a form, so that all of it is one name.
fn one_name(text: &str) -> String {
    text.replace(['&', '='], "/")
}

/// Whether `address` has a key in it once its escapes are undone, and those within them. `before_key` is how much of a text stands before
/// one.
fn hides_key(before_key: impl Fn(&str) -> usize, address: &str) -> bool {
    let mut text = address.to_owned();
    for _ in 0..UNDONE {
        let whole = one_name(&text);
        let undone: String = form_urlencoded::parse(whole.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        if before_key(&undone) != undone.len() {
            return true;
        }
        if undone == whole {
            return false;
        }
        text = undone;
    }

    true
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
    url: Option<Url>,
    /// By which policy something was done about it.
    done: Policy,
    /// `true` where it is a secret that was replaced, and works beside the new one. `quarantine` and `revoke` end that, and do nothing
    /// else.
    old: bool,
}

impl View {
    /// `leak`, of a secret that was replaced or of the current one.
    pub fn new(leak: &Leak, old: bool) -> Self {
        let Leak { at, source, place, policy, .. } = leak;

        Self { at: clock::seconds(*at), source: *source, url: place.clone(), done: *policy, old }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_was_found_is_not_in_its_place_however_it_begins() {
        let contract = Contract::load("standard").unwrap();
        let key = "aB3+dE5/gH7=jK9&mN1";
        for (address, kept) in [
            (format!("https://example.com/a?b={key}&c"), "https://example.com/a?b="),
            ("https://example.com/a?b=%61B3%2BdE5%2FgH7%3DjK9%26mN1".to_owned(), "https://example.com/a?b="),
            ("https://example.com/a?b=aB3+dE5/gH7%3DjK9%26mN1".to_owned(), "https://example.com/a?b=aB3+dE5/gH7"),
            ("https://example.com/a?b=aB3".to_owned(), "https://example.com/a?b=aB3"),
        ] {
            let place = Url::read(&contract, &address, key.as_bytes()).unwrap();
            assert_eq!(place.as_str(), kept, "{address}");
        }
    }

    #[test]
    fn a_place_is_an_address_of_the_web_without_a_key_in_it() {
        let contract = Contract::load("standard").unwrap();
        let key = "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH";
        let read = |address: &str| Url::read(&contract, address, b"").map(|place| place.as_str().to_owned());
        for (address, kept) in [
            ("https://github.com/a/b/blob/c/d.txt#L7".to_owned(), Some("https://github.com/a/b/blob/c/d.txt#L7")),
            (" http://example.com/x ".to_owned(), Some("http://example.com/x")),
            (format!("https://example.com/?key={key}&more"), Some("https://example.com/?key=…")),
            (format!("https://example.com/{key}"), Some("https://example.com/…")),
            (key.replace("lk_", "https://example.com/?a=1&b=%6Ck%5F"), Some("https://example.com/?a=1&b=")),
            (key.replace("lk_", "https://example.com/?a=%256ck%5f"), Some("https://example.com/?a=")),
            (format!("https://example.com/{}?b={key}", key.replace("lk_", "%6ck_")), Some("https://example.com/")),
            ("https://example.com/?a=%20b".to_owned(), Some("https://example.com/?a=%20b")),
            (format!("https://example.com/?k={}%4A", key.trim_end_matches("2ocH")), Some("https://example.com/?k=")),
            (format!("https://example.com/?k={}", key.trim_end_matches("4Y2ocH")), Some("https://example.com/?k=")),
            (
                format!("https://example.com/?k={}", key.replace("lk_live", "lk%5Flive")),
                Some("https://example.com/?k=lk"),
            ),
            ("ftp://example.com".to_owned(), None),
            ("javascript:alert(1)".to_owned(), None),
            ("https://exämple.com".to_owned(), None),
            ("https://example.com/a b".to_owned(), None),
            (String::new(), None),
        ] {
            let kept = kept.map(|kept| kept.trim_end_matches('…').to_owned());
            assert_eq!(read(&address), kept, "{address}");
        }
        let long = |length: usize| read(&format!("https://example.com/{}", "a".repeat(length)));
        assert_eq!((long(1_004).map(|kept| kept.len()), long(1_005)), (Some(Url::MAX), None));
        // As many escapes within escapes as there is room for.
        assert_eq!(
            read(&format!("https://example.com/%{}", "25".repeat(450))).as_deref(),
            Some("https://example.com/")
        );
    }
}
