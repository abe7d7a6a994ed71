//! What is wrong with a request, as serde's derived code reports it: it calls these constructors, and nothing reads its
//! sentences. What the caller sent is not repeated: it may be a secret in the wrong place.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::contract::denial::Violation;

/// The first fault of a value.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Where within the value: `[0].per`; empty if it is the value itself.
    place: String,
    message: Cow<'static, str>,
}

/// No member of ours has a longer name, and every key is longer: a key in the place of a name is not repeated.
pub(crate) const NAME_MAX: usize = 20;

const OUT_OF_RANGE: &str = "must be a number in range";

impl Fault {
    /// The value itself `message`.
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::at("", message)
    }

    fn at(place: &str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { place: place.to_owned(), message: message.into() }
    }

    /// A number that is none, or too large or too small for its member.
    pub(crate) fn out_of_range() -> Self {
        Self::new(OUT_OF_RANGE)
    }

    /// The same, seen from around the member `name`, or the element `[0]`.
    pub(crate) fn within(self, name: &str) -> Self {
        if name.len() > NAME_MAX {
            return Self { place: String::new(), ..self };
        }
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };

        Self { place: format!("{name}{dot}{}", self.place), ..self }
    }

    /// What the caller is told, who has sent `whole`.
    pub(crate) fn of(self, whole: &str) -> Violation {
        Violation::new(if self.place.is_empty() { whole } else { &self.place }, self.message)
    }
}

impl Error for Fault {
    /// The words of our own types are told. Any other words may repeat what was sent.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        if message.starts_with("must ") { Self::new(message) } else { Self::new("cannot be read") }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::at(name, "is required")
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::at(name, "must not be given twice")
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        if name.len() <= NAME_MAX {
            Self::at(name, "is not known here")
        } else {
            Self::new("has a member that is not known here")
        }
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        match known {
            [one] => Self::new(format!("must be {one}")),
            [one, other] => Self::new(format!("must be {one} or {other}")),
            _ => Self::new(format!("must be one of {}", known.join(", "))),
        }
    }

    fn invalid_value(value: Unexpected<'_>, expected: &dyn Expected) -> Self {
        if matches!(value, Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_)) {
            Self::out_of_range()
        } else {
            Self::custom(format_args!("must be {expected}"))
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.message)
    }
}

impl std::error::Error for Fault {}
