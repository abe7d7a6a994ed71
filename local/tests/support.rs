//! A stack for each test, and a client that sends whatever it is told to.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use local::{Builder, Reply, Stack};
use serde_json::Value;

/// The folder of the examples, where the function for these tests is.
pub(crate) fn binaries() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().unwrap().parent().unwrap().join("examples")
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub(crate) fn builder() -> Builder {
    Stack::builder(fixture("echo.yaml")).binaries(binaries()).ephemeral().keep_logs()
}

pub(crate) async fn stack() -> Stack {
    builder().start().await.unwrap()
}

/// Sends a request on a connection of its own.
pub(crate) async fn send(stack: &Stack, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let stream = tokio::net::TcpStream::connect(stack.address()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = http::Request::builder().method(method).uri(path).header("host", stack.address());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
    let (head, body) = sender.send_request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    connection.abort();
    Reply { status: head.status.as_u16(), headers: head.headers, body }
}

pub(crate) async fn get(stack: &Stack, path: &str) -> Reply {
    send(stack, "GET", path, &[], b"").await
}

/// The event that the echo function got.
pub(crate) fn event(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Sends these bytes as they are; returns all that comes back until the connection is closed.
pub(crate) async fn raw(stack: &Stack, bytes: impl Into<Vec<u8>>) -> String {
    let (address, bytes) = (stack.address(), bytes.into());
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        // The gateway may close before it has read everything.
        drop(stream.write_all(&bytes));
        drop(stream.shutdown(std::net::Shutdown::Write));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

/// Whether this process runs; one that has ended and was not asked after yet does not.
pub(crate) fn is_running(pid: &Value) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}
