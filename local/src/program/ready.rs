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

#[derive(Serialize)]
struct Ready<'a> {
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

impl ReadyFile {
    /// Writes what `stack` is.
    pub(super) fn write(path: &Path, options: &Options, stack: &Stack, links: &[Link]) -> Result<Self, Error> {
        let link = |slug: &str| links.iter().find(|(of, _)| of == slug).map(|(_, url)| url.as_str());
        let organizations = stack.organizations().iter();
        let ready = Ready {
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
