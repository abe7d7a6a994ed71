//! The folder where a stack keeps what must survive it: the database, the operator's credential and the demo's keys.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::error::Error;
use crate::seed::SeededOrganization;

/// What a stack remembers beside its database.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// The contract that the tables were filled under, where the template knows contracts.
    pub(crate) contract: Option<String>,
    pub(crate) operator: Credential,
    pub(crate) organizations: Vec<SeededOrganization>,
}

/// A data folder, of which this stack is the only user.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    lock: File,
}

impl DataDir {
    /// Opens the folder, making it where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(file(path))?;
        let lock_path = path.join("lock");
        let lock = File::create(&lock_path).map_err(file(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => Err(file(&lock_path)(cause)),
        }
    }

    /// The database's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("dynamodb.sqlite")
    }

    /// The file of the secrets that functions have put into Secrets Manager.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join("secrets.json")
    }

    /// The state that an earlier run saved, which must have been a run of the same contract.
    pub(crate) fn state(&self, contract: Option<&str>) -> Result<Option<State>, Error> {
        let path = self.path.join("demo.json");
        match fs::read(&path) {
            Ok(json) => {
                let state: State = serde_json::from_slice(&json).map_err(|cause| Error::State { path, cause })?;
                if state.contract.as_deref() == contract {
                    return Ok(Some(state));
                }
                let contract = state.contract.unwrap_or_else(|| "no".to_owned());
                Err(Error::OtherContract { path: self.path.clone(), contract })
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(file(&path)(cause)),
        }
    }

    /// Remembers `state`.
    pub(crate) fn save(&self, state: &State) -> Result<(), Error> {
        write_private(&self.path.join("demo.json"), state)
    }
}

impl Drop for DataDir {
    /// Gives the folder up now. If the file were merely closed, the lock would last as long as any process has it, and
    /// a child has it, too, from its fork to its exec.
    fn drop(&mut self) {
        // If it fails, closing is as good as before.
        drop(self.lock.unlock());
    }
}

/// Writes `value` as JSON for the owner's eyes only, whole or not at all.
pub(crate) fn write_private(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let write = || {
        let json = serde_json::to_vec_pretty(value)?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&json)?;
        file.write_all(b"\n")?;
        fs::rename(&temporary, path)
    };
    write().map_err(file(path))
}

fn file(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_owned();
    move |cause| Error::File { path: path.clone(), cause }
}

#[cfg(test)]
mod tests {
    use super::{DataDir, State};
    use crate::credential::Credential;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_has_one_stack_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let first = DataDir::open(&path).unwrap();
        let second = DataDir::open(&path).unwrap_err().to_string();
        assert_eq!(second, format!("cannot use {}: another stack is using it", path.display()));
        let childs = first.lock.try_clone().unwrap();
        drop(first);
        assert!(DataDir::open(&path).is_ok(), "a child that has the file as well does not keep the folder");
        drop(childs);
    }

    #[test]
    fn what_is_remembered_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        assert!(data_dir.state(None).unwrap().is_none());
        let state = State {
            contract: Some("fayne".to_owned()),
            operator: Credential::random("LOCAL").unwrap(),
            organizations: Vec::new(),
        };
        data_dir.save(&state).unwrap();
        assert_eq!(data_dir.state(Some("fayne")).unwrap().unwrap().operator, state.operator);
        let other = data_dir.state(Some("thefaq")).unwrap_err().to_string();
        assert_eq!(other, format!("cannot use {}: it holds keys of the contract fayne", folder.path().display()));
        let mode = std::fs::metadata(folder.path().join("demo.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
