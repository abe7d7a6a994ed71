//! Which of an organization's keys are looked for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Key, Standing};
use crate::environment::clock::Moment;
use crate::registry::external_id::ExternalId;
use crate::registry::fingerprint::Fingerprint;

/// What the keys must have; everything that is left out fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// A part of the name in any case, the id, the beginning of the fingerprint, or the end of the hint.
    #[serde(skip)]
    pub text: Option<String>,
    /// The type.
    #[serde(rename = "type")]
    #[schemars(extend("x-contract" = "type"))]
    pub kind: Option<String>,
    /// Whether it works.
    #[serde(rename = "status")]
    pub standing: Option<Standing>,
    /// What the name begins with, in any case.
    pub name: Option<String>,
    /// What it belongs to in the operator's own system.
    pub external_id: Option<ExternalId>,
    /// It expires before this time, or has expired.
    pub expires_before: Option<Moment>,
    /// It was made before this time, and was not used since.
    pub unused_since: Option<Moment>,
    /// The beginning of the digest of its secret.
    #[serde(skip)]
    pub fingerprint: Option<Fingerprint>,
}

impl Filter {
    /// Whether every key fits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `key` fits at `now`, apart from when it was used.
    pub fn fits(&self, key: &Key, now: Timestamp) -> bool {
        let Self { text, kind, standing, name, external_id, expires_before, unused_since, fingerprint } = self;
        let has_text = |text: &String| {
            let typed = text.trim();
            let is_hint = key.hint.as_ref().is_some_and(|hint| typed.len() >= 4 && hint.ends_with(typed));
            let text = typed.to_lowercase();
            let digits = text.trim_end_matches(['\u{2026}', '.']);
            let is_fingerprint = digits.len() >= 3 && key.digest.to_string().starts_with(digits);

            let is_id = key.id.as_str().to_lowercase() == text;

            key.name.as_str().to_lowercase().contains(&text) || is_id || is_fingerprint || is_hint
        };

        text.as_ref().is_none_or(has_text)
            && kind.as_ref().is_none_or(|kind| key.kind.as_ref() == Some(kind))
            && standing.is_none_or(|standing| key.standing(now) == standing)
            && name.as_ref().is_none_or(|name| key.name.begins_with(name))
            && external_id.as_ref().is_none_or(|id| key.external_id.as_ref() == Some(id))
            && expires_before.is_none_or(|Moment(at)| key.expires_at.is_some_and(|expires| expires < at))
            && unused_since.is_none_or(|Moment(at)| key.created_at < at)
            && fingerprint.as_ref().is_none_or(|fingerprint| fingerprint.fits(&key.digest))
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
            hint: Some("sk_live_\u{2026}x7Qd".to_owned()),
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
            (" x7Qd", true),
            ("sk_live_…x7Qd", true),
            ("x7qd", false),
            ("7Qd", false),
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
            let filter = Filter { kind: kind.map(str::to_owned), standing, ..Filter::default() };
            assert_eq!(filter.fits(&key, now), fits, "{kind:?} {standing:?}");
        }
        let key = Key {
            external_id: Some("user_1".to_owned().try_into().unwrap()),
            expires_at: Some(Timestamp::from_second(100).unwrap()),
            created_at: Timestamp::from_second(10).unwrap(),
            ..key
        };
        for (query, fits) in [
            (r#"{"name": "ZÜRICH"}"#, true),
            (r#"{"name": "web"}"#, false),
            (r#"{"externalId": "user_1"}"#, true),
            (r#"{"externalId": "user_10"}"#, false),
            (r#"{"expiresBefore": "1970-01-01T00:01:41Z"}"#, true),
            (r#"{"expiresBefore": "1970-01-01T00:01:40Z"}"#, false),
            (r#"{"unusedSince": "1970-01-01T00:00:11Z"}"#, true),
            (r#"{"unusedSince": "1970-01-01T00:00:10Z"}"#, false),
            (r#"{"name": "z", "externalId": "user_2"}"#, false),
        ] {
            let filter: Filter = serde_json::from_str(query).unwrap();
            assert_eq!(filter.fits(&key, now), fits, "{query}");
        }
    }
}
