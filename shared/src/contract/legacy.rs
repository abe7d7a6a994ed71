//! Forms of keys that were not issued here, but taken over by their digests. They are let in like others, and none is ever issued.

use std::collections::BTreeMap;

use super::file::LegacyFile;
use super::key_type::KeyType;
use super::pattern::Pattern;
use super::{Flaw, flaw};

/// The fewest characters that such a key has.
const SHORTEST: usize = 16;

/// How many such keys there can be at least. Their digests have no salt: who has one must not find the key by trying.
const OPEN: u128 = 1 << 64;

/// The shortest beginning by which a text is taken for a key.
const TELLING: usize = 4;

/// A form of keys from elsewhere.
#[derive(Clone, Debug)]
pub struct LegacyForm {
    /// Its name in the contract.
    pub name: String,
    /// What its keys look like.
    pub pattern: Pattern,
    /// The type that its keys are of; `None` where that can be any of the contract's.
    pub kind: Option<String>,
    lead: String,
}

impl LegacyForm {
    /// Whether `bytes` are such a key. What begins as a key of one of `types` is none, unless the pattern says so: a mistyped or made-up
    /// key of today is known without a look at the store.
    pub(super) fn takes(&self, bytes: &[u8], types: &[KeyType]) -> bool {
        let begins = types.iter().map(|kind| kind.format.prefix()).find(|prefix| bytes.starts_with(prefix.as_bytes()));

        begins.is_none_or(|prefix| self.lead.starts_with(prefix)) && self.pattern.matches(bytes)
    }

    /// What all its keys begin with, where that is enough to tell one.
    pub fn prefix(&self) -> Option<&str> {
        Some(self.lead.as_str()).filter(|lead| lead.len() >= TELLING)
    }
}

/// The forms that `file` describes, of keys of these `types`.
pub(super) fn check(file: BTreeMap<String, LegacyFile>, types: &[KeyType]) -> Result<Vec<LegacyForm>, Flaw> {
    let checked = file.into_iter().map(|(name, LegacyFile { pattern, kind })| {
        let place = |member: &str| format!("key.legacy.{name}.{member}");
        let pattern: Pattern = pattern.parse().or_else(|what| flaw(place("pattern"), what))?;
        if pattern.shortest() < SHORTEST {
            return flaw(place("pattern"), format!("must not match fewer than {SHORTEST} characters"));
        }
        if pattern.count() < OPEN {
            return flaw(place("pattern"), "must leave at least 64 bits open: keys that can be guessed are none");
        }
        if kind.is_some() && !types.iter().any(|known| known.name == kind) {
            let what = if types.iter().any(|known| known.name.is_some()) {
                "there is no such type"
            } else {
                "there are no types"
            };
            return flaw(place("type"), what);
        }
        let lead = pattern.lead();

        Ok(LegacyForm { name, pattern, kind, lead })
    });

    checked.collect()
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;

    /// The standard contract with these forms.
    fn with(forms: &str) -> Result<Contract, String> {
        let text = include_str!("../../../contracts/standard.toml");

        Contract::read("x.toml", &format!("{text}\n{forms}")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_form_that_is_short_or_easy_to_guess_is_refused() {
        for (form, why) in [
            ("pattern = \"[A-Za-z0-9]{15,40}\"", "pattern: must not match fewer than 16 characters"),
            ("pattern = \"[a-z]{8}[a-z]{0,40}\"", "pattern: must not match fewer than 16 characters"),
            ("pattern = \"aaaaaaaaaaaaaaaa\"", "pattern: must leave at least 64 bits open"),
            ("pattern = \"customer-[0-9]{19}\"", "pattern: must leave at least 64 bits open"),
            ("pattern = \"[a-z]+\"", "pattern: must be characters and classes"),
            ("pattern = \"[a-z]{20}\"\ntype = \"gone\"", "type: there is no such type"),
            ("pattern = \"[a-z]{20}\"\nprefix = \"a\"", "unknown field `prefix`"),
            ("type = \"live\"", "missing field `pattern`"),
        ] {
            let told = with(&format!("[key.legacy.old]\n{form}")).unwrap_err();
            assert!(told.starts_with("x.toml: "), "{told}");
            let place = if told.contains("line ") { "" } else { "key.legacy.old." };
            assert!(told.contains(&format!("{place}{why}")), "{form}: {told}");
        }
        let fayne = include_str!("../../../contracts/fayne.toml");
        let typed = format!("{fayne}\n[key.legacy.old]\npattern = \"[a-z]{{20}}\"\ntype = \"live\"");
        let told = Contract::read("x.toml", &typed).unwrap_err().to_string();
        assert!(told.ends_with("key.legacy.old.type: there are no types"), "{told}");
    }

    #[test]
    fn the_forms_of_today_come_first_and_what_begins_like_them_is_only_what_a_pattern_spells() {
        let contract = with(
            "[key.legacy.any]\npattern = \"[A-Za-z0-9_]{20,60}\"\n\
             [key.legacy.hex]\npattern = \"lk_test_[0-9a-f]{32}\"\ntype = \"test\"\n\
             [key.legacy.one]\npattern = \"x-[0-9a-f]{20}\"\ntype = \"test\"\n\
             [key.legacy.two]\npattern = \"x-[0-9]{20}\"\ntype = \"live\"",
        )
        .unwrap();
        let parse = |text: &str| {
            let (looks, _) = contract.parse(text.as_bytes())?;
            Some((looks.legacy.map(str::to_owned), looks.kind.and_then(|kind| kind.name.clone())))
        };
        let said =
            |legacy: Option<&str>, kind: Option<&str>| Some((legacy.map(str::to_owned), kind.map(str::to_owned)));
        let issued = "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH";
        for (text, looks) in [
            (issued.to_owned(), said(None, Some("live"))),
            // Mistyped, and cut short.
            (issued.replace("4Y2ocH", "4Y2ocJ"), None),
            (issued.replace("4Y2ocH", ""), None),
            (format!("lk_test_{}", "0".repeat(32)), said(Some("hex"), Some("test"))),
            (format!("lk_live_{}", "0".repeat(32)), None),
            (format!("lk_{}", "0".repeat(32)), said(Some("any"), None)),
            ("a".repeat(20), said(Some("any"), None)),
            ("a".repeat(61), None),
            (format!("x-{}", "a".repeat(20)), said(Some("one"), Some("test"))),
            // It may be either.
            (format!("x-{}", "1".repeat(20)), said(Some("one"), None)),
            (String::new(), None),
        ] {
            assert_eq!(parse(&text), looks, "{text}");
        }
        assert_eq!(contract.prefixes().collect::<Vec<_>>(), ["lk_live_", "lk_test_", "lk_test_"]);
    }

    #[test]
    fn contracts_without_types_have_forms_too() {
        let fayne = include_str!("../../../contracts/fayne.toml");
        let contract =
            Contract::read("x.toml", &format!("{fayne}\n[key.legacy.old]\npattern = \"[a-z]{{20}}\"")).unwrap();
        let key = "a".repeat(20);
        let (looks, presented) = contract.parse(key.as_bytes()).unwrap();
        assert!(looks.kind.is_some() && looks.can_be(None) && !looks.can_be(Some("live")));
        assert_eq!(presented.digest(), crate::contract::secret::Digest::of(key.as_bytes()));
    }
}
