//! Secrets of webhooks, and what they sign. No secret is kept: each follows from the stack's master, the webhook and its
//! number, so that a copy of the tables signs nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use sha2::Sha256;

use super::{Id, Webhook};
use crate::registry::slug::Slug;

/// What all secrets of a stack's webhooks follow from.
#[derive(Clone)]
pub struct Master(String);

impl Master {
    /// The fewest characters of a master: AWS makes it of 62 letters and digits, so that 43 are 256 bits.
    const SHORTEST: usize = 43;

    /// The master that `text` is.
    ///
    /// # Errors
    /// It is too short to be one.
    pub fn new(text: String) -> Result<Self, &'static str> {
        if text.len() < Self::SHORTEST { Err("the master of webhooks is too short") } else { Ok(Self(text)) }
    }

    /// The secret of a webhook of `org` with that number.
    pub fn secret(&self, org: &Slug, id: &Id, generation: u32) -> Shown {
        let bytes = mac(self.0.as_bytes(), format!("latchkey webhook|{org}|{id}|{generation}").as_bytes());

        Shown(bytes)
    }
}

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Master(…)")
    }
}

/// A webhook's secret: `whsec_` and base64. It is shown to whoever has made or rotated it, once.
#[derive(JsonSchema)]
#[schemars(inline, with = "String", extend("pattern" = "^whsec_[A-Za-z0-9+/]{43}=$"))]
pub struct Shown([u8; 32]);

impl Shown {
    /// The secret as text, for whoever is to have it.
    pub fn text(&self) -> String {
        format!("whsec_{}", BASE64.encode(self.0))
    }

    /// The signature of `body`, which is sent as the message `id` at `timestamp`, in seconds since 1970.
    fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        format!("v1,{}", BASE64.encode(mac(&self.0, format!("{id}.{timestamp}.{body}").as_bytes())))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// The header `webhook-signature` of `body`, which is sent to `webhook` of `org` as the message `id` at `timestamp`: one
/// signature, or two with a space between while a secret is being replaced.
pub fn signatures(
    master: &Master,
    org: &Slug,
    webhook: &Webhook,
    id: &str,
    timestamp: jiff::Timestamp,
    body: &str,
) -> String {
    let generations = webhook.generations(timestamp);
    let sign = |generation| master.secret(org, &webhook.id, generation).sign(id, timestamp.as_second(), body);

    generations.map(sign).collect::<Vec<_>>().join(" ")
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);

    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_standards_libraries_make_of_it() {
        // A vector of Standard Webhooks: the secret is MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = mac(&key, br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#);
        assert_eq!(BASE64.encode(signed), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_webhook_organization_and_number_has_a_secret_of_its_own() {
        let master = Master::new("m".repeat(43)).unwrap();
        let [one, other] = ["acme", "zeta"].map(|slug| Slug::try_from(slug.to_owned()).unwrap());
        let [first, second] = [1, 2].map(|number| Id::try_from(format!("webhook_{number:026}")).unwrap());
        let secrets = [
            master.secret(&one, &first, 1),
            master.secret(&one, &first, 2),
            master.secret(&one, &second, 1),
            master.secret(&other, &first, 1),
            Master::new("n".repeat(43)).unwrap().secret(&one, &first, 1),
        ];
        let texts: std::collections::BTreeSet<_> = secrets.iter().map(Shown::text).collect();
        assert_eq!(texts.len(), 5);
        assert!(texts.iter().all(|text| text.starts_with("whsec_") && text.len() == 50));
        assert_eq!(master.secret(&one, &first, 1).text(), secrets[0].text());
        assert!(!format!("{master:?} {:?}", secrets[0]).contains(&secrets[0].text()));
        assert!(Master::new("m".repeat(42)).is_err());
    }
}
