//! The form for a key, new or not, and what can be wrong with it.
//!
//! Its fields are called `name`, `type`, `scope` (once for each), `expires` and `date`, `limit-minute` and so on, and
//! `once`.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::usage::Window;

/// What the form shows: what was typed, or what is there.
#[derive(Clone, Debug)]
pub struct Form {
    /// The hidden `once`.
    pub once: String,
    /// Which of name, type, permissions, expiration and limits are asked for, in this order.
    pub order: Vec<Field>,
    /// What is wrong, in the order of the fields.
    pub problems: Vec<Problem>,
    /// `name`.
    pub name: String,
    /// How long a name may be.
    pub name_most: u32,
    /// The types to choose from; none where there are no types, or where the type cannot be changed.
    pub types: Vec<KeyType>,
    /// `type`: the value of the type that is chosen.
    pub chosen_type: Option<String>,
    /// `scope`.
    pub permissions: Permissions,
    /// `expires` and `date`. `None` where keys do not expire.
    pub expiration: Option<Expiration>,
    /// The limits that can be set; none where they are not asked for.
    pub limits: Vec<LimitField>,
}

/// A limit that can be set.
#[derive(Clone, Debug)]
pub struct LimitField {
    /// Its window, which its name comes from.
    pub window: Window,
    /// The number, as typed; empty for none.
    pub typed: String,
}

/// A type of keys.
#[derive(Clone, Debug)]
pub struct KeyType {
    /// What the form sends.
    pub value: String,
    /// What people read: `Secret`.
    pub label: String,
    /// What it is for: a sentence.
    pub hint: Option<String>,
    /// Scopes that each key of the type has.
    pub always: Vec<String>,
    /// Scopes that a key of the type may have.
    pub choice: Vec<String>,
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its name, which the form sends.
    pub name: String,
    /// The contract's words for it.
    pub description: Option<String>,
}

/// The permissions that the form offers.
#[derive(Clone, Debug)]
pub enum Permissions {
    /// Nothing is said of permissions.
    Hidden,
    /// Boxes to tick.
    Choice {
        /// All scopes that any of the form's types may have, in the contract's order.
        scopes: Vec<Scope>,
        /// The names of those that are ticked.
        ticked: Vec<String>,
        /// The scope that implies all others.
        all: Option<String>,
    },
    /// There is no choice.
    Fixed {
        /// Why there is none.
        why: Granted,
        /// What each key has: with types, one entry for each that can be chosen, by label; without, one with no label.
        each: Vec<(Option<String>, Vec<Scope>)>,
    },
}

/// Why there is no choice of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// The plan has no choice of permissions.
    ByPlan,
    /// The type decides.
    ByType,
}

/// The choice of an end.
#[derive(Clone, Debug)]
pub struct Expiration {
    /// What is offered, in this order.
    pub options: Vec<ExpiryOption>,
    /// `expires`: what is chosen.
    pub chosen: Option<Expiry>,
    /// `date`, as typed: `2026-12-31`.
    pub date: String,
    /// The first day that may be chosen.
    pub earliest: Option<Date>,
    /// The last one.
    pub latest: Option<Date>,
}

impl Expiration {
    /// The day that was typed, if it is one. A date field takes no other.
    pub(crate) fn day(&self) -> Option<Date> {
        self.date.parse().ok()
    }
}

/// One offer.
#[derive(Clone, Copy, Debug)]
pub struct ExpiryOption {
    /// What the form sends.
    pub expiry: Expiry,
    /// The moment that it means, if it is clear already; it is spelled out beside the choice.
    pub until: Option<Timestamp>,
}

/// When a key is to expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// As it is: for a key that has an end already.
    Keep,
    /// Never.
    Never,
    /// In 7 days.
    Week,
    /// In 30 days.
    Days30,
    /// In 90 days.
    Days90,
    /// In a year.
    Year,
    /// At the end of a day in the zone of the page, given in `date`.
    OnDate,
}

impl Expiry {
    /// In how many days a key ends for which it is chosen, if the choice alone says it.
    pub const fn days(self) -> Option<u16> {
        match self {
            Self::Week => Some(7),
            Self::Days30 => Some(30),
            Self::Days90 => Some(90),
            Self::Year => Some(365),
            Self::Keep | Self::Never | Self::OnDate => None,
        }
    }
}

impl Expiry {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Keep, Self::Never, Self::Week, Self::Days30, Self::Days90, Self::Year, Self::OnDate];

    /// What the form sends as `expires`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Never => "never",
            Self::Week => "7d",
            Self::Days30 => "30d",
            Self::Days90 => "90d",
            Self::Year => "1y",
            Self::OnDate => "date",
        }
    }

    /// What a form has sent.
    pub fn parse(sent: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|expiry| expiry.as_str() == sent)
    }
}

/// How long an old secret works beside the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Not at all.
    None,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
}

impl Overlap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    /// What the form sends as `overlap`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// What a form has sent.
    pub fn parse(sent: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.as_str() == sent)
    }

    /// How long it is.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

/// A field of a form, which an error leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `name`.
    Name,
    /// `type`.
    Type,
    /// `scope`.
    Permissions,
    /// `expires`.
    Expiration,
    /// `date`.
    Date,
    /// All limits.
    Limits,
    /// `limit-minute` and so on.
    Limit(Window),
    /// `confirm`.
    Confirm,
    /// `overlap`.
    Overlap,
    /// `key`, of *Which key is this?*
    Key,
    /// `thresholds`, of alerts.
    Thresholds,
    /// `rate`.
    Rate,
    /// `of`.
    Of,
    /// `days`.
    Days,
    /// `url`, of webhooks.
    Url,
    /// `which`.
    Which,
    /// `kind`.
    Kinds,
}

impl Field {
    /// Where it stands in a form with this order: a date belongs to the expiry, a limit to the limits.
    pub fn place_in(self, order: &[Self]) -> usize {
        let field = if let Self::Limit(_) = self { Self::Limits } else { self };
        let field = if field == Self::Date { Self::Expiration } else { field };
        order.iter().position(|other| *other == field).unwrap_or(order.len())
    }

    /// The id of the element that an error leads to.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Permissions => "scope",
            Self::Expiration => "expires",
            Self::Date => "date",
            Self::Limits => "limits",
            Self::Limit(window) => window.field(),
            Self::Confirm => "confirm",
            Self::Overlap => "overlap",
            Self::Key => "key",
            Self::Thresholds => "thresholds",
            Self::Rate => "rate",
            Self::Of => "of",
            Self::Days => "days",
            Self::Url => "url",
            Self::Which => "which",
            Self::Kinds => "kind",
        }
    }
}

/// What is wrong with what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No name.
    NameMissing,
    /// A name of too many characters.
    NameTooLong {
        /// How many there may be.
        most: u32,
    },
    /// A name with characters that cannot be seen.
    NameUnseen,
    /// No type.
    TypeMissing,
    /// No permission where there must be one.
    PermissionsMissing,
    /// A permission that keys of the type cannot have.
    PermissionNotForType {
        /// The scope.
        scope: String,
        /// The label of the type.
        kind: String,
    },
    /// A permission that no key of the organization can have.
    PermissionNotOnPlan {
        /// The scope.
        scope: String,
    },
    /// Nothing chosen.
    ExpirationMissing,
    /// No date.
    DateMissing,
    /// None that there is.
    DateInvalid,
    /// A day that is over.
    DatePast,
    /// A day too far ahead.
    DateTooLate {
        /// The last day that may be chosen.
        latest: Date,
    },
    /// No number that a limit can be.
    LimitWrong(Window),
    /// The name that was typed is not the key's.
    ConfirmMismatch,
    /// Nothing chosen.
    OverlapMissing,
    /// Nothing pasted.
    KeyMissing,
    /// No shares of a limit that there can be.
    ThresholdsWrong,
    /// No share of failures that there can be.
    RateWrong,
    /// Nothing chosen.
    OfMissing,
    /// No number of days that there can be.
    DaysWrong,
    /// No address that events can be sent to.
    UrlWrong,
    /// Nothing chosen.
    WhichMissing,
    /// No kind of events where there must be one.
    KindsMissing,
    /// Something else: a whole sentence in the language of the page.
    Said {
        /// The field that is to be put right.
        field: Field,
        /// The sentence.
        sentence: String,
    },
}

impl Problem {
    /// The field that is to be put right.
    pub const fn field(&self) -> Field {
        match self {
            Self::NameMissing | Self::NameTooLong { .. } | Self::NameUnseen => Field::Name,
            Self::TypeMissing => Field::Type,
            Self::PermissionsMissing | Self::PermissionNotForType { .. } | Self::PermissionNotOnPlan { .. } => {
                Field::Permissions
            }
            Self::ExpirationMissing => Field::Expiration,
            Self::DateMissing | Self::DateInvalid | Self::DatePast | Self::DateTooLate { .. } => Field::Date,
            Self::LimitWrong(window) => Field::Limit(*window),
            Self::ConfirmMismatch => Field::Confirm,
            Self::OverlapMissing => Field::Overlap,
            Self::KeyMissing => Field::Key,
            Self::ThresholdsWrong => Field::Thresholds,
            Self::RateWrong => Field::Rate,
            Self::OfMissing => Field::Of,
            Self::DaysWrong => Field::Days,
            Self::UrlWrong => Field::Url,
            Self::WhichMissing => Field::Which,
            Self::KindsMissing => Field::Kinds,
            Self::Said { field, .. } => *field,
        }
    }
}
