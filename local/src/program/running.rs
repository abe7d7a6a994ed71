//! Which stacks run on this machine: each tells it in a folder of its user's, for the command that operates them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, getuid, test_kill_process};
use serde::Deserialize;

use super::ready::{Ready, ReadyFile};
use crate::credential::Credential;
use crate::error::Error;

/// A stack that runs on this machine, started by this user.
#[derive(Debug, Clone, Deserialize)]
pub struct Running {
    /// Where its gateway is.
    pub url: String,
    /// The contract that it serves, as it was named.
    pub contract: String,
    /// Who may call its operator's routes.
    pub operator: Credential,
    /// Its process.
    pub pid: i32,
}

/// The stacks of this user that run, in the order of their addresses.
///
/// # Errors
/// The folder in which they tell it is somebody else's, or cannot be read.
pub fn running() -> io::Result<Vec<Running>> {
    let folder = folder();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    check(&folder)?;
    let mut found: Vec<_> = fs::read_dir(&folder)?.filter_map(|entry| read(&entry.ok()?.path())).collect();
    found.sort_by(|one, other| one.url.cmp(&other.url));

    Ok(found)
}

/// Tells that a stack runs, for as long as what is returned is kept.
pub(super) fn tell(ready: &Ready<'_>) -> Result<ReadyFile, Error> {
    let folder = folder();
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder).and_then(|()| check(&folder));
    made.map_err(|cause| Error::File { path: folder.clone(), cause })?;

    ready.write(&folder.join(format!("{}.json", std::process::id())))
}

/// A stack that `file` tells of, if it runs. A process that was killed leaves its file behind, which goes here.
fn read(file: &Path) -> Option<Running> {
    let running: Running = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let pid = Pid::from_raw(running.pid)?;
    if test_kill_process(pid).is_ok() {
        return Some(running);
    }
    // Another one may have been faster.
    drop(fs::remove_file(file));

    None
}

/// Where this user's stacks tell of themselves.
#[expect(clippy::disallowed_methods, reason = "the system tells by it where files of a session are")]
fn folder() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Path::new(&folder).join("latchkey"),
        None => std::env::temp_dir().join(format!("latchkey-{}", getuid().as_raw())),
    }
}

/// Refuses a folder into which anybody else could write: a stack is operated with what is in it.
fn check(folder: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(folder)?;
    if metadata.is_dir() && metadata.uid() == getuid().as_raw() && metadata.mode() & 0o777 == 0o700 {
        return Ok(());
    }

    Err(io::Error::other(format!("{} is not a folder of yours alone", folder.display())))
}
