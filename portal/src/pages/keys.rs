//! The list of keys.

use crate::control::Control;
use crate::facts::code;
use crate::frame::Frame;
use crate::html::{Html, Said};
use crate::key::{Cap, Column, Key, Notice, Status};
use crate::pages::page;
use crate::voice::Voice;

/// The list of keys, newest first.
#[derive(Clone, Debug)]
pub struct KeysPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Whether a key can be made here.
    pub create: Control,
    /// What is looked for.
    pub filters: Filters,
    /// The columns, in the contract's order.
    pub columns: Vec<Column>,
    /// The keys of this page.
    pub keys: Vec<Key>,
    /// How many there are in all, of those that are looked for, if that is known.
    pub total: Option<u64>,
    /// How many keys there may be.
    pub cap: Option<Cap>,
    /// How many keys are on the pages before this one; nothing on the first page.
    pub before: u64,
    /// The cursor of the page with older keys.
    pub older: Option<String>,
    /// How many keys there are with an alert that is open; none where they are not shown.
    pub alerts: u64,
    /// Whether a secret was searched for: it is not shown again.
    pub pasted: bool,
    /// The hidden `once` of *Which key is this?*; `None` leaves the form out.
    pub identify_once: Option<String>,
}

page!(KeysPage, "keys.html", Keys, |_page, voice| voice.title());

/// What is looked for: `q`, `type` and `status`.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// `q`.
    pub query: String,
    /// What secrets begin with: a script keeps them out of the search.
    pub prefixes: Vec<String>,
    /// What all of a secret may look like besides, as regular expressions.
    pub forms: Vec<String>,
    /// The types to choose from; none where there are no types.
    pub types: Vec<Choice>,
    /// `type`.
    pub chosen_type: Option<String>,
    /// Whether one can choose by status.
    pub by_status: bool,
    /// Whether keys can be in quarantine here.
    pub quarantine: bool,
    /// `status`.
    pub status: Option<Status>,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Filters {
    /// The statuses to choose from.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = Status> + '_ {
        Status::ALL.into_iter().filter(|status| self.quarantine || *status != Status::Quarantined)
    }

    /// What a secret, or most of one, looks like, as a script's regular expression.
    fn secrets(&self) -> String {
        let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        let prefixes: Vec<String> = self.prefixes.iter().map(|prefix| prefix.chars().filter(plain).collect()).collect();

        let begun = format!("({}){}", prefixes.join("|"), r"\w".repeat(8));
        let forms = self.forms.iter().map(|form| format!(r"|^\s*{form}\s*$"));

        std::iter::once(begun).chain(forms).collect()
    }

    /// Whether anything is looked for.
    fn is_any(&self) -> bool {
        !self.query.is_empty() || self.chosen_type.is_some() || self.status.is_some()
    }

    /// The filters and a cursor, as they stand in an address.
    fn query(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let filters = [
            ("q", Some(self.query.as_str()).filter(|text| !text.is_empty())),
            ("type", self.chosen_type.as_deref()),
            ("status", self.status.map(Status::as_str)),
            ("cursor", Some(cursor).filter(|text| !text.is_empty())),
        ];
        query.extend_pairs(filters.into_iter().filter_map(|(name, value)| Some((name, value?))));

        query.finish()
    }
}

impl KeysPage {
    /// Whether there is no key at all.
    fn is_unused(&self) -> bool {
        self.keys.is_empty() && self.before == 0 && !self.filters.is_any()
    }

    fn way_to_new(&self) -> String {
        format!("{}keys/new", self.frame.base())
    }

    fn way_to(&self, cursor: &str) -> String {
        let query = self.filters.query(cursor);
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}keys{mark}{query}", self.frame.base())
    }

    fn way_to_newest(&self) -> String {
        self.way_to("")
    }

    fn way_to_older(&self) -> Option<String> {
        self.older.as_deref().map(|cursor| self.way_to(cursor))
    }

    fn has_status(&self) -> bool {
        self.columns.contains(&Column::Status)
    }

    /// How many keys are shown, and of how many.
    fn count(&self, voice: &Voice<'_>) -> Html {
        let words = voice.words();
        let shown = u64::try_from(self.keys.len()).unwrap_or(u64::MAX);
        match self.total.filter(|total| *total > shown) {
            Some(total) if self.before > 0 => {
                let (from, to) = (self.before.saturating_add(1), self.before.saturating_add(shown));
                let range = words.of_range.put("from", voice.number(from)).put("to", voice.number(to));
                range.put("n", voice.number(total))
            }
            Some(total) => voice.many(words.of_total, total).put("shown", voice.number(shown)),
            None => voice.many(words.shown, shown),
        }
    }

    /// What stands in a column for a key.
    #[expect(clippy::unused_self, reason = "the template asks the page")]
    fn cell(&self, voice: &Voice<'_>, key: &Key, column: Column) -> Html {
        let dash = || Html::text("–");
        match column {
            Column::Name => Html::typed(&key.name),
            Column::Type => key.kind.as_ref().map_or_else(dash, Said::html),
            Column::Permissions => key.scopes.as_ref().map_or_else(dash, |scopes| voice.scopes(scopes)),
            Column::Fingerprint => code(&key.fingerprint),
            Column::Created => voice.day(key.created),
            Column::LastUsed => voice.used(key.last_used),
            Column::Expires => key.expires.map_or_else(|| voice.words().never.html(), |at| voice.chosen_day(at)),
            Column::Status => voice.status_badge(key.status),
        }
    }

    /// The columns beside the name.
    fn others(&self) -> impl Iterator<Item = Column> + '_ {
        self.columns.iter().copied().filter(|column| *column != Column::Name)
    }
}
