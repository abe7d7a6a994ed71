//! The ready file: tells other programs what runs and how to reach it, for as long as it does.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::links::Link;
use super::options::Options;
use crate::credential::Credential;
use crate::data_dir::write_private;
use crate::error::Error;
use crate::seed::SeededOrganization;
use crate::stack::Stack;

/// A ready file; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct ReadyFile(PathBuf);

/// What runs, and how to reach it.
#[derive(Serialize)]
pub(super) struct Ready<'a> {
    url: String,
    contract: &'a str,
    stage: &'a str,
    dynamodb_endpoint: &'a str,
    lambda_endpoint: &'a str,
    pid: u32,
    operator: &'a Credential,
    organizations: Vec<ReadyOrganization<'a>>,
}

#[derive(Serialize)]
struct ReadyOrganization<'a> {
    #[serde(flatten)]
    seeded: &'a SeededOrganization,
    /// A link to its pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<&'a str>,
}

impl<'a> Ready<'a> {
    /// What `stack` is.
    pub(super) fn of(options: &'a Options, stack: &'a Stack, links: &'a [Link]) -> Self {
        let link = |slug: &str| links.iter().find(|(of, _)| of == slug).map(|(_, url)| url.as_str());
        let organizations = stack.organizations().iter();
        Self {
            url: stack.url(),
            contract: &options.contract,
            stage: &options.stage,
            dynamodb_endpoint: stack.dynamodb().endpoint(),
            lambda_endpoint: stack.lambda_endpoint(),
            pid: std::process::id(),
            operator: stack.operator(),
            organizations: organizations
                .map(|seeded| ReadyOrganization { seeded, portal: link(&seeded.slug) })
                .collect(),
        }
    }

    /// Writes it into the file at `path`.
    pub(super) fn write(&self, path: &Path) -> Result<ReadyFile, Error> {
        write_private(path, self)?;

        Ok(ReadyFile(path.to_owned()))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // Somebody else may have cleaned up.
        drop(std::fs::remove_file(&self.0));
    }
}
