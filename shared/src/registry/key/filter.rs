//! Which of an organization's keys are looked for.

use jiff::Timestamp;

use super::{Key, Standing};

/// What the keys must have; everything that is left out fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of the name in any case, the id, or the beginning of the fingerprint.
    pub text: Option<String>,
    /// The type.
    pub kind: Option<String>,
    /// Whether it works.
    pub standing: Option<Standing>,
}

impl Filter {
    /// Whether every key fits.
    pub const fn is_empty(&self) -> bool {
        self.text.is_none() && self.kind.is_none() && self.standing.is_none()
    }

    /// Whether `key` fits at `now`.
    pub fn fits(&self, key: &Key, now: Timestamp) -> bool {
        let Self { text, kind, standing } = self;
        let has_text = |text: &String| {
            let text = text.trim().to_lowercase();
            let digits = text.trim_end_matches(['\u{2026}', '.']);
            let is_fingerprint = digits.len() >= 3 && key.digest.to_string().starts_with(digits);

            key.name.as_str().to_lowercase().contains(&text) || key.id.as_str().to_lowercase() == text || is_fingerprint
        };

        text.as_ref().is_none_or(has_text)
            && kind.as_ref().is_none_or(|kind| key.kind.as_ref() == Some(kind))
            && standing.is_none_or(|standing| key.standing(now) == standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::secret::Digest;
    use crate::registry::key::Status;
    use crate::registry::key::tests::key;

    #[test]
    fn a_key_is_found_by_a_part_of_its_name_its_id_and_its_fingerprint() {
        let now = Timestamp::UNIX_EPOCH;
        let key = Key {
            name: "Zürich WEB".to_owned().try_into().unwrap(),
            kind: Some("secret".to_owned()),
            status: Status::Inactive,
            ..key(Digest::try_from(vec![0xab; 32]).unwrap())
        };
        let id = key.id.to_string();
        for (text, fits) in [
            ("web", true),
            ("zÜRI", true),
            (" web ", true),
            (&*id, true),
            (&*id.to_lowercase(), true),
            ("ababab…", true),
            ("aba", true),
            ("ab", false),
            ("bab", false),
            ("key_", false),
            ("mobile", false),
        ] {
            let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
            assert_eq!(filter.fits(&key, now), fits, "{text}");
        }
        for (kind, standing, fits) in [
            (None, None, true),
            (Some("secret"), Some(Standing::Inactive), true),
            (Some("public"), None, false),
            (None, Some(Standing::Active), false),
        ] {
            let filter = Filter { text: None, kind: kind.map(str::to_owned), standing };
            assert_eq!(filter.fits(&key, now), fits, "{kind:?} {standing:?}");
        }
    }
}
