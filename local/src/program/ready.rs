//! The ready file: tells other programs what runs and how to reach it, for as long as it does.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::options::Options;
use crate::credential::Credential;
use crate::data_dir::write_private;
use crate::error::Error;
use crate::seed::SeededOrganization;
use crate::stack::Stack;

/// A ready file; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct ReadyFile(PathBuf);

#[derive(Serialize)]
struct Ready<'a> {
    url: String,
    contract: &'a str,
    stage: &'a str,
    dynamodb_endpoint: &'a str,
    pid: u32,
    operator: &'a Credential,
    organizations: &'a [SeededOrganization],
}

impl ReadyFile {
    /// Writes what `stack` is.
    pub(super) fn write(path: &Path, options: &Options, stack: &Stack) -> Result<Self, Error> {
        let ready = Ready {
            url: stack.url(),
            contract: &options.contract,
            stage: &options.stage,
            dynamodb_endpoint: stack.dynamodb().endpoint(),
            pid: std::process::id(),
            operator: stack.operator(),
            organizations: stack.organizations(),
        };
        write_private(path, &ready)?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // Somebody else may have cleaned up.
        drop(std::fs::remove_file(&self.0));
    }
}
