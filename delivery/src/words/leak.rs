//! What it means that a key has leaked, in plain words. As for alerts, what is not there is not said.

use serde::Deserialize;
use shared::registry::event::Head;

/// Where to look at the key that an event is about, and what to do: the operator's routes.
pub(super) fn more(head: &Head) -> String {
    let Head { organization, key_id, .. } = head;
    let look = key_id.as_ref().map_or_else(String::new, |id| {
        let path = format!("/operator/v1/organizations/{organization}/api-keys/{id}");
        format!("To look: GET {path}\nTo give it a new secret: POST {path}/regenerate\n")
    });

    format!("{look}docs/leaks.md says what happens to a key that has leaked, and how to choose that.")
}

/// The part of an event that matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    after: Key,
}

/// A key as its event shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Key {
    name: String,
    fingerprint: String,
    leak: Leak,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Leak {
    source: String,
    url: Option<String>,
    done: String,
    old: bool,
}

/// What has happened by `event`, and what to do about it.
pub(super) fn told(event: &str) -> String {
    let Event { after: Key { name, fingerprint, leak } } = serde_json::from_str(event).unwrap_or_default();
    let Leak { source, url, done, old } = leak;
    let key = if fingerprint.is_empty() {
        "A key".to_owned()
    } else {
        format!("The key \"{name}\" (fingerprint {fingerprint})")
    };
    let by = match source.as_str() {
        "github" => ", by GitHub",
        "report" => ", by somebody who has reported it",
        _ => "",
    };
    let place = url.map(|url| format!(", at {url}")).unwrap_or_default();
    let done = match done.as_str() {
        "quarantine" | "revoke" if old => " It is the secret before its current one, and does not work any more.",
        "notify" => " Nothing was done about it yet.",
        "quarantine" => " It may do little now, once a minute, until it has a new secret.",
        "revoke" => " It is revoked.",
        _ => "",
    };

    format!(
        "{key} was found where others can see it{by}{place}.{done}\nTell whoever it belongs to: they need another secret, \
         and nobody else's use of this one is theirs."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_the_key_was_and_what_was_done() {
        let event = |leak: serde_json::Value| {
            serde_json::json!({"after": {"name": "server", "fingerprint": "ababab…", "leak": leak}}).to_string()
        };
        let leak = |source: &str, url: Option<&str>, done: &str| {
            event(serde_json::json!({"source": source, "url": url, "done": done}))
        };
        let key = "The key \"server\" (fingerprint ababab…) was found where others can see it";
        for (event, begins) in [
            (
                leak("github", Some("https://example.com/x"), "notify"),
                format!("{key}, by GitHub, at https://example.com/x. Nothing was done"),
            ),
            (leak("report", None, "quarantine"), format!("{key}, by somebody who has reported it. It may do little")),
            (leak("report", None, "revoke"), format!("{key}, by somebody who has reported it. It is revoked.")),
            (
                event(serde_json::json!({"source": "github", "done": "revoke", "old": true})),
                format!("{key}, by GitHub. It is the secret before its current one"),
            ),
            (event(serde_json::json!({})), format!("{key}.\nTell")),
            ("{}".to_owned(), "A key was found where others can see it.".to_owned()),
        ] {
            assert!(told(&event).starts_with(&begins), "{}", told(&event));
        }
    }
}
