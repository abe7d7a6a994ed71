//! A key: facts, limits, usage, and what can be done with it.

use crate::alert::KeyAlerts;
use crate::control::{Control, Why};
use crate::facts::{Fact, Facts};
use crate::frame::Frame;
use crate::html::{Html, Phrase, Said as _};
use crate::key::{Answer, Exposure, Key, Notice, Secrets, Status};
use crate::pages::page;
use crate::usage::{Limit, SetBy, Usage, Window};
use crate::voice::Voice;
use crate::words::Words;

/// One key.
#[derive(Clone, Debug)]
pub struct KeyPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// The key.
    pub key: Key,
    /// Whether keys can expire here: then it is also said that this one never does.
    pub expiring: bool,
    /// What callers get with it, where the key itself is why they are refused.
    pub refused: Option<Answer>,
    /// That it was found where others can see it, while that secret works.
    pub exposure: Option<Exposure>,
    /// The limits that it is under; none says that there are none.
    pub limits: Vec<Limit>,
    /// The two secrets, while there are two.
    pub rotation: Option<Rotation>,
    /// The replacement of the key by another one, where keys cannot be regenerated.
    pub replacement: Option<Replacement>,
    /// The usage; `None` where the contract or the session does not show it.
    pub usage: Option<Usage>,
    /// Its alerts; `None` where the contract or the session does not show them.
    pub alerts: Option<KeyAlerts>,
    /// What can be done.
    pub actions: Actions,
}

page!(KeyPage, "key.html", BelowKeys, |page, voice| voice.name_in_title(&page.key.name));

/// What can be done with a key.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    /// Change it.
    pub edit: Control,
    /// Give it a new secret.
    pub regenerate: Control,
    /// Switch it off, or on if it is off.
    pub status: Control,
    /// Delete it.
    pub delete: Control,
}

/// Two secrets at once.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// What is known of them.
    pub secrets: Secrets,
    /// Whether the old one can be ended now: the link is `{base}keys/{id}/regenerate?end=1`.
    pub end: Control,
}

/// The replacement of a key by another one: make it, use it, see that it is used, then delete the old one.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Whether a key can be made here. The link is `{base}keys/new?…`.
    pub create: Control,
    /// What the link fills in: the key's name, type and, where the form asks for them, scopes.
    pub fill: Vec<(&'static str, String)>,
    /// What a key that is made there may do, where that is not what this one may.
    pub gets: Option<Vec<String>>,
    /// The key that is to take its place, if there is one.
    pub new: Option<Key>,
}

impl Replacement {
    /// What the link to the form says.
    const fn verb(&self, words: &Words) -> Phrase {
        match self.gets {
            Some(_) => words.replacement_other,
            None => words.replacement_create,
        }
    }

    /// What the form for a key like this one is filled with.
    fn same(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.fill);

        query.finish()
    }
}

impl KeyPage {
    /// All that is known of the key.
    fn facts(&self, voice: &Voice<'_>) -> Vec<Fact> {
        let facts = Facts::of(voice, &self.key).kind().permissions().last_used().created();
        facts.expires(self.expiring).fingerprint().id().list()
    }

    /// Whether calls with the key are let in.
    fn is_let_in(&self, voice: &Voice<'_>) -> bool {
        matches!(self.key.status, Status::Active | Status::Quarantined) && !voice.all_refused()
    }

    /// How a key that is refused is let in again, as far as somebody can do that here.
    fn revival(&self, voice: &Voice<'_>) -> Option<Html> {
        let words = voice.words();
        match (self.key.status, self.key.expires) {
            (Status::Inactive, _) if self.actions.status.is_open() => {
                Some(words.revive_inactive.put("verb", voice.activate()))
            }
            (Status::Expired, Some(at)) if self.actions.edit.is_open() && self.expiring => {
                Some(words.revive_expired.put("when", voice.ago(at)).put("verb", voice.edit()))
            }
            (Status::Active | Status::Inactive | Status::Quarantined | Status::Expired, _) => None,
        }
    }

    /// Whether the session leaves out something that could be done.
    fn is_limited(&self) -> bool {
        let Actions { edit, regenerate, status, delete } = &self.actions;
        [edit, regenerate, status, delete].iter().any(|control| **control == Control::Shut(Why::Session))
    }

    /// What switches it off, or on.
    fn switch(&self, voice: &Voice<'_>) -> (String, Phrase) {
        match self.key.status {
            Status::Inactive => (voice.activate(), voice.words().activate_hint),
            Status::Active | Status::Quarantined | Status::Expired => {
                (voice.deactivate(), voice.words().deactivate_hint)
            }
        }
    }

    /// What can be done: what it is called, where it is done, and what it does.
    fn doings(&self, voice: &Voice<'_>) -> Vec<Doing<'_>> {
        let words = voice.words();
        let (switch, switch_hint) = self.switch(voice);
        let all = [
            Doing {
                control: &self.actions.edit,
                verb: voice.edit(),
                way: "edit",
                hint: if self.expiring { words.edit_hint_expiry } else { words.edit_hint },
                class: "quiet",
            },
            Doing {
                control: &self.actions.regenerate,
                verb: voice.regenerate(),
                way: "regenerate",
                hint: words.regenerate_hint,
                class: "quiet",
            },
            Doing { control: &self.actions.status, verb: switch, way: "status", hint: switch_hint, class: "quiet" },
            Doing {
                control: &self.actions.delete,
                verb: voice.delete(),
                way: "delete",
                hint: words.delete_hint,
                class: "quiet danger",
            },
        ];

        all.into_iter().filter(|doing| !doing.control.is_hidden()).collect()
    }
}

/// Something that can be done with a key.
struct Doing<'a> {
    control: &'a Control,
    verb: String,
    way: &'static str,
    hint: Phrase,
    class: &'static str,
}

impl Window {
    /// How often it begins anew.
    pub(crate) const fn each(self, words: &Words) -> Phrase {
        match self {
            Self::Second => words.per_second,
            Self::Minute => words.per_minute,
            Self::Hour => words.per_hour,
            Self::Day => words.per_day,
            Self::Week => words.per_week,
            Self::Month => words.per_month,
        }
    }
}

impl SetBy {
    /// Who has set a limit.
    fn said(self, words: &Words, brand: &str) -> Html {
        match self {
            Self::Operator => words.limit_operator.put("brand", brand),
            Self::Manager => words.limit_manager.html(),
        }
    }
}

impl Limit {
    /// How much of it is used, of 100.
    fn percent(&self) -> u128 {
        let used = u128::from(self.used) * 100;
        used.checked_div(self.requests.into()).unwrap_or(100).min(100)
    }
}
