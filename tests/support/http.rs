//! HTTP to a stack, with connections kept, and bytes to it for what no client would send.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use local::Stack;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Answer, announced};

#[derive(Clone)]
pub(crate) struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    address: String,
    contract: String,
}

impl Http {
    /// Of a stack that serves `contract`, whose document its refusals are held against if it is one of ours.
    pub(crate) fn new(stack: &Stack, contract: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();

        Self { client, address: stack.address(), contract: contract.to_owned() }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string().into_bytes());
        let json = body.as_ref().map(|_| ("content-type", "application/json"));
        let headers: Vec<_> = headers.iter().copied().chain(json).collect();
        self.send_bytes(method, path, &headers, body.unwrap_or_default()).await
    }

    pub(crate) async fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let uri = format!("http://{}{path}", self.address);
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();

        let answer =
            Answer { status: head.status.as_u16(), headers: head.headers, body: String::from_utf8(body).unwrap() };
        self.hold(method, path, &answer);

        answer
    }

    /// Holds an answer against the document, and to what each has.
    pub(crate) fn hold(&self, method: &str, path: &str, answer: &Answer) {
        let is_gateways = answer.body.starts_with(r#"{"message":"#) && answer.header("cache-control").is_none();
        if !is_gateways {
            let kept = match path.split(['?', '#']).next().unwrap_or(path) {
                "/api/v1/health" if answer.status == 200 => "no-cache",
                "/openapi.json" if answer.status == 200 => "max-age=300",
                _ => "no-store",
            };
            assert_eq!(answer.header("cache-control"), Some(kept), "{method} {path}: {answer:?}");
            let asks = answer.header("www-authenticate").is_some();
            let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            // A contract may also ask for a key with another scope.
            let is_own = self.contract.contains('/');
            let may_ask = answer.status == 403 && (is_own || ["standard", ""].contains(&self.contract.as_str()));
            assert!(asks == (answer.status == 401 && !is_page) || may_ask, "{method} {path}: {answer:?}");
        }
        announced::check(&self.contract, method, path, answer.status, &answer.body);
    }

    /// Sends `bytes` as they are; returns the status of whatever comes back, or `None` where the connection just ends.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Option<u16> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        // The gateway may well have hung up before it has read everything.
        let (mut reader, mut writer) = stream.split();
        let mut answer = Vec::new();
        let (written, read) = tokio::join!(writer.write_all(bytes), async {
            let mut head = [0; 12];
            reader.read_exact(&mut head).await.map(|_| answer.extend_from_slice(&head))
        });
        drop((written, read));

        String::from_utf8(answer).unwrap().strip_prefix("HTTP/1.1 ")?.parse().ok()
    }
}
