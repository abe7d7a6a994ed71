//! A server on this machine that does with each call what it is told to: a DynamoDB for tests of clients.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the server does with a call.
#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// Answers with this status and body.
    Says(u16, &'static str),
    /// The same, with this header.
    SaysWith(u16, &'static str, &'static str),
    /// Promises more than it sends, and closes the connection.
    CutsShort,
    Closes,
    IsSilent,
}

/// A server: its calls, and how many connections it has accepted.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    pub(crate) accepted: Arc<AtomicUsize>,
    pub(crate) calls: Arc<Mutex<Vec<String>>>,
}

pub(crate) async fn server(does: Does) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (accepted, calls) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let server = Server { endpoint, accepted: Arc::clone(&accepted), calls: Arc::clone(&calls) };
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            accepted.fetch_add(1, Ordering::Relaxed);
            let calls = Arc::clone(&calls);
            tokio::spawn(async move {
                let mut call = Vec::new();
                while stream.read_buf(&mut call).await.is_ok_and(|read| read > 0) {
                    if !is_whole(&call) {
                        continue;
                    }
                    calls.lock().unwrap().push(String::from_utf8(std::mem::take(&mut call)).unwrap());
                    let answer = match does {
                        Does::Says(status, body) => answer(status, "date: now", body),
                        Does::SaysWith(status, header, body) => answer(status, header, body),
                        Does::CutsShort => "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"Attr".to_owned(),
                        Does::IsSilent => continue,
                        Does::Closes => return,
                    };
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    if matches!(does, Does::CutsShort) {
                        return;
                    }
                }
            });
        }
    });

    server
}

fn answer(status: u16, header: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{header}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Whether all of a call is there: its head says how long its body is.
fn is_whole(call: &[u8]) -> bool {
    let call = String::from_utf8_lossy(call);
    let Some((head, body)) = call.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();

    body.len() == length.parse::<usize>().unwrap()
}
