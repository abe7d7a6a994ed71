//! The output of functions, and where it goes: to the terminal, nowhere, or into memory for a test to look through.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::sync::lock;

/// Where the lines go. Its clones share what is kept.
#[derive(Debug, Clone)]
pub(crate) enum Logs {
    /// To standard error, each with its function's name.
    Forward,
    /// Nowhere.
    Quiet,
    /// Where [`Logs::kept`] finds them.
    Keep(Arc<Mutex<Kept>>),
}

/// Lines that are kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// One nameless file for each process. A file and not a pipe: the text that a process wrote before it answered is
    /// there when its answer is.
    files: Vec<File>,
    /// The stack's own lines.
    notes: Vec<String>,
}

impl Logs {
    /// What a new process gets as standard output and standard error.
    pub(crate) fn outlets(&self) -> io::Result<(Stdio, Stdio)> {
        match self {
            Self::Forward => Ok((Stdio::piped(), Stdio::piped())),
            Self::Quiet => Ok((Stdio::null(), Stdio::null())),
            Self::Keep(kept) => {
                let file = nameless_file()?;
                let outlets = (Stdio::from(file.try_clone()?), Stdio::from(file.try_clone()?));
                lock(kept).files.push(file);
                Ok(outlets)
            }
        }
    }

    /// A line about `function`, by the stack itself.
    pub(crate) fn note(&self, line: &str) {
        match self {
            Self::Forward => write_line("latchkey", line.as_bytes()),
            Self::Quiet => {}
            Self::Keep(kept) => lock(kept).notes.push(line.to_owned()),
        }
    }

    /// The lines that are kept: process by process in the order in which they started, then the stack's own.
    pub(crate) fn kept(&self) -> Vec<String> {
        let Self::Keep(kept) = self else { return Vec::new() };
        let kept = lock(kept);
        let text = kept.files.iter().map(whole).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());

        text.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .chain(kept.notes.iter().cloned())
            .collect()
    }
}

/// Writes what comes out of `pipe` to standard error, line by line, until it ends.
pub(crate) async fn forward(function: &'static str, pipe: impl AsyncRead + Unpin) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while pipe.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        write_line(function, line.trim_ascii_end());
        line.clear();
    }
}

/// One write for the whole line, so that lines of several functions do not mix.
fn write_line(prefix: &str, line: &[u8]) {
    let mut whole = Vec::with_capacity(prefix.len().saturating_add(line.len()).saturating_add(3));
    whole.extend_from_slice(prefix.as_bytes());
    whole.extend_from_slice(b": ");
    whole.extend_from_slice(line);
    whole.push(b'\n');
    // A terminal that is gone is no reason to stop serving.
    drop(io::stderr().lock().write_all(&whole));
}

fn nameless_file() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("latchkey-log-{}", uuid::Uuid::new_v4().simple()));
    let file = OpenOptions::new().create_new(true).read(true).append(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// All of `file`, without moving the place where its process writes.
fn whole(file: &File) -> Vec<u8> {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    match file.read_exact_at(&mut bytes, 0) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}
