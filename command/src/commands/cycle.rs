//! On the command line: that a key is given new secrets by itself.

use clap::Args;

use crate::body::Body;
use crate::parse;

/// The cycle of a key that is made.
#[derive(Debug, Args)]
pub(super) struct Cycle {
    /// Give it a new secret this often, by itself: 90d. Each goes into Secrets Manager as latchkey/<org>/<key id>, never elsewhere.
    /// The stack must have Rotation=on
    #[arg(long, value_name = "SPAN", value_parser = parse::seconds)]
    rotate_every: Option<u64>,

    /// How long each secret goes on working beside the next [default: 1d, or half of --rotate-every if that is less]
    #[arg(long, value_name = "SPAN", value_parser = parse::seconds)]
    rotate_overlap: Option<u64>,
}

/// Changes to a key's cycle.
#[derive(Debug, Args)]
pub(super) struct Recycled {
    #[command(flatten)]
    cycle: Cycle,

    /// Let it keep the secret that it has
    #[arg(long, conflicts_with_all = ["rotate_every", "rotate_overlap"])]
    no_rotation: bool,
}

impl Cycle {
    pub(super) fn add_to(self, body: Body) -> Body {
        body.with("rotateEvery", self.rotate_every).with("rotateOverlap", self.rotate_overlap)
    }
}

impl Recycled {
    pub(super) fn add_to(self, body: Body) -> Body {
        self.cycle.add_to(body).without("rotateEvery", self.no_rotation)
    }
}
