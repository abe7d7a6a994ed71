//! What an alert means, in plain words. The figures come from the store, perhaps from another version of the functions: what
//! is not there is not said.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::contract::alerts::Kind;
use shared::environment::clock;
use shared::registry::event::Head;
use shared::registry::key::Id;

/// The most keys that a message names.
const NAMED: usize = 20;

/// For how long a message suggests to mute a key.
const MUTED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What an event says of an alert.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Alert {
    state: String,
    key_name: Option<String>,
    fingerprint: Option<String>,
    numbers: Map<String, Value>,
}

impl Alert {
    /// What to call it in a subject: `Recovered: errors.high`.
    pub(super) fn title(&self, kind: &str) -> String {
        match self.state.as_str() {
            "recovered" => format!("Recovered: {kind}"),
            "escalated" => format!("Worse: {kind}"),
            _ => kind.to_owned(),
        }
    }

    /// The key that it is about, as people know it.
    pub(super) fn key(&self, id: &str) -> String {
        let name = self.key_name.as_deref().map(|name| format!("\"{name}\", ")).unwrap_or_default();
        let fingerprint =
            self.fingerprint.as_deref().map(|digits| format!(" (fingerprint {digits})")).unwrap_or_default();

        format!("{name}{id}{fingerprint}")
    }

    /// What has happened, and what to do about it.
    pub(super) fn sentences(&self, kind: &str) -> Vec<String> {
        if self.state == "recovered" {
            let since = self.text("since");
            return vec![match since {
                "" => "It is over.".to_owned(),
                since => format!("It is over. It began at {since}."),
            }];
        }
        let mut told = match Kind::named(kind) {
            Some(Kind::LimitApproaching) => self.approaching(),
            Some(Kind::LimitReached) => vec![
                self.with(
                    &["refused", "requests"],
                    "{refused} of {requests} requests in this hour were refused with 429.",
                ),
                "Its caller has to call less often, or needs a higher limit: of the key, or of all keys of the organization \
                 where they share it."
                    .to_owned(),
            ],
            Some(Kind::ErrorsHigh) => vec![
                self.with(&["failed", "answered"], "{failed} of {answered} answers in this hour were failures."),
                if self.text("of") == "server" {
                    "They are answers with 5xx: the API behind the key fails.".to_owned()
                } else {
                    "They are answers with 4xx or 5xx: the caller or the API behind the key is at fault.".to_owned()
                },
            ],
            Some(Kind::ActivityUnusual) => self.unusual(),
            Some(Kind::ActivityWoke) => vec![
                self.with(
                    &["silentSince", "days"],
                    "It was used again after {days} days: the last time was {silentSince}.",
                ),
                "If nobody knows why, the secret may be in wrong hands: switch the key off or give it a new secret."
                    .to_owned(),
            ],
            Some(Kind::ActivityProbing) => self.probing(),
            Some(Kind::KeyUnused) => vec![
                self.with(&["count", "days"], "Keys that nobody has used for {days} days: {count}."),
                "A key that nobody needs is best deleted.".to_owned(),
            ],
            Some(Kind::KeyExpiring) => vec![
                self.with(&["count", "days"], "Keys that stop working within {days} days or less: {count}."),
                "Whoever uses them needs a new key, or a later expiry, before that.".to_owned(),
            ],
            Some(Kind::RotationLingering) => vec![
                self.with(
                    &["lastUsedAt", "overlapEndsAt"],
                    "The secret that was replaced was last used at {lastUsedAt}, and stops working at {overlapEndsAt}.",
                ),
                "Somebody still has to take over the new secret.".to_owned(),
            ],
            // The mail is about the event `key.leaked`. And what is new is not known here yet.
            Some(Kind::KeyExposed) | None => Vec::new(),
        };
        told.retain(|sentence| !sentence.is_empty());
        if let Some(times) = self.numbers.get("openingsInADay") {
            told.push(format!("It has opened {times} times within a day. From now on it is told once a day."));
        }
        told.extend(self.keys());

        told
    }

    fn approaching(&self) -> Vec<String> {
        let is_minute = self.text("window") == "minute";
        let least = if is_minute { "At least " } else { "" };
        let used = self.with(&["used", "limit", "window"], "{used} of {limit} requests per {window} were used.");
        let mut told = vec![format!("{least}{used}")];
        if is_minute {
            told.push("That was so in at least three minutes of the last hour.".to_owned());
        } else {
            told.push(
                self.with(&["windowEndsAt"], "At the limit, requests are refused with 429 until {windowEndsAt}."),
            );
        }

        told
    }

    fn unusual(&self) -> Vec<String> {
        let members = ["requests", "usual"];
        let told = match self.text("direction") {
            "drop" => "There were only {requests} requests in an hour; at this hour {usual} are usual.",
            _ => "There were {requests} requests in an hour so far; at this hour {usual} are usual.",
        };

        vec![self.with(&members, told), "Ask whoever uses the key whether they know why.".to_owned()]
    }

    fn probing(&self) -> Vec<String> {
        let reason = match self.text("reason") {
            "missing_scope" => "{refused} requests in an hour asked for what the key may not do.",
            _ => "{refused} requests in an hour came with a key that is switched off or expired.",
        };

        vec![self.with(&["refused"], reason), "A caller is set up wrongly, or somebody tries what works.".to_owned()]
    }

    /// A line for each key that a digest names.
    fn keys(&self) -> Vec<String> {
        let keys = self.numbers.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut lines: Vec<_> = keys
            .iter()
            .take(NAMED)
            .map(|key| {
                let member = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
                let at = match (member("expiresAt"), member("lastUsedAt")) {
                    ("", "") => "never used".to_owned(),
                    ("", used) => format!("last used {used}"),
                    (expires, _) => format!("until {expires}"),
                };
                format!("- \"{}\", {}: {at}", member("name"), member("keyId"))
            })
            .collect();
        if keys.len() > NAMED {
            lines.push("- and more".to_owned());
        }

        lines
    }

    /// `sentence` with these members in place of their names in braces; nothing where one is missing.
    fn with(&self, members: &[&str], sentence: &str) -> String {
        let mut told = sentence.to_owned();
        for name in members {
            let value = match self.numbers.get(*name) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number
                    .as_f64()
                    .filter(|real| real.fract() == 0.0)
                    .map_or_else(|| number.to_string(), |real| format!("{real:.0}")),
                _ => return String::new(),
            };
            told = told.replace(&format!("{{{name}}}"), &value);
        }

        told
    }

    fn text(&self, member: &str) -> &str {
        self.numbers.get(member).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Where to look, and how to be told less: the operator's routes, and the organization's own page. The address of the API is
/// not known here.
pub(super) fn more(head: &Head, portal: Option<&str>) -> String {
    let Head { organization, kind, at, key_id, .. } = head;
    let path = format!("/operator/v1/organizations/{organization}");
    let key = key_id.as_ref().map_or_else(String::new, |id| format!("/{id}"));
    let off = json!({"kinds": {kind: {"enabled": false}}});
    let mute = |id: &Id| {
        let until = clock::seconds(at.saturating_add(MUTED).unwrap_or(*at));
        let muted = json!({"muted": [{"keyId": id, "until": until}]});
        format!("Not to be told of this key for a week: PUT {path}/alerts {muted}\n")
    };
    let page = if key_id.is_some() { format!("keys{key}") } else { "alerts".to_owned() };
    let page = portal.map(|portal| {
        format!("For whoever is in the portal of {organization}: {portal}/portal/{organization}/{page}\n")
    });

    format!(
        "To look: GET {path}/api-keys{key}\nNot to be told of this kind: PUT {path}/alerts {off}\n{}{}\ndocs/alerts.md says \
         what each kind means and what to do.",
        key_id.as_ref().map(mute).unwrap_or_default(),
        page.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(kind: &str, state: &str, numbers: &Value) -> String {
        let alert: Alert = serde_json::from_value(json!({"state": state, "numbers": numbers})).unwrap();
        alert.sentences(kind).join(" ")
    }

    #[test]
    fn every_kind_says_what_has_happened_and_what_to_do() {
        for (kind, numbers, begins) in [
            (
                "limit.approaching",
                json!({"window": "hour", "limit": 100, "used": 80, "windowEndsAt": "2030-06-15T01:00:00Z"}),
                "80 of 100 requests per hour were used. At the limit",
            ),
            (
                "limit.approaching",
                json!({"window": "minute", "limit": 10, "used": 8}),
                "At least 8 of 10 requests per minute",
            ),
            ("limit.reached", json!({"refused": 12, "requests": 100}), "12 of 100 requests"),
            ("errors.high", json!({"failed": 8, "answered": 50, "of": "server"}), "8 of 50 answers"),
            ("activity.unusual", json!({"direction": "spike", "requests": 440, "usual": 220.0}), "There were 440"),
            ("activity.unusual", json!({"direction": "drop", "requests": 0, "usual": 220.0}), "There were only 0"),
            ("activity.woke", json!({"silentSince": "2030-06-15T00:00:30Z", "days": 31}), "It was used again after 31"),
            ("activity.probing", json!({"reason": "missing_scope", "refused": 20}), "20 requests in an hour asked"),
            (
                "key.unused",
                json!({"count": 1, "days": 90, "keys": [{"keyId": "key_1", "name": "a", "lastUsedAt": null}]}),
                "Keys that nobody has used for 90 days: 1. A key that nobody needs is best deleted. - \"a\", key_1: never",
            ),
            ("key.expiring", json!({"count": 2, "days": 14, "keys": []}), "Keys that stop working within 14 days"),
            ("rotation.lingering", json!({"lastUsedAt": "A", "overlapEndsAt": "B"}), "The secret that was replaced"),
        ] {
            let told = told(kind, "opened", &numbers);
            assert!(told.starts_with(begins), "{kind}: {told}");
            assert!(!told.contains(['{', '}']), "{kind}: {told}");
        }
        assert_eq!(told("errors.high", "recovered", &json!({"since": "T"})), "It is over. It began at T.");
    }

    #[test]
    fn what_is_missing_or_new_is_left_out() {
        for kind in ["limit.approaching", "errors.high", "key.unused", "activity.unusual", "something.new"] {
            let told = told(kind, "opened", &json!({"openingsInADay": 3}));
            assert!(told.ends_with("It has opened 3 times within a day. From now on it is told once a day."), "{told}");
            assert!(!told.contains(['{', '}']), "{kind}: {told}");
        }
    }
}
