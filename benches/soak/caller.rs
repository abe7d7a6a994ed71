//! Whoever calls the stack: it may be away, be killed or answer nothing, and it may be at another address after that.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local::Credential;
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(35);

/// An answer: its status, a cookie that it sets, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) json: Value,
}

impl Answer {
    /// `data.name` of it, as text.
    pub(crate) fn text(&self, name: &str) -> String {
        self.json["data"][name].as_str().unwrap_or_default().to_owned()
    }
}

#[derive(Clone)]
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: Arc<Mutex<String>>,
    operator: Credential,
}

impl Caller {
    pub(crate) fn new(operator: Credential) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), address: Arc::default(), operator }
    }

    /// The stack is at `address` from now on.
    pub(crate) fn moves_to(&self, address: &str) {
        address.clone_into(&mut self.address.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// As the operator. `None`: nobody knows what became of it.
    pub(crate) async fn operate(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let url = format!("http://{}/operator/v1{path}", self.at());
        let headers = [("content-type", "application/json")];
        let signed = local::sign(&self.operator, method, &url, &headers, &body).ok()?;
        let headers: Vec<_> =
            signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(headers).collect();

        self.send(method, &url, &headers, body).await
    }

    /// As anybody, with `headers`.
    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let url = format!("http://{}{path}", self.at());

        self.send(method, &url, headers, body.as_bytes().to_vec()).await
    }

    fn at(&self) -> String {
        self.address.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Option<Answer> {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(url), |request, (name, value)| request.header(*name, *value));
        let request = request.body(Full::new(Bytes::from(body))).ok()?;
        let exchange = async {
            let answer = self.client.request(request).await.ok()?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.ok()?.to_bytes();
            let cookie = head.headers.get("set-cookie").and_then(|cookie| cookie.to_str().ok());
            let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
            Some((head.status.as_u16(), cookie, serde_json::from_slice(&body).unwrap_or_default()))
        };
        let (status, cookie, json) = tokio::time::timeout(PATIENCE, exchange).await.ok()??;

        // A failure says nothing of what was done.
        (status < 500).then_some(Answer { status, cookie, json })
    }
}
