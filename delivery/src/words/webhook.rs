//! What it means that the stack has given a webhook up, in plain words. As for alerts, what is not there is not said.

use serde::Deserialize;
use shared::registry::slug::Slug;

/// Where to read more.
const MORE: &str =
    "docs/webhooks.md says when a webhook is given up, and docs/operations.md how its dead letters are sent again.";

/// Where to look at the webhook that `event` of `organization` is about, and how to switch it on again: the operator's routes.
pub(super) fn more(organization: &Slug, event: &str) -> String {
    let Event { after: Webhook { id, .. } } = serde_json::from_str(event).unwrap_or_default();
    if id.is_empty() {
        return MORE.to_owned();
    }
    let path = format!("/operator/v1/organizations/{organization}/webhooks/{id}");

    format!("To look: GET {path}\nTo switch it on again: PATCH {path} {{\"status\":\"active\"}}\n{MORE}")
}

/// The part of an event that matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    after: Webhook,
}

/// A webhook as its event shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Webhook {
    id: String,
    disabled_because: String,
}

/// What has happened by `event`, and what to do about it.
pub(super) fn disabled(event: &str) -> String {
    let Event { after: Webhook { id, disabled_because } } = serde_json::from_str(event).unwrap_or_default();
    let why = match disabled_because.as_str() {
        "gone" => " It has answered 410 Gone: what was on its way there is dropped.",
        "failing" => " It has taken nothing for three days: what was on its way there is put aside for 30 days.",
        _ => "",
    };
    let whose = if id.is_empty() { "a webhook".to_owned() } else { format!("the webhook {id}") };

    format!(
        "Nothing more is sent to {whose}.{why}\nTell whoever it belongs to. They can mend it, and switch it on again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_why_and_what_becomes_of_what_was_on_its_way() {
        let event = |why: &str| format!(r#"{{"after": {{"id": "webhook_1", "disabledBecause": "{why}"}}}}"#);
        for (event, begins) in [
            (event("gone"), "Nothing more is sent to the webhook webhook_1. It has answered 410 Gone"),
            (event("failing"), "Nothing more is sent to the webhook webhook_1. It has taken nothing for three days"),
            (event("asked"), "Nothing more is sent to the webhook webhook_1.\nTell"),
            ("{}".to_owned(), "Nothing more is sent to a webhook.\nTell"),
            ("no JSON".to_owned(), "Nothing more is sent to a webhook.\nTell"),
        ] {
            assert!(disabled(&event).starts_with(begins), "{event}: {}", disabled(&event));
        }
    }
}
