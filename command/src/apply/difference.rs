//! What of an organization is not as it is wanted.

use serde_json::{Map, Value, json};

/// The members of `wanted` that are otherwise in `present`, each with what it is and what it is to be.
pub(super) fn difference(present: Option<&Value>, wanted: &Map<String, Value>) -> Map<String, Value> {
    let before = |member: &str| present.and_then(|present| present.get(member)).cloned().unwrap_or(Value::Null);
    let differing = wanted.iter().filter_map(|(member, after)| {
        let before = before(member);
        (before != *after).then(|| (member.clone(), json!({"before": before, "after": after})))
    });

    differing.collect()
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::{Value, json};

    #[test]
    fn only_what_the_file_says_can_differ() {
        let present = json!({"slug": "acme", "name": "Acme", "plan": "pro", "limits": null, "keys": 3});
        let differing = |wanted: Value| Value::from(difference(Some(&present), wanted.as_object().unwrap()));
        assert_eq!(differing(json!({"name": "Acme", "plan": "pro", "limits": null, "sharedLimits": null})), json!({}));
        assert_eq!(differing(json!({})), json!({}));
        assert_eq!(differing(json!({"plan": "free"})), json!({"plan": {"before": "pro", "after": "free"}}));
    }
}
