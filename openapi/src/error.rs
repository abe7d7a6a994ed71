//! Why a document cannot be written.

use std::fmt;

/// What is wrong, and where.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

macro_rules! from {
    ($($cause:ty),*) => {$(
        impl From<$cause> for Error {
            fn from(cause: $cause) -> Self {
                Self::new(cause)
            }
        }
    )*};
}

from!(std::io::Error, fmt::Error, serde_json::Error, template::Error, shared::contract::Error);
