//! How a page says things: in its language, its zone and with its contract's terms.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::control::Why;
use crate::form::Expiry;
use crate::frame::Frame;
use crate::html::{Html, Phrase, Plural, Said as _};
use crate::key::{Cap, Column, Exposure, Status};
use crate::language::Language;
use crate::words::{Words, format};

/// A moment, or a reference to one: templates pass everything by reference.
pub(crate) trait At {
    /// It.
    fn at(&self) -> Timestamp;
}

impl At for Timestamp {
    fn at(&self) -> Timestamp {
        *self
    }
}

impl<T: At> At for &T {
    fn at(&self) -> Timestamp {
        (**self).at()
    }
}

/// A number, or a reference to one.
pub(crate) trait Number {
    /// It.
    fn number(&self) -> u64;
}

impl Number for u64 {
    fn number(&self) -> u64 {
        *self
    }
}

impl Number for u32 {
    fn number(&self) -> u64 {
        (*self).into()
    }
}

impl<T: Number> Number for &T {
    fn number(&self) -> u64 {
        (**self).number()
    }
}

/// The voice of a page.
#[derive(Debug)]
pub(crate) struct Voice<'a> {
    frame: &'a Frame,
}

impl<'a> Voice<'a> {
    /// The voice of the frame's page.
    pub(crate) const fn new(frame: &'a Frame) -> Self {
        Self { frame }
    }

    /// The words of the language.
    pub(crate) const fn words(&self) -> &'static Words {
        self.frame.language.words()
    }

    /// The language.
    pub(crate) const fn language(&self) -> Language {
        self.frame.language
    }

    /// Something that somebody has typed.
    #[expect(clippy::unused_self, reason = "templates say everything with a voice")]
    pub(crate) fn typed(&self, text: &str) -> Html {
        Html::typed(text)
    }

    /// A number.
    pub(crate) fn number(&self, number: impl Number) -> String {
        format::number(self.frame.language, number.number())
    }

    /// A phrase for a number of things, with the number in it.
    pub(crate) fn many(&self, plural: Plural, number: impl Number) -> Html {
        let number = number.number();
        plural.for_number(number).put("n", self.number(number))
    }

    /// A share in percent.
    pub(crate) fn share(&self, part: u64, whole: u64) -> String {
        format::share(self.frame.language, part, whole).unwrap_or_else(|| self.words().no_rate.to_string())
    }

    /// The zone that times are written in.
    pub(crate) fn zone(&self) -> TimeZone {
        self.frame.zone.as_ref().map_or(TimeZone::UTC, |zone| zone.rules.clone())
    }

    /// Its name.
    pub(crate) fn zone_name(&self) -> &'a str {
        self.frame.zone.as_ref().map_or("UTC", |zone| &zone.name)
    }

    /// A moment in UTC, said to be so.
    pub(crate) fn utc(&self, at: impl At) -> String {
        format!("{} UTC", format::moment(self.frame.language, at.at(), &TimeZone::UTC))
    }

    /// A moment in the zone, in words only.
    pub(crate) fn plain_moment(&self, at: impl At) -> String {
        let at = at.at();
        let moment = format::moment(self.frame.language, at, &self.zone());
        if self.frame.zone.is_none() { format!("{moment} UTC") } else { moment }
    }

    /// A date that belongs to no zone.
    pub(crate) fn date(&self, date: Date) -> String {
        format::date(self.frame.language, date)
    }

    /// A moment in the zone.
    pub(crate) fn moment(&self, at: impl At) -> Html {
        let at = at.at();
        self.element(at, &self.plain_moment(at).html(), self.frame.zone.is_none())
    }

    /// The day of a moment in the zone.
    pub(crate) fn day(&self, at: impl At) -> Html {
        let at = at.at();
        let day = self.date(self.zone().to_datetime(at).date());
        let local = if self.frame.zone.is_none() { " data-at=d" } else { "" };
        // Without the moment in a title: a list has many of these, and the key's page has the moment.
        Html::markup(format!("<time datetime={}{local}>{}</time>", whole(at), day.html()))
    }

    /// A moment that somebody has chosen in the zone of the page: no script says it in another one.
    pub(crate) fn chosen(&self, at: impl At) -> Html {
        let at = at.at();
        self.element(at, &self.plain_moment(at).html(), false)
    }

    /// The day of such a moment.
    pub(crate) fn chosen_day(&self, at: impl At) -> Html {
        let at = at.at();
        let day = self.date(self.zone().to_datetime(at).date());
        Html::markup(format!("<time datetime={}>{}</time>", whole(at), day.html()))
    }

    /// How long ago a moment was.
    pub(crate) fn ago(&self, at: impl At) -> Html {
        let at = at.at();
        let said = match format::ago(self.frame.language, at, self.frame.now) {
            Some((plural, number)) => self.many(plural, number),
            None => self.words().just_now.html(),
        };
        self.element(at, &said, false)
    }

    /// How far ahead a moment is.
    pub(crate) fn ahead(&self, at: impl At) -> Html {
        let at = at.at();
        let (plural, number) = format::ahead(self.frame.language, at, self.frame.now);
        self.element(at, &self.many(plural, number), false)
    }

    /// How far ahead that many seconds are.
    pub(crate) fn seconds_ahead(&self, seconds: u32) -> Html {
        let at = self.frame.now.saturating_add(jiff::SignedDuration::from_secs(seconds.into()));
        let (plural, number) = format::ahead(self.frame.language, at.unwrap_or(self.frame.now), self.frame.now);
        self.many(plural, number)
    }

    /// When it was last used: how long ago, or never.
    pub(crate) fn used(&self, at: Option<Timestamp>) -> Html {
        at.map_or_else(|| self.words().never.html(), |at| self.ago(at))
    }

    /// A moment, whatever is said of it. A zone that the session was made with stands; without one a script rewrites
    /// what is `local`.
    fn element(&self, at: Timestamp, said: &Html, local: bool) -> Html {
        let local = if local { " data-at=m" } else { "" };
        Html::markup(format!("<time datetime={} title=\"{}\"{local}>{said}</time>", whole(at), self.utc(at).html()))
    }

    /// Whether a moment was within the last 24 hours.
    pub(crate) fn is_fresh(&self, at: impl At) -> bool {
        self.frame.now.duration_since(at.at()).as_secs() < 86_400
    }

    /// Whether a moment is within the next ten minutes.
    pub(crate) fn is_near(&self, at: impl At) -> bool {
        at.at().duration_since(self.frame.now).as_secs() < 600
    }

    /// Whether a moment is within the next 7 days.
    pub(crate) fn is_soon(&self, at: impl At) -> bool {
        (0..=7 * 86_400).contains(&at.at().duration_since(self.frame.now).as_secs())
    }

    /// The noun of the organization, as it stands in a sentence.
    pub(crate) fn noun(&self) -> String {
        term(self.frame.terms.noun.as_ref(), self.words().noun)
    }

    /// The noun of the organization, as it begins a line.
    pub(crate) fn noun_first(&self) -> String {
        let noun = self.noun();
        let mut characters = noun.chars();
        characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
    }

    /// The title of the list.
    pub(crate) fn title(&self) -> String {
        term(self.frame.terms.title.as_ref(), self.words().title)
    }

    /// The verb for making a key.
    pub(crate) fn create(&self) -> String {
        term(self.frame.terms.create.as_ref(), self.words().create)
    }

    /// The verb on the button that makes it.
    pub(crate) fn submit(&self) -> String {
        self.frame.terms.submit.clone().unwrap_or_else(|| self.create())
    }

    /// The verb for changing one.
    pub(crate) fn edit(&self) -> String {
        term(self.frame.terms.edit.as_ref(), self.words().edit)
    }

    /// The verb for giving it a new secret.
    pub(crate) fn regenerate(&self) -> String {
        term(self.frame.terms.regenerate.as_ref(), self.words().regenerate)
    }

    /// The verb for switching it off.
    pub(crate) fn deactivate(&self) -> String {
        term(self.frame.terms.deactivate.as_ref(), self.words().deactivate)
    }

    /// The verb for switching it on.
    pub(crate) fn activate(&self) -> String {
        term(self.frame.terms.activate.as_ref(), self.words().activate)
    }

    /// The verb for deleting it.
    pub(crate) fn delete(&self) -> String {
        term(self.frame.terms.delete.as_ref(), self.words().delete)
    }

    /// How many keys there are, of how many there may be.
    pub(crate) fn cap(&self, cap: &Cap) -> Html {
        self.many(self.words().used_of, cap.most).put("used", self.number(cap.used))
    }

    /// When a key is to expire.
    pub(crate) const fn expiry(&self, expiry: Expiry) -> Phrase {
        let words = self.words();
        match expiry {
            Expiry::Keep => words.keep,
            Expiry::Never => words.forever,
            Expiry::Week => words.in_week,
            Expiry::Days30 => words.in_days30,
            Expiry::Days90 => words.in_days90,
            Expiry::Year => words.in_year,
            Expiry::OnDate => words.on_date,
        }
    }

    /// The heading of a column.
    pub(crate) fn column(&self, column: Column) -> String {
        let words = self.words();
        let word = match column {
            Column::Name => words.name,
            Column::Type => words.kind,
            Column::Permissions => words.permissions,
            Column::Fingerprint => words.fingerprint,
            Column::Created => words.created,
            Column::LastUsed => words.last_used,
            Column::Expires => words.expires,
            Column::Status => words.status,
        };
        self.frame.terms.columns.get(&column).cloned().unwrap_or_else(|| word.to_string())
    }

    /// Whether no key of the organization is let in.
    pub(crate) fn all_refused(&self) -> bool {
        self.frame.inside.as_ref().is_some_and(|inside| inside.refused.is_some())
    }

    /// The name of a status.
    pub(crate) const fn status(&self, status: Status) -> Phrase {
        let words = self.words();
        match status {
            Status::Active => words.active,
            Status::Inactive => words.inactive,
            Status::Quarantined => words.quarantined,
            Status::Expired => words.expired,
        }
    }

    /// That a key was found where others can see it.
    pub(crate) fn exposed(&self, exposure: &Exposure) -> Html {
        self.words().exposed.put("when", self.moment(exposure.since))
    }

    /// Why something cannot be done.
    pub(crate) fn why(&self, why: &Why) -> Html {
        match why {
            Why::Session => self.words().because_session.html(),
            Why::Locked => self.words().because_locked.put("noun", self.noun()),
            Why::Full(sentence) => {
                Html::markup(format!("{}. {}", sentence.trim_end_matches('.').html(), self.words().full_hint))
            }
            Why::Said(sentence) => sentence.html(),
        }
    }

    /// What was typed, in the title of a page.
    #[expect(clippy::unused_self, reason = "pages say everything with a voice")]
    pub(crate) fn name_in_title(&self, name: &str) -> String {
        // A title has no markup: what was typed is isolated by the characters for it.
        format!("\u{2068}{name}\u{2069}")
    }

    /// What is done, and to which key, in the title of a page.
    pub(crate) fn title_of(&self, verb: &str, name: &str) -> String {
        let name = self.name_in_title(name);
        match self.frame.language {
            Language::English => format!("{verb} {name}"),
            Language::German => format!("{verb}: {name}"),
        }
    }

    /// What is done, and to which key, in a heading.
    pub(crate) fn heading(&self, verb: &str, name: &str) -> Html {
        self.words().heading.put("verb", verb).put("name", Html::typed(name))
    }

    /// The time of the request.
    pub(crate) const fn frame_now(&self) -> Timestamp {
        self.frame.now
    }
}

/// The contract's own word, or the language's.
fn term(own: Option<&String>, word: Phrase) -> String {
    own.map_or_else(|| word.to_string(), Clone::clone)
}

/// A moment to the second, as `datetime` has it.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
