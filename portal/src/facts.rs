//! What is known of a key, as a list of terms and what they say.

use crate::control::{Control, Why};
use crate::html::{Html, Said};
use crate::key::{Answer, Key, Status};
use crate::voice::Voice;

/// A fact: what it is about, and what it is.
#[derive(Debug)]
pub(crate) struct Fact {
    /// What it is about.
    pub(crate) label: String,
    /// What it is.
    pub(crate) value: Html,
}

impl Fact {
    /// That `label` is `value`.
    pub(crate) fn new(label: impl std::fmt::Display, value: impl Said) -> Self {
        Self { label: label.to_string(), value: value.html() }
    }
}

/// Facts in the order in which they are asked for.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    voice: &'a Voice<'a>,
    key: &'a Key,
    list: Vec<Fact>,
}

impl<'a> Facts<'a> {
    /// No facts yet.
    pub(crate) const fn of(voice: &'a Voice<'a>, key: &'a Key) -> Self {
        Self { voice, key, list: Vec::new() }
    }

    /// All of them.
    pub(crate) fn list(self) -> Vec<Fact> {
        self.list
    }

    /// One more.
    pub(crate) fn and(mut self, label: impl std::fmt::Display, value: impl Said) -> Self {
        self.list.push(Fact::new(label, value));
        self
    }

    /// What it is called.
    pub(crate) fn name(self) -> Self {
        let name = Html::typed(&self.key.name);
        let label = self.voice.words().name;
        self.and(label, name)
    }

    /// What kind of key it is, if there are kinds.
    pub(crate) fn kind(self) -> Self {
        let label = self.voice.words().kind;
        match &self.key.kind {
            Some(kind) => self.and(label, kind),
            None => self,
        }
    }

    /// What it may do, if that is shown.
    pub(crate) fn permissions(self) -> Self {
        let label = self.voice.words().permissions;
        match &self.key.scopes {
            Some(scopes) => {
                let scopes = self.voice.scopes(scopes);
                self.and(label, scopes)
            }
            None => self,
        }
    }

    /// The id.
    pub(crate) fn id(self) -> Self {
        let (label, id) = (self.voice.words().id, code(&self.key.id));
        self.and(label, id)
    }

    /// How the secret begins and ends, where that is shown, and the beginning of its digest.
    pub(crate) fn fingerprint(self) -> Self {
        match &self.key.hint {
            Some(hint) => {
                let (label, hint) = (self.voice.words().hint, code(hint));
                self.and(label, hint).digest()
            }
            None => self.digest(),
        }
    }

    fn digest(self) -> Self {
        let (label, fingerprint) = (self.voice.words().fingerprint, code(&self.key.fingerprint));
        self.and(label, fingerprint)
    }

    /// Whether it works.
    pub(crate) fn status(self) -> Self {
        let (label, status) = (self.voice.words().status, self.voice.status_badge(self.key.status));
        self.and(label, status)
    }

    /// When it was made.
    pub(crate) fn created(self) -> Self {
        let (label, created) = (self.voice.words().created, self.voice.moment(self.key.created));
        self.and(label, created)
    }

    /// When it was last used.
    pub(crate) fn last_used(self) -> Self {
        let (label, used) = (self.voice.words().last_used, self.voice.used(self.key.last_used));
        self.and(label, used)
    }

    /// When it expires; nothing for a key that never does, unless `even_never`.
    pub(crate) fn expires(self, even_never: bool) -> Self {
        let label = self.voice.words().expires;
        match self.key.expires {
            Some(at) => {
                let expires = self.voice.chosen(at);
                self.and(label, expires)
            }
            None if even_never => {
                let never = self.voice.words().never;
                self.and(label, never)
            }
            None => self,
        }
    }

    /// What callers get back.
    pub(crate) fn answer(self, label: impl std::fmt::Display, answer: &Answer) -> Self {
        let answer = self.voice.answer(answer);
        self.and(label, answer)
    }

    /// How many requests there were of late, if that is known.
    pub(crate) fn requests_last_day(self, requests: Option<u64>) -> Self {
        let words = self.voice.words();
        match requests {
            Some(requests) => {
                let many = self.voice.many(words.requests, requests);
                let said = Html::markup(format!("{many} <span class=\"hint\">{}</span>", words.usage_late.html()));
                self.and(words.requests_last_day, said)
            }
            None => self,
        }
    }
}

/// Something in a badge, whose shape its class gives.
pub(crate) fn badge(class: &str, said: impl Said) -> Html {
    Html::markup(format!("<span class=\"badge {class}\">{}</span>", said.html()))
}

/// That something ends soon, in a badge.
fn soon(said: &Html) -> String {
    format!(" {}", badge("soon", said))
}

/// Something that machines read.
pub(crate) fn code(text: &str) -> Html {
    Html::markup(format!("<code>{}</code>", Html::text(text)))
}

impl Voice<'_> {
    /// What callers get.
    #[expect(clippy::unused_self, reason = "templates say everything with a voice")]
    pub(crate) fn answer(&self, answer: &Answer) -> Html {
        Html::markup(format!("{} {}", code(&answer.status.to_string()), Html::typed(&answer.message)))
    }

    /// Names of scopes, one beside the other.
    pub(crate) fn scopes(&self, scopes: &[String]) -> Html {
        if scopes.is_empty() {
            return self.words().none.html();
        }
        let scopes: Vec<_> = scopes.iter().map(|scope| code(scope).to_string()).collect();
        Html::markup(scopes.join(" "))
    }

    /// The status in a badge. Its shape says it, too.
    pub(crate) fn status_badge(&self, status: Status) -> Html {
        let (said, class) = match status {
            Status::Active if self.all_refused() => (self.words().active_refused, Status::Inactive.as_str()),
            Status::Active | Status::Inactive | Status::Quarantined | Status::Expired => {
                (self.status(status), status.as_str())
            }
        };
        badge(class, said)
    }

    /// What stands beside a name: that it does not work where no column says so, that it soon will not, that it has two
    /// secrets.
    pub(crate) fn badges(&self, key: &Key, has_status: bool) -> Html {
        let words = self.words();
        let mut badges = String::new();
        if key.status != Status::Active && !has_status {
            badges = format!(" {}", self.status_badge(key.status));
        }
        badges.push_str(&self.expiry_badge(key).to_string());
        badges.push_str(&self.alert_badges(key).to_string());
        if let Some(at) = key.old_until.filter(|at| *at > self.frame_now()) {
            let when = words.badge_old.put("when", self.moment(at));
            badges.push_str(&soon(&when));
        }

        Html::markup(badges)
    }

    /// That it expires within a week.
    pub(crate) fn expiry_badge(&self, key: &Key) -> Html {
        let at = key.expires.filter(|at| key.status != Status::Expired && self.is_soon(at));
        let said = at.map(|at| soon(&self.words().badge_expires.put("when", self.ahead(at))));

        Html::markup(said.unwrap_or_default())
    }

    /// An action: a link, or what looks like one and says why it is none.
    pub(crate) fn action(&self, control: &Control, verb: impl AsRef<str>, href: impl AsRef<str>, class: &str) -> Html {
        let (verb, href) = (Html::text(verb.as_ref()), Html::text(href.as_ref()));
        let class = if class.is_empty() { "button".to_owned() } else { format!("button {class}") };
        Html::markup(match control {
            // A page says once that its link does not include everything.
            Control::Absent | Control::Shut(Why::Session) => String::new(),
            Control::Open => format!("<a class=\"{class}\" href=\"{href}\">{verb}</a>"),
            Control::Shut(why) => format!(
                "<a class=\"{class} off\" role=\"link\" aria-disabled=\"true\">{verb}</a> <span class=\"why\">{}</span>",
                self.why(why)
            ),
        })
    }
}
