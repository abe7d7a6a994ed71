//! A server that answers what it is told to, in order, and keeps what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{JoinHandle, spawn};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `PUT /operator/v1/organizations/acme`
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// A server on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    thread: JoinHandle<()>,
    seen: Receiver<Seen>,
}

/// An answer in JSON.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();

    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
}

impl Server {
    /// One that gives these answers, one for each request, and then ends.
    pub(crate) fn answering(answers: impl IntoIterator<Item = String>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();

        Self::deciding(answers.len(), move |_| answers.pop().unwrap())
    }

    /// One that answers so many requests as `decide` says, and then ends.
    pub(crate) fn deciding(requests: usize, mut decide: impl FnMut(&Seen) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, seen) = channel();
        let thread = spawn(move || {
            for _ in 0..requests {
                let (stream, _) = listener.accept().unwrap();
                let request = read(&stream);
                let answer = decide(&request);
                // Whoever waits may be gone.
                drop(tell.send(request));
                drop((&stream).write_all(answer.as_bytes()));
            }
        });

        Self { url, thread, seen }
    }

    /// All requests that are left. Every answer must have been asked for.
    pub(crate) fn end(self) -> Vec<Seen> {
        self.thread.join().unwrap();

        self.seen.iter().collect()
    }
}

fn read(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: Vec<_> = lines.iter().skip(1).filter_map(|line| line.split_once(": ")).collect();
    let length =
        headers.iter().find(|(name, _)| *name == "content-length").map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();

    Seen {
        line: lines[0].trim_end_matches(" HTTP/1.1").to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: String::from_utf8(body).unwrap(),
    }
}
