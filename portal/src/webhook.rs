//! Webhooks, as pages show them: addresses that events are sent to.

use jiff::Timestamp;

use crate::activity::What;
use crate::alert::kind::AlertKind;
use crate::facts::{Fact, badge, code};
use crate::form::Problem;
use crate::html::{Html, Phrase, Said as _};
use crate::key::Status;
use crate::voice::Voice;

/// A webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id, which is also in addresses: it must be made of letters, digits and `_-` only.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// How many kinds of events are sent; `None`: all.
    pub kinds: Option<u64>,
    /// Why nothing is sent, if nothing is.
    pub halted: Option<Halt>,
    /// When it was made.
    pub created: Timestamp,
    /// Until when the secret before signs, too.
    pub old_until: Option<Timestamp>,
    /// The last attempt to send something, if there was one.
    pub last: Option<Attempted>,
    /// When a message was last given up, because it was not taken for days; `None` where there is none of late.
    pub given_up: Option<Timestamp>,
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Somebody has switched it off.
    Asked,
    /// The other side has said that it is gone.
    Gone,
    /// The other side has taken nothing for days.
    Failing,
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// When it was.
    pub at: Timestamp,
    /// Whether it was taken.
    pub taken: bool,
    /// In a few words: `HTTP 500`.
    pub outcome: String,
}

/// A kind of event that can be sent.
#[derive(Clone, Debug)]
pub struct Sendable {
    /// What the form sends as `kind`: `key.created`.
    pub name: String,
    /// What it is.
    pub about: About,
}

/// What an event tells.
#[derive(Clone, Debug)]
pub enum About {
    /// That something was done to a key.
    Key(What),
    /// An alert.
    Alert(AlertKind),
    /// That something else was done.
    Other(What),
}

/// The form of a webhook, new or not. It sends `url`, `which` (`all` or `some`) and `kind`, once for each.
#[derive(Clone, Debug)]
pub struct WebhookForm {
    /// The hidden `once`.
    pub once: String,
    /// The hidden `version`: which version of the webhooks the form was made from.
    pub version: i64,
    /// `url`, as typed.
    pub url: String,
    /// `which`: whether all kinds are sent; `None` where nothing is chosen.
    pub all: Option<bool>,
    /// The kinds that there are.
    pub offered: Vec<Sendable>,
    /// `kind`: the names of those that are ticked.
    pub chosen: Vec<String>,
    /// Those that are sent and not offered: unless everything is sent, they stay.
    pub kept: Vec<String>,
    /// What is wrong, in the order of the fields.
    pub problems: Vec<Problem>,
}

impl WebhookForm {
    /// What is sent, and not offered.
    pub(crate) fn kept_said(&self, voice: &Voice<'_>) -> Html {
        voice.words().webhook_kept.put("kinds", Html::typed(&self.kept.join(", ")))
    }

    /// The kinds in groups, each with its number among all of them.
    pub(crate) fn groups(&self, voice: &Voice<'_>) -> Vec<(Phrase, Vec<(usize, &Sendable)>)> {
        let words = voice.words();
        let group = |belongs: fn(&About) -> bool| -> Vec<_> {
            self.offered.iter().enumerate().filter(|(_, kind)| belongs(&kind.about)).collect()
        };
        let groups = [
            (words.webhook_of_keys, group(|about| matches!(about, About::Key(_)))),
            (words.webhook_of_alerts, group(|about| matches!(about, About::Alert(_)))),
            (words.webhook_of_others, group(|about| matches!(about, About::Other(_)))),
        ];

        groups.into_iter().filter(|(_, kinds)| !kinds.is_empty()).collect()
    }
}

impl About {
    /// What it tells, in words.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Html {
        match self {
            Self::Key(what) | Self::Other(what) => what.said(voice),
            Self::Alert(kind) => voice.alert(*kind).html(),
        }
    }
}

impl Webhook {
    /// Whether something is sent, in a badge. A locked organization's events are sent like any other's.
    pub(crate) fn badge(&self, voice: &Voice<'_>) -> Html {
        let status = if self.halted.is_none() { Status::Active } else { Status::Inactive };

        badge(status.as_str(), voice.status(status))
    }

    /// Why nothing is sent, in a sentence.
    pub(crate) fn why_halted(&self, voice: &Voice<'_>) -> Option<Phrase> {
        let words = voice.words();

        self.halted.map(|halt| match halt {
            Halt::Asked => words.webhook_asked,
            Halt::Gone => words.webhook_gone,
            Halt::Failing => words.webhook_failing,
        })
    }

    /// What is sent.
    pub(crate) fn kinds_said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();

        self.kinds.map_or_else(|| words.webhook_everything.html(), |count| voice.many(words.webhook_kinds_of, count))
    }

    /// What became of the last attempt.
    pub(crate) fn last_said(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        match &self.last {
            None => words.webhook_untried.html(),
            Some(Attempted { at, taken: true, .. }) => words.webhook_taken.put("when", voice.ago(*at)),
            Some(Attempted { at, outcome, .. }) => {
                words.webhook_not_taken.put("when", voice.ago(*at)).put("outcome", outcome)
            }
        }
    }

    /// What it is.
    pub(crate) fn identity(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let words = voice.words();

        vec![
            Fact::new(words.webhook_url, Html::typed(&self.url)),
            Fact::new(words.webhook_sent, self.kinds_said(voice)),
            Fact::new(words.id, code(&self.id)),
        ]
    }

    /// The same, and what has happened to it.
    pub(crate) fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let words = voice.words();
        let mut facts = self.identity(voice);
        facts.push(Fact::new(words.webhook_last, self.last_said(voice)));
        facts.extend(self.given_up.map(|at| Fact::new(words.webhook_given_up, voice.moment(at))));
        facts.push(Fact::new(words.created, voice.moment(self.created)));
        facts.extend(self.old_until.map(|until| Fact::new(words.webhook_old, voice.moment(until))));

        facts
    }
}
