//! What people are told, in plain words: which events they must see, and how those read.

mod alert;
mod leak;
mod webhook;

use std::fmt::Write as _;

use serde_json::Value;
use shared::contract::alerts::Kind;
use shared::environment::clock;
use shared::registry::audit::Action;
use shared::registry::event::Head;

use self::alert::Alert;

/// The most characters of a subject, all of them ASCII: SNS refuses others.
const LONGEST_SUBJECT: usize = 100;

/// How many dead letters a message names.
const NAMED: usize = 20;

/// A message for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Whether a person must see this. A change is what somebody wanted, and is on the event bus for whoever keeps count: a mail
/// for each would teach people not to read them. Nobody has asked for an alert, nor for a webhook that the stack gives up.
pub(crate) fn concerns_people(head: &Head) -> bool {
    // Of what leads to it people were told at once: `key.leaked`.
    !head.is_asked_for() && head.kind != Kind::KeyExposed.name()
}

/// The message about an event. `portal` is where the portal's pages are, as far as alerts are shown there and it is known.
pub(crate) fn about(head: &Head, event: &str, portal: Option<&str>) -> Message {
    let Head { organization, kind, at, .. } = head;
    // A kind that only newer functions know may have other members.
    let alert: Alert = serde_json::from_str(event).unwrap_or_default();
    let (told, more) = if kind == Action::WebhookDisabled.name() {
        (webhook::disabled(event), webhook::more(organization, event))
    } else if kind == Action::KeyLeaked.name() {
        (leak::told(event), leak::more(head))
    } else {
        (alert.sentences(kind).join("\n"), alert::more(head, portal))
    };
    let key = head.key_id.as_ref().map_or_else(String::new, |id| format!("Key: {}\n", alert.key(id.as_str())));
    let text = format!(
        "Latchkey reports {kind} for the organization {organization}.\n\n{told}\n\nWhen: {}\n{key}\n{more}\n\nThe event, \
         number {} of the organization:\n\n{}\n",
        clock::seconds(*at),
        head.sequence,
        laid_out(event),
    );

    Message { subject: subject(&format!("Latchkey: {} for {organization}", alert.title(kind))), text }
}

/// The message about events that are not tried any more.
pub(crate) fn about_dead(dead: &[Head]) -> Message {
    let count = dead.len();
    let (events, were) = if count == 1 { ("event", "was") } else { ("events", "were") };
    let mut text = format!(
        "{count} {events} could not be handed on for three days, and {were} put aside. Each is kept for 30 days.\n\nThe log \
         of events-deliver says why. \"Dead letters\" in docs/operations.md says how to try them again.\n\n"
    );
    for Head { id, organization, sequence, kind, .. } in dead.iter().take(NAMED) {
        // Writing to a string does not fail.
        if writeln!(text, "{id}: {kind}, number {sequence} of {organization}").is_err() {
            break;
        }
    }
    if count > NAMED {
        text.push_str("and more\n");
    }

    Message { subject: subject(&format!("Latchkey: {count} {events} could not be handed on")), text }
}

/// `subject` as SNS takes it: printable ASCII, and not too long.
fn subject(subject: &str) -> String {
    let printable = |letter: char| if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' };

    subject.chars().map(printable).take(LONGEST_SUBJECT).collect()
}

/// JSON with a line for each member.
fn laid_out(event: &str) -> String {
    let laid_out = serde_json::from_str::<Value>(event).and_then(|event| serde_json::to_string_pretty(&event));

    laid_out.unwrap_or_else(|_| event.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(kind: &str, organization: &str) -> Head {
        let event = serde_json::json!({
            "id": format!("event_{}", "0".repeat(26)), "organization": organization, "sequence": 7, "kind": kind,
            "at": "2030-06-15T00:00:30.000Z",
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn people_are_told_of_what_nobody_has_asked_for() {
        for (kind, is_told) in [
            ("key.created", false),
            ("webhook.deleted", false),
            ("limit.approaching", true),
            ("webhook.disabled", true),
            ("key.leaked", true),
            ("key.exposed", false),
        ] {
            assert_eq!(concerns_people(&head(kind, "acme")), is_told, "{kind}");
        }
    }

    #[test]
    fn a_message_about_a_webhook_says_what_to_read_about_webhooks() {
        let event = r#"{"after": {"id": "webhook_1", "disabledBecause": "gone"}}"#;
        let told = about(&head("webhook.disabled", "acme"), event, None);
        assert_eq!(told.subject, "Latchkey: webhook.disabled for acme");
        assert!(told.text.contains("webhook_1") && told.text.contains("410 Gone"), "{}", told.text);
        let path = "/operator/v1/organizations/acme/webhooks/webhook_1";
        let more = format!(
            "To look: GET {path}\nTo switch it on again: PATCH {path} {{\"status\":\"active\"}}\ndocs/webhooks.md"
        );
        assert!(told.text.contains(&more) && !told.text.contains("docs/alerts.md"), "{}", told.text);
    }

    #[test]
    fn a_message_about_a_leak_says_where_to_look_and_what_to_read_about_leaks() {
        let id = format!("key_{}", "0".repeat(26));
        let of_key = Head { key_id: Some(id.clone().try_into().unwrap()), ..head("key.leaked", "acme") };
        let told = about(&of_key, r#"{"after": {"name": "server", "fingerprint": "ababab…", "leak": {}}}"#, None);
        assert_eq!(told.subject, "Latchkey: key.leaked for acme");
        let path = format!("/operator/v1/organizations/acme/api-keys/{id}");
        assert!(
            told.text.contains(&format!("To look: GET {path}\n")) && told.text.contains("docs/leaks.md"),
            "{}",
            told.text
        );
        assert!(!told.text.contains("docs/alerts.md"), "{}", told.text);
    }

    #[test]
    fn a_message_says_what_where_and_when() {
        let event = r#"{"state":"escalated","keyName":"server","numbers":{"window":"hour","limit":10,"used":9}}"#;
        let told = about(&head("limit.approaching", "acme"), event, None);
        assert_eq!(told.subject, "Latchkey: Worse: limit.approaching for acme");
        let text = "Latchkey reports limit.approaching for the organization acme.\n\n9 of 10 requests per hour were used.\n\n\
                    When: 2030-06-15T00:00:30Z\n\nTo look: GET /operator/v1/organizations/acme/api-keys\nNot to be told of \
                    this kind: PUT /operator/v1/organizations/acme/alerts {\"kinds\":{\"limit.approaching\":{\"enabled\":\
                    false}}}\n\ndocs/alerts.md says";
        assert!(told.text.starts_with(text), "{}", told.text);
        assert!(told.text.contains("\"used\": 9"), "{}", told.text);
    }

    #[test]
    fn a_message_says_where_to_look_and_how_to_be_told_less() {
        let id = format!("key_{}", "0".repeat(26));
        let of_key = Head { key_id: Some(id.clone().try_into().unwrap()), ..head("limit.reached", "acme") };
        let told = about(&of_key, "{}", Some("https://keys.example.com")).text;
        let path = "/operator/v1/organizations/acme";
        for line in [
            format!("To look: GET {path}/api-keys/{id}"),
            format!("PUT {path}/alerts {{\"kinds\":{{\"limit.reached\":{{\"enabled\":false}}}}}}"),
            format!("PUT {path}/alerts {{\"muted\":[{{\"keyId\":\"{id}\",\"until\":\"2030-06-22T00:00:30Z\"}}]}}"),
            format!("For whoever is in the portal of acme: https://keys.example.com/portal/acme/keys/{id}"),
        ] {
            assert!(told.contains(&format!("{line}\n")), "{line}: {told}");
        }
        let of_all = about(&head("key.unused", "acme"), "{}", Some("https://keys.example.com")).text;
        assert!(of_all.contains("https://keys.example.com/portal/acme/alerts\n"), "{of_all}");
        assert!(!of_all.contains("keyId") && !about(&of_key, "{}", None).text.contains("portal"), "{of_all}");
    }

    #[test]
    fn a_subject_is_short_and_of_plain_letters_whatever_it_is_about() {
        for message in [
            about(
                &head(&"grenzwert.überschritten\n".repeat(9), &"o".repeat(63)),
                "no JSON",
                Some("https://keys.example.com"),
            ),
            about_dead(&vec![head("key.created", "acme"); 1_000]),
        ] {
            let subject = message.subject;
            assert!(subject.len() <= 100 && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject:?}");
            assert!(message.text.len() < 4_096, "{}", message.text.len());
        }
        assert_eq!(about_dead(&[head("a", "b")]).subject, "Latchkey: 1 event could not be handed on");
    }
}
