//! Alerts, as pages show them: what may be wrong with a key, what people were told of it, and by which rules.

pub(crate) mod kind;
mod said;

use jiff::Timestamp;

use crate::activity::KeyRef;
use crate::alert::kind::AlertKind;
use crate::control::Control;
use crate::form::Problem;
use crate::usage::Window;

/// An alert that is open.
#[derive(Clone, Debug)]
pub struct OpenAlert {
    /// About which key.
    pub key: KeyRef,
    /// Of which kind.
    pub kind: AlertKind,
    /// Since when.
    pub since: Timestamp,
}

/// A key that nothing is told of for a while.
#[derive(Clone, Debug)]
pub struct MutedKey {
    /// The key.
    pub key: KeyRef,
    /// Until when.
    pub until: Timestamp,
}

/// What an alert does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It opens.
    Opened,
    /// It gets worse.
    Escalated,
    /// It is over.
    Recovered,
}

/// Something that people were told.
#[derive(Clone, Debug)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Of which kind.
    pub kind: AlertKind,
    /// What the alert did.
    pub turn: Turn,
    /// About which key, if about one.
    pub key: Option<KeyRef>,
    /// The figures.
    pub figures: Figures,
}

/// The figures of an alert. Each may be missing: whoever has written them may have been another version.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The window of the limit.
    pub window: Option<Window>,
    /// How many requests there may be in it.
    pub limit: Option<u64>,
    /// How many there were.
    pub used: Option<u64>,
    /// When the window ends.
    pub window_ends: Option<Timestamp>,
    /// From which share on people are told, in hundredths of a per cent.
    pub threshold: Option<u64>,
    /// How many requests were refused.
    pub refused: Option<u64>,
    /// Why.
    pub reason: Option<Probe>,
    /// How many requests there were.
    pub requests: Option<u64>,
    /// How many are usual.
    pub usual: Option<u64>,
    /// Which way it is unusual.
    pub direction: Option<Direction>,
    /// How many requests have failed.
    pub failed: Option<u64>,
    /// Of how many.
    pub answered: Option<u64>,
    /// Which failures count.
    pub of: Option<Failures>,
    /// The hour that it is about.
    pub hour: Option<Timestamp>,
    /// How many days it is about.
    pub days: Option<u64>,
    /// When the old secret was last used.
    pub last_used: Option<Timestamp>,
    /// When the old secret ends.
    pub overlap_ends: Option<Timestamp>,
    /// Where the key was found, as whoever found it has said.
    pub url: Option<String>,
    /// How many keys it is about.
    pub count: Option<u64>,
    /// Some of them.
    pub keys: Vec<Mentioned>,
    /// Since when the alert was open.
    pub since: Option<Timestamp>,
    /// How often it has opened in a day, if so often that not each time is told.
    pub openings: Option<u64>,
}

/// A key that an alert names.
#[derive(Clone, Debug)]
pub struct Mentioned {
    /// The key.
    pub key: KeyRef,
    /// When it expires, if that is what it is about.
    pub expires: Option<Timestamp>,
}

/// What somebody has tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// What the key may not do.
    Permission,
    /// A key that is switched off or has expired.
    Dead,
}

/// Which way something is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Far more than usual.
    More,
    /// Far less.
    Less,
}

/// Which failures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    /// Those of the API.
    Server,
    /// Those of callers, too.
    All,
}

impl Failures {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Server, Self::All];

    /// What the form sends as `of`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::All => "all",
        }
    }

    /// What a form has sent.
    pub fn parse(sent: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == sent)
    }
}

/// The form with what is watched for. It sends `on` for each kind that is on, and `thresholds`, `rate`, `of` and `days`.
#[derive(Clone, Debug)]
pub struct AlertForm {
    /// The hidden `once`.
    pub once: String,
    /// The hidden `version`: that of the settings that the form was made from.
    pub version: i64,
    /// The settings as they are, where a form was sent that was made from others.
    pub now: Option<Vec<Setting>>,
    /// Whether it can be sent.
    pub save: Control,
    /// Every kind that the contract has.
    pub settings: Vec<Setting>,
    /// What is wrong, in the order of the fields.
    pub problems: Vec<Problem>,
}

/// How one kind is judged.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The kind.
    pub kind: AlertKind,
    /// Whether anybody is told.
    pub on: bool,
    /// Whether it can be changed here; otherwise the team whose API it is decides it.
    pub changeable: bool,
    /// By which rule.
    pub rule: AlertRule,
}

/// What of a rule can be chosen: as typed.
#[derive(Clone, Debug)]
pub enum AlertRule {
    /// Nothing.
    Plain,
    /// `thresholds`: shares of a limit in per cent.
    Thresholds(String),
    /// `rate`, in per cent, and `of`.
    Rate {
        /// The share.
        rate: String,
        /// Which failures count.
        of: Option<Failures>,
    },
    /// `days`.
    Days(String),
}

/// The alerts of one key.
#[derive(Clone, Debug)]
pub struct KeyAlerts {
    /// Those that are open, and since when.
    pub open: Vec<(AlertKind, Timestamp)>,
    /// Until when nothing is told of the key.
    pub muted: Option<Timestamp>,
    /// Whether that can be changed here: it posts `once` and `days` to `{base}keys/{id}/mute`.
    pub mute: Control,
    /// The hidden `once`.
    pub once: String,
}

/// For how many days a key can be muted.
pub const MUTED_DAYS: [u32; 3] = [1, 7, 30];
