//! What a message to a webhook says. It leaves the stack for an address that a customer has chosen: what is for the operator
//! alone, and what only one of the organization's receivers may know, is not in it.

use http::Uri;
use serde_json::{Value, json};
use shared::{Error, Result};

/// `{"type", "timestamp", "data"}`, as Standard Webhooks recommends.
///
/// # Errors
/// The event is no JSON.
pub(super) fn body(event: &str) -> Result<String> {
    let mut event: Value = serde_json::from_str(event).map_err(Error::failed)?;
    hide_operator(&mut event);
    hide_paths(&mut event);

    Ok(json!({"type": event.get("kind"), "timestamp": event.get("at"), "data": event}).to_string())
}

/// Which of the operator's people or programs it was is not for customers.
fn hide_operator(event: &mut Value) {
    if event.pointer("/actor/plane").is_some_and(|plane| plane == "operator")
        && let Some(id) = event.pointer_mut("/actor/id")
    {
        *id = json!("operator");
    }
}

/// The address of another webhook may have a token in its path or query: only where it leads to is said.
fn hide_paths(event: &mut Value) {
    if event.get("kind").and_then(Value::as_str).is_none_or(|kind| !kind.starts_with("webhook.")) {
        return;
    }
    for place in ["/before/url", "/after/url"] {
        if let Some(url) = event.pointer_mut(place) {
            *url = json!(url.as_str().and_then(origin));
        }
    }
}

fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;

    Some(format!("{}://{}/", uri.scheme_str()?, uri.authority()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_event_and_its_kind() {
        let body = body(r#"{"id":"event_1","kind":"key.created","at":"2030-06-15T00:00:30.000Z"}"#).unwrap();
        let expected = r#"{"type":"key.created","timestamp":"2030-06-15T00:00:30.000Z","data":{"id":"event_1","kind":"key.created","at":"2030-06-15T00:00:30.000Z"}}"#;
        assert_eq!(body, expected);
    }

    #[test]
    fn what_is_not_for_whoever_gets_it_is_left_out() {
        let told = |event: Value| {
            let body: Value = serde_json::from_str(&body(&event.to_string()).unwrap()).unwrap();
            body["data"].clone()
        };
        for (plane, id) in [("operator", "operator"), ("portal", "them"), ("keys", "them")] {
            let event = json!({"kind": "key.created", "actor": {"plane": plane, "id": "them"}, "after": {"url": "x"}});
            let data = told(event);
            assert_eq!((&data["actor"]["id"], &data["after"]["url"]), (&json!(id), &json!("x")), "{plane}");
        }
        for (url, origin) in [
            ("https://hooks.example.com:8443/T00/secret?token=1", json!("https://hooks.example.com:8443/")),
            ("https://example.com", json!("https://example.com/")),
            ("/", Value::Null),
        ] {
            let data = told(json!({"kind": "webhook.changed", "before": {"url": url}, "after": {"url": url}}));
            assert_eq!((&data["before"]["url"], &data["after"]["url"]), (&origin, &origin), "{url}");
        }
    }
}
