//! An experience as its maker describes it.

use payload::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::schedule::Schedule;
use super::slug::Slug;
use crate::Flaw;
use crate::label::Label;
use crate::moment::Moment;

/// An experience to be made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewExperience {
    /// What people call it.
    pub(super) name: Label,
    /// Its name in a URL; made of `name` where it is left out.
    pub(super) slug: Option<Slug>,
    /// When it opens; a draft has no such time.
    open_at: Option<Moment>,
    /// When it closes, if it ever does: later than it opens.
    close_at: Option<Moment>,
    /// The time zone whose clocks people look at for it, by IANA's name.
    pub(super) time_zone: Option<TimeZone>,
}

impl NewExperience {
    /// When it opens and closes.
    ///
    /// # Errors
    /// It would close without having been open.
    pub(super) fn schedule(&self) -> Result<Schedule, Vec<Flaw>> {
        match (self.open_at, self.close_at) {
            (None, Some(_)) => Err(vec![("openAt", "is required where there is a closeAt")]),
            (Some(opens), Some(closes)) if closes <= opens => Err(vec![("closeAt", "must be later than openAt")]),
            (opens, closes) => Ok(Schedule { opens, closes }),
        }
    }
}
