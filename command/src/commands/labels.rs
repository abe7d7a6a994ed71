//! Labels on the command line: what keys and organizations are called in a system of the operator's own.

use clap::Args;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::parse;

/// Labels of something that is made.
#[derive(Debug, Args)]
pub(super) struct Labels {
    /// What it is called in a system of yours; verdicts say it
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,

    /// A text to write down beside it, in place of all that is; may be given several times
    #[arg(long = "metadata", value_name = "NAME=TEXT", value_parser = parse::named)]
    metadata: Vec<(String, String)>,
}

/// Changes to labels.
#[derive(Debug, Args)]
pub(super) struct Relabelled {
    #[command(flatten)]
    labels: Labels,

    /// Take its external id away
    #[arg(long, conflicts_with = "external_id")]
    no_external_id: bool,

    /// Take all that is written down beside it away
    #[arg(long, conflicts_with = "metadata")]
    no_metadata: bool,
}

impl Labels {
    pub(super) fn add_to(self, body: Body) -> Body {
        let metadata: Map<_, _> = self.metadata.into_iter().map(|(name, text)| (name, Value::String(text))).collect();

        body.with("externalId", self.external_id).with("metadata", (!metadata.is_empty()).then_some(metadata))
    }
}

impl Relabelled {
    pub(super) fn add_to(self, body: Body) -> Body {
        let body = self.labels.add_to(body);

        body.without("externalId", self.no_external_id).without("metadata", self.no_metadata)
    }
}
