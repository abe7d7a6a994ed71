//! A request that is to be carried out once, however often it is asked for.
//!
//! The reply without its secret is kept in the transaction that carries the request out. It is kept by organization:
//! the same name means the same request, on either plane.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::registry::error::{Error, Result};

/// How long a repeat is recognized: 24 hours.
pub const KNOWN_SECS: i64 = 86_400;

/// A request that is to be carried out once. It contains hashes only, nothing that the client sent.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The hash of the header.
    pub(crate) name: String,
    /// The hash of everything else that was asked for.
    pub(crate) request: String,
}

impl Attempt {
    /// The request to do `what` as `body` says, which its client calls `key`.
    ///
    /// # Errors
    /// `body` cannot be written as JSON.
    pub fn new(key: &str, what: &str, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(Error::failed)?;

        Ok(Self { name: hash(&[key]), request: hash(&[what, &body]) })
    }
}

fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        // The length in front of each part keeps apart parts that read the same when joined.
        sha.update(part.len().to_be_bytes());
        sha.update(part.as_bytes());
    }

    BASE64.encode(sha.finalize())
}
