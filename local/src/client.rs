//! A small HTTP client for the stack's own requests: the demo, and what tests do as the operator.

use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::credential::Credential;
use crate::error::Error;
use crate::sigv4::sign;

/// An answer to a request of the stack's own.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON; `null` where it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Sends a request with a JSON body and `headers` to the gateway at `address`, signed by `credential`.
pub(crate) async fn send_signed(
    address: &str,
    credential: &Credential,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&serde_json::Value>,
) -> Result<Reply, Error> {
    exchange(address, Some(credential), method, path, headers, body).await.map_err(failed(method, path))
}

/// Sends a request with a JSON body and `headers` to the gateway at `address`, as callers do.
pub(crate) async fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&serde_json::Value>,
) -> Result<Reply, Error> {
    exchange(address, None, method, path, headers, body).await.map_err(failed(method, path))
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

fn failed(method: &str, path: &str) -> impl FnOnce(Cause) -> Error {
    move |cause| Error::Request { method: method.to_owned(), path: path.to_owned(), cause: cause.to_string() }
}

async fn exchange(
    address: &str,
    signer: Option<&Credential>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&serde_json::Value>,
) -> Result<Reply, Cause> {
    let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
    let headers = [headers, &[("content-type", "application/json")]].concat();
    let url = format!("http://{address}{path}");
    let signature = signer.map(|signer| sign(signer, method, &url, &headers, &body)).transpose()?;
    let mut request = Request::builder().method(method).uri(path).header("host", address);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    for (name, value) in signature.into_iter().flatten() {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(body)))?;

    let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();

    Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
}
