//! The file: YAML, whose members are what the stack takes and nothing else. Its values are judged by the stack's own rules.

use std::collections::BTreeSet;
use std::path::Path;

use payload::Field;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::contract::leaks::Policy;
use shared::contract::limit::Limits;
use shared::registry::external_id::ExternalId;
use shared::registry::metadata::Metadata;
use shared::registry::name::Name;
use shared::registry::organization::Status;
use shared::registry::slug::Slug;

use crate::error::Error;
use crate::input;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    organizations: Vec<Wanted>,
}

/// An organization as the file describes it. What it leaves out is left alone; `null` takes away.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(skip_serializing)]
    slug: Slug,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    external_id: Field<ExternalId>,
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    metadata: Field<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    limits: Field<Limits>,
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    shared_limits: Field<Limits>,
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    leaks: Field<Policy>,
}

impl Wanted {
    /// Its slug.
    pub(crate) fn slug(&self) -> &str {
        self.slug.as_str()
    }

    /// What nobody can have, whatever the contract is.
    fn wrong(&self) -> Option<String> {
        let has_none = |field: &Field<Limits>| matches!(field, Field::Value(limits) if limits.is_empty());
        let slides = |field: &Field<Limits>| matches!(field, Field::Value(limits) if limits.sliding().next().is_some());
        let wrong = if has_none(&self.limits) {
            "limits must have at least one limit; null takes them away"
        } else if has_none(&self.shared_limits) {
            "sharedLimits must have at least one limit; null takes them away"
        } else if slides(&self.shared_limits) {
            "sharedLimits must not slide"
        } else {
            return None;
        };

        Some(format!("the organization {}: {wrong}", self.slug()))
    }

    /// What the file says of it, by the API's names.
    pub(crate) fn terms(&self) -> Result<Map<String, Value>, Error> {
        match serde_json::to_value(self).map_err(Error::failed)? {
            Value::Object(mut terms) => {
                // Nothing written down is shown as nothing at all.
                terms
                    .values_mut()
                    .filter(|term| term.as_object().is_some_and(Map::is_empty))
                    .for_each(|term| *term = Value::Null);
                Ok(terms)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Ok(Map::new()),
        }
    }
}

/// What `file` describes.
pub(crate) fn read(file: &Path) -> Result<Vec<Wanted>, Error> {
    parse(&input::text(file)?).map_err(|what| input::wrong(file, &what))
}

fn parse(text: &str) -> Result<Vec<Wanted>, String> {
    let File { organizations } = serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        match error.location() {
            Some(place) => {
                format!("line {}, column {}: {}", place.line(), place.column(), without_place(&error.to_string()))
            }
            None => error.to_string(),
        }
    })?;
    if let Some(wrong) = organizations.iter().find_map(Wanted::wrong) {
        return Err(wrong);
    }
    let mut seen = BTreeSet::new();
    match organizations.iter().find(|wanted| !seen.insert(wanted.slug())) {
        Some(twice) => Err(format!("the organization {} is there twice", twice.slug())),
        None => Ok(organizations),
    }
}

/// What an error says, without the place that stands before it already.
fn without_place(said: &str) -> &str {
    said.split(" at line ").next().unwrap_or(said)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::{Value, json};

    #[test]
    fn a_file_says_what_it_says_and_leaves_the_rest_alone() {
        let text = "
organizations:
  - slug: acme
    name: Acme
    plan: pro
    limits: [{requests: 10, per: minute, sliding: true}]
    sharedLimits: null
    metadata: {}
  - { slug: other, status: locked, leaks: revoke, externalId: cus_1, metadata: { team: billing } }
";
        let terms: Vec<_> = parse(text).unwrap().iter().map(|wanted| Value::from(wanted.terms().unwrap())).collect();
        assert_eq!(
            terms,
            [
                json!({"name": "Acme", "plan": "pro", "limits": [{"requests": 10, "per": "minute", "sliding": true}], "sharedLimits": null, "metadata": null}),
                json!({"status": "locked", "leaks": "revoke", "externalId": "cus_1", "metadata": {"team": "billing"}}),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, said) in [
            ("organizations:\n  - slug: acme\n    planz: pro\n", "line 3", "planz"),
            ("organizations:\n  - slug: Acme\n", "line 2", "lower-case"),
            ("organizations:\n  - slug: acme\n    status: gone\n", "line 3", "gone"),
            ("organizations:\n  - slug: acme\n    limits: [{requests: 0, per: minute}]\n", "line 3", "1 to 4294967295"),
            ("organizations:\n  - slug: acme\n    limits: [{requests: 1, per: fortnight}]\n", "line 3", "fortnight"),
            ("organisations: []\n", "line 1", "organisations"),
            ("organizations: [\n", "line 1", "unclosed bracket"),
            ("organizations:\n  - slug: acme\n  - slug: acme\n", "", "acme is there twice"),
            ("organizations:\n  - name: acme\n", "line 2", "slug"),
            ("", "line 1", "unexpected end"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(line) && error.contains(said), "{text}{error}");
        }
    }
}
