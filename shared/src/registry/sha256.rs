//! A digest in a request.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::contract::secret::Digest;

/// A SHA-256 digest as 64 hexadecimal digits or as base64, of either alphabet, with or without padding.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("pattern" = "^([0-9A-Fa-f]{64}|[0-9A-Za-z+/_-]{43}=?)$"))]
pub struct Sha256(pub(crate) Digest);

impl TryFrom<String> for Sha256 {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let other = || Digest::try_from(from_base64(&text)?).ok();
        let digest = Digest::from_hexadecimal(&text).or_else(other);

        digest.map(Self).ok_or("must be a SHA-256 digest, as 64 hexadecimal digits or as base64")
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let padded = format!("{}=", text.strip_suffix('=').unwrap_or(text));
    STANDARD.decode(&padded).or_else(|_| URL_SAFE.decode(&padded)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_hexadecimal_or_base64() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for (text, good) in [
            (hex, true),
            (&hex.to_uppercase(), true),
            ("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", true),
            ("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", true),
            ("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=", true),
            ("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", true),
            ("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=", false),
            ("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0==", false),
            (hex.trim_start_matches('b'), false),
            (&format!("{hex}00"), false),
            (&hex.replace('b', "g"), false),
            ("", false),
            ("é", false),
        ] {
            let read = Sha256::try_from(text.to_owned()).map(|Sha256(digest)| digest.to_string());
            assert_eq!(read.as_deref().ok(), good.then_some(hex), "{text}");
        }
    }
}
