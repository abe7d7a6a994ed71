//! The keys that GitHub signs with, as it publishes them. They are asked for when one is needed, and kept.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{ACCEPT, ETAG, IF_NONE_MATCH, USER_AGENT};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use shared::{Error, Result, Violation};
use tokio::sync::Mutex;

/// How long GitHub may take: it waits 30 seconds for us.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long its keys are taken for true: 1 hour.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// For how long they are still good for something while GitHub does not answer: a day.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// How often GitHub is asked at most while it does not answer: every 10 seconds.
const RETRY: SignedDuration = SignedDuration::from_secs(10);

/// The same while it does, whatever keys messages name: every 5 minutes. It answers strangers 60 times an hour.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// The most bytes that its keys are.
const MOST_BYTES: usize = 65_536;

/// The keys of GitHub, or of a server like it.
#[derive(Debug)]
pub struct Keys {
    /// Where they are.
    uri: Uri,
    known: Mutex<Known>,
}

/// What is known of them.
#[derive(Debug, Default)]
struct Known {
    by_id: BTreeMap<String, SubjectPublicKeyInfoDer<'static>>,
    etag: Option<HeaderValue>,
    /// When they were last found to be true.
    fresh: Option<Timestamp>,
    /// When they were last asked for.
    asked: Option<Timestamp>,
    /// Whether there was an answer then.
    has_answered: bool,
}

#[derive(Deserialize)]
struct Published {
    public_keys: Vec<PublicKey>,
}

#[derive(Deserialize)]
struct PublicKey {
    key_identifier: String,
    /// In PEM.
    key: String,
}

impl Keys {
    /// Those that are published at `url`; `None` if that is no address.
    pub fn at(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;

        (uri.host().is_some() && uri.scheme().is_some()).then(|| Self { uri, known: Mutex::default() })
    }

    /// Whether `body` was signed with the key that GitHub calls `id`, at `now`. `signature` is in base64: ECDSA of P-256 and SHA-256, in DER.
    ///
    /// # Errors
    /// It was not, or GitHub does not say with which keys it signs.
    pub async fn verify(&self, id: &str, signature: &str, body: &[u8], now: Timestamp) -> Result<()> {
        let wrong = || Violation::new("Github-Public-Key-Signature", "must be GitHub's signature of the body");
        let signature = BASE64.decode(signature).or(Err(wrong()))?;
        let unknown = || Violation::new("Github-Public-Key-Identifier", "must name a key that GitHub signs with");
        let key = self.key(id, now).await?.ok_or_else(unknown)?;
        let verified = webpki::RawPublicKeyEntity::try_from(&key)
            .and_then(|key| key.verify_signature(webpki::ring::ECDSA_P256_SHA256, body, &signature));

        Ok(verified.or(Err(wrong()))?)
    }

    /// The key that GitHub calls `id`, if there is one at `now`.
    async fn key(&self, id: &str, now: Timestamp) -> Result<Option<SubjectPublicKeyInfoDer<'static>>> {
        let mut known = self.known.lock().await;
        let is_within = |since: Option<Timestamp>, time| since.is_some_and(|at| now.duration_since(at).abs() < time);
        let is_fresh = is_within(known.fresh, FRESH);
        let is_needed = !is_fresh || !known.by_id.contains_key(id);
        let pause = if is_fresh && known.has_answered { PAUSE } else { RETRY };
        if is_needed && !is_within(known.asked, pause) {
            known.asked = Some(now);
            let asked = self.ask(&mut known, now).await;
            known.has_answered = asked.is_ok();
            if let Err(why) = asked {
                tracing::warn!("{why}");
            }
        }
        // A key that is not known may be one that GitHub could not tell us of.
        let is_open = !known.has_answered && !known.by_id.contains_key(id);
        if is_open || !is_within(known.fresh, STALE) {
            return Err(Error::unavailable("GitHub does not say with which keys it signs"));
        }

        Ok(known.by_id.get(id).cloned())
    }

    /// Asks for the keys that are not `known` yet.
    async fn ask(&self, known: &mut Known, now: Timestamp) -> std::result::Result<(), String> {
        let answer = tokio::time::timeout(PATIENCE, self.answer(known.etag.as_ref()));
        let Ok(answer) = answer.await else {
            return Err(format!("no keys of GitHub within {} seconds", PATIENCE.as_secs()));
        };
        let (status, etag, body) = answer?;
        match status {
            StatusCode::NOT_MODIFIED if known.fresh.is_some() => (),
            StatusCode::OK => {
                let published: Published =
                    serde_json::from_slice(&body).map_err(|error| format!("the keys of GitHub: {error}"))?;
                let keys = published.public_keys.into_iter().map(|PublicKey { key_identifier, key }| {
                    let key = SubjectPublicKeyInfoDer::from_pem_slice(key.as_bytes());
                    let key = key.map_err(|error| format!("a key of GitHub is none: {error}"))?;
                    Ok((key_identifier, key))
                });
                known.by_id = keys.collect::<std::result::Result<_, String>>()?;
                known.etag = etag;
            }
            status => return Err(format!("asked for its keys, GitHub answers {status}")),
        }
        known.fresh = Some(now);

        Ok(())
    }

    async fn answer(
        &self,
        etag: Option<&HeaderValue>,
    ) -> std::result::Result<(StatusCode, Option<HeaderValue>, Bytes), String> {
        let mut request = Request::get(self.uri.clone());
        request = request.header(ACCEPT, "application/json").header(USER_AGENT, "Latchkey");
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
        let answer: Response<Incoming> =
            client()?.request(request).await.map_err(|error| format!("GitHub: {error}"))?;
        let (status, etag) = (answer.status(), answer.headers().get(ETAG).cloned());
        let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| format!("the keys of GitHub: {error}"))?;

        Ok((status, etag, body.to_bytes()))
    }
}

/// A connection for one question: the next one is an hour away.
fn client() -> std::result::Result<Client<HttpsConnector<HttpConnector>, Empty<Bytes>>, String> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    let tls = connect::tls().map_err(|error| format!("no root certificates: {error}"))?;

    Ok(Client::builder(TokioExecutor::new()).build(HttpsConnector::from((connector, tls))))
}

#[cfg(test)]
mod tests;
