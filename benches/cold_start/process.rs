//! One cold start: a process, the Runtime API that it speaks to, and the time that it took until it was ready and had
//! answered. Or, by valgrind, who spends how many instructions.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use tempfile::NamedTempFile;

use super::Error;
use super::profile::Profile;

/// The time that a process took to come so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    /// Since it was spawned.
    pub(crate) wall: Duration,
    /// The processor time that it had used.
    pub(crate) cpu: Duration,
}

/// A cold start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// It asked for its first event.
    pub(crate) ready: Passed,
    /// Its answer was there.
    pub(crate) answered: Passed,
    /// The most memory that it has had, in megabytes.
    pub(crate) memory: f64,
}

/// Something that the process told the Runtime API.
enum Told {
    Ready(Instant, TcpStream),
    Answered(Instant, String),
}

/// What is started, and what it is asked.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) title: &'static str,
    pub(crate) binary: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) event: Value,
    /// What is in its answer.
    pub(crate) answer: &'static str,
}

impl Subject {
    /// Starts it, has it answer once, and ends it.
    pub(crate) fn start(&self) -> Result<Start, Error> {
        let (address, heard) = runtime_api()?;
        let mut command = self.told(Command::new(&self.binary), address);
        let spawned = Instant::now();
        let process = Process(command.spawn()?);
        let mut ready = None;
        loop {
            match heard.recv_timeout(PATIENCE)? {
                Told::Ready(at, stream) if ready.is_none() => {
                    ready = Some(Passed { wall: at.duration_since(spawned), cpu: process.cpu()? });
                    self.ask(stream)?;
                }
                Told::Ready(..) => {}
                Told::Answered(at, text) => {
                    let answered = Passed { wall: at.duration_since(spawned), cpu: process.cpu()? };
                    self.check(&text)?;
                    let memory = process.memory()?;
                    return Ok(Start { ready: ready.ok_or("answered before it was asked")?, answered, memory });
                }
            }
        }
    }

    /// The instructions that it needs until it has answered `requests`, and asks for another.
    pub(crate) fn profile(&self, requests: u64) -> Result<Profile, Error> {
        let (address, heard) = runtime_api()?;
        let out = NamedTempFile::new()?;
        let mut command = self.told(Command::new("valgrind"), address);
        command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", out.path().display()));
        command.arg(&self.binary).stderr(Stdio::null());
        let mut process = Process(command.spawn().map_err(|error| format!("cannot run valgrind: {error}"))?);
        let mut asked = 0;
        loop {
            match heard.recv_timeout(PATIENCE)? {
                Told::Ready(_, stream) if asked < requests => {
                    asked += 1;
                    self.ask(stream)?;
                }
                Told::Ready(..) => break,
                Told::Answered(_, text) => self.check(&text)?,
            }
        }
        Command::new("kill").args(["-TERM", &process.0.id().to_string()]).status()?;
        process.0.wait()?;

        Profile::read(&std::fs::read_to_string(out.path())?)
    }

    /// `command`, told what Lambda would tell it.
    fn told(&self, mut command: Command, runtime_api: SocketAddr) -> Command {
        command.env_clear().envs(&self.environment).env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null());

        command
    }

    /// Hands it the event for which it waits.
    fn ask(&self, mut stream: TcpStream) -> Result<(), Error> {
        let event = self.event.to_string();
        let length = event.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 1907712040000\r\n"
        )?;
        write!(stream, "lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:0:function:f\r\n")?;
        write!(stream, "content-type: application/json\r\ncontent-length: {length}\r\n\r\n{event}")?;

        Ok(())
    }

    fn check(&self, text: &str) -> Result<(), Error> {
        let Self { answer, .. } = self;

        if text.contains(answer) { Ok(()) } else { Err(format!("the answer lacks {answer}: {text}").into()) }
    }
}

/// How long a step may take, under valgrind too.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Runtime API for one process: where it is, and what the process tells it.
fn runtime_api() -> Result<(SocketAddr, Receiver<Told>), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (told, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let told = told.clone();
            std::thread::spawn(move || drop(serve(stream, &told)));
        }
    });

    Ok((address, heard))
}

/// A child that does not outlive its cold start.
struct Process(Child);

impl Process {
    /// The processor time of all its threads.
    fn cpu(&self) -> Result<Duration, Error> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.0.id()))? {
            let statistics = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanos += statistics.split(' ').next().ok_or("no time in schedstat")?.parse::<u64>()?;
        }

        Ok(Duration::from_nanos(nanos))
    }

    /// The most memory that it has had resident.
    fn memory(&self) -> Result<f64, Error> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak in status")?;

        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The Runtime API, and as much of the Extensions API as an extension without events needs, on one connection.
fn serve(stream: TcpStream, told: &Sender<Told>) -> Result<(), Error> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let (request, body) = read(&mut reader)?;
        let at = Instant::now();
        if request.contains("/runtime/invocation/next") {
            told.send(Told::Ready(at, stream.try_clone()?))?;
        } else if request.contains("/extension/register") {
            write!(stream, "HTTP/1.1 200 OK\r\nlambda-extension-identifier: 1\r\ncontent-length: 2\r\n\r\n{{}}")?;
        } else if request.contains("/runtime/") {
            told.send(Told::Answered(at, body))?;
            write!(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        }
    }
}

/// The next request: its first line and its body.
fn read(reader: &mut BufReader<TcpStream>) -> Result<(String, String), Error> {
    let (mut request, mut length, mut chunked) = (String::new(), 0, false);
    reader.read_line(&mut request)?;
    if request.is_empty() {
        return Err("the connection ended".into());
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        chunked |= line == "transfer-encoding: chunked";
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = Vec::new();
    while chunked {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = u64::from_str_radix(size.trim(), 16)?;
        reader.by_ref().take(size).read_to_end(&mut body)?;
        reader.read_line(&mut String::new())?;
        chunked = size > 0;
    }
    reader.by_ref().take(length).read_to_end(&mut body)?;

    Ok((request, String::from_utf8(body)?))
}
