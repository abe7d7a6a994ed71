//! What to run, and how.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use template::Template;

use super::TemplateSource;
use super::source::read_template;
use crate::demo::Demo;
use crate::error::Error;
use crate::logs::Logs;
use crate::schedules::Pace;
use crate::services::Outlets;

/// A stack to be started.
#[derive(Debug)]
#[must_use = "a stack runs once it is started"]
pub struct Builder {
    pub(super) template: TemplateSource,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) binaries: PathBuf,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) dynamodb_endpoint: Option<String>,
    pub(super) port: u16,
    pub(super) demo: Demo,
    pub(super) max_instances: usize,
    pub(super) logs: Logs,
    pub(super) pace: Pace,
    pub(super) outlets: Outlets,
}

impl Builder {
    pub(super) fn new(template: TemplateSource) -> Self {
        Self {
            template,
            parameters: BTreeMap::new(),
            binaries: PathBuf::from("."),
            data_dir: None,
            dynamodb_endpoint: None,
            port: 0,
            demo: Demo::default(),
            max_instances: 8,
            logs: Logs::Forward,
            pace: Pace::default(),
            outlets: Outlets::default(),
        }
    }

    /// The contract to serve: the template's parameter `Contract`.
    pub fn contract(self, name: &str) -> Self {
        self.parameter("Contract", name)
    }

    /// What the stack is for: the template's parameter `Stage`.
    pub fn stage(self, stage: &str) -> Self {
        self.parameter("Stage", stage)
    }

    /// Any parameter of the template.
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The folder of the functions' binaries.
    pub fn binaries(mut self, folder: impl Into<PathBuf>) -> Self {
        self.binaries = folder.into();
        self
    }

    /// Keep nothing: this is how it is unless [`Builder::data_dir`] says otherwise.
    pub fn ephemeral(mut self) -> Self {
        self.data_dir = None;
        self
    }

    /// Keep the database, the credential and the demo's keys in this folder.
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(folder.into());
        self
    }

    /// Use the `DynamoDB` at this URL in place of the embedded one.
    pub fn dynamodb_endpoint(mut self, url: &str) -> Self {
        self.dynamodb_endpoint = Some(url.to_owned());
        self
    }

    /// The gateway's port; 0, any free one, unless said otherwise.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What to put into the stack before it is handed over.
    pub fn demo(mut self, demo: impl Into<Demo>) -> Self {
        self.demo = demo.into();
        self
    }

    /// How many processes a function may have at once; eight unless said otherwise.
    pub fn max_instances(mut self, count: usize) -> Self {
        self.max_instances = count;
        self
    }

    /// Run the schedules of the template by themselves, each as often as it says, or all of them as often as `tick` says.
    /// Otherwise they run when [`Stack::fire`](super::Stack::fire) fires them.
    pub fn run_schedules(mut self, tick: Option<Duration>) -> Self {
        self.pace = tick.map_or(Pace::Template, Pace::Each);
        self
    }

    /// Append what EventBridge and SNS are told to this file, a line of JSON for each.
    pub fn events_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.outlets.file = Some(path.into());
        self
    }

    /// Print a line about each of these.
    pub fn print_events(mut self) -> Self {
        self.outlets.prints = true;
        self
    }

    /// Keep the lines that functions write for [`Stack::logs`](super::Stack::logs), in place of passing them on to standard error.
    pub fn keep_logs(mut self) -> Self {
        self.logs = Logs::Keep(std::sync::Arc::default());
        self
    }

    /// Throw the lines that functions write away.
    pub fn quiet(mut self) -> Self {
        self.logs = Logs::Quiet;
        self
    }

    /// What will be executed: the template, with the parameters given so far.
    pub fn template(&self) -> Result<Template, Error> {
        read_template(&self.template, &self.parameters).map(|(template, _)| template)
    }
}

impl From<&Path> for TemplateSource {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for TemplateSource {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&str> for TemplateSource {
    fn from(yaml: &str) -> Self {
        Self::Yaml(yaml.to_owned())
    }
}

impl From<String> for TemplateSource {
    fn from(yaml: String) -> Self {
        Self::Yaml(yaml)
    }
}
