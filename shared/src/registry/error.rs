//! Errors of a request: a denial, which the caller is told, or a failure of ours, which only the log is told.

use std::fmt;

use crate::contract::denial::{Denial, Violation};
use crate::contract::reading::FAULTS_MAX;
use crate::environment::entropy;

/// A result of a request.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request has no answer of its own.
#[derive(Debug)]
pub enum Error {
    /// The caller is refused, and told why.
    Denied(Denial),
    /// We failed. The caller is told `denial`, which says nothing; the log is told the cause.
    Failed {
        /// 500 or 503.
        denial: Denial,
        /// What happened, for us.
        cause: String,
    },
    /// The same failure as a moment ago, which has been logged already.
    FailedAgain(Denial),
}

/// Both, or all that is wrong with them: so that whoever has made two mistakes is told of two.
///
/// # Errors
/// Those of either.
pub fn both<A, B>(one: Result<A>, other: Result<B>) -> Result<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(one), Err(other)) => Err(one.and(other)),
    }
}

impl Error {
    /// This error and another. What is wrong with the request is told before anything else, and all of it together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Denied(Denial::InvalidRequest { mut violations }),
                Self::Denied(Denial::InvalidRequest { violations: more }),
            ) => {
                violations.extend(more);
                violations.truncate(FAULTS_MAX);
                violations.into()
            }
            (_, other @ Self::Denied(Denial::InvalidRequest { .. })) => other,
            (one, _) => one,
        }
    }

    /// A failure of ours that the caller can do nothing about.
    pub fn failed(cause: impl fmt::Display) -> Self {
        Self::Failed { denial: Denial::Internal, cause: cause.to_string() }
    }

    /// Something that we need does not answer: the caller may try again.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::Failed { denial: Denial::Unavailable { retry_after: 1 }, cause: cause.to_string() }
    }

    /// The same failure once more, which need not be logged again.
    pub(crate) fn again(self) -> Self {
        match self {
            Self::Failed { denial, .. } => Self::FailedAgain(denial),
            Self::Denied(_) | Self::FailedAgain(_) => self,
        }
    }

    /// What the caller is told.
    pub const fn denial(&self) -> &Denial {
        match self {
            Self::Denied(denial) | Self::Failed { denial, .. } | Self::FailedAgain(denial) => denial,
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Denied(violation.into())
    }
}

impl From<Vec<Violation>> for Error {
    fn from(violations: Vec<Violation>) -> Self {
        Self::Denied(Denial::InvalidRequest { violations })
    }
}

impl From<Vec<(&'static str, &'static str)>> for Error {
    fn from(flaws: Vec<(&'static str, &'static str)>) -> Self {
        let violations: Vec<_> = flaws.into_iter().map(|(field, message)| Violation::new(field, message)).collect();
        violations.into()
    }
}

impl From<dynamodb::Error> for Error {
    fn from(error: dynamodb::Error) -> Self {
        let cause = error.to_string();
        match error {
            dynamodb::Error::Throttled { .. }
            | dynamodb::Error::Unavailable(_)
            | dynamodb::Error::Disconnected(_)
            | dynamodb::Error::Inaccessible(_)
            | dynamodb::Error::Contended => Self::Failed { denial: Denial::Unavailable { retry_after: 1 }, cause },
            dynamodb::Error::Fault(_) => Self::Failed { denial: Denial::Internal, cause },
        }
    }
}

impl From<entropy::Error> for Error {
    fn from(error: entropy::Error) -> Self {
        Self::failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_with_a_request_is_told_and_before_anything_else() {
        let wrong = |fields: &[&str]| {
            Err::<(), _>(fields.iter().map(|field| Violation::new(*field, "x")).collect::<Vec<_>>().into())
        };
        let conflict = || Err::<(), Error>(Denial::Conflict { reason: "x".to_owned() }.into());
        let full = || Err::<(), Error>(Denial::PlanLimit { reason: "x".to_owned() }.into());
        let told = |one, other| match both(one, other) {
            Ok(_) => "nothing".to_owned(),
            Err(Error::Denied(Denial::InvalidRequest { violations })) => {
                violations.into_iter().map(|violation| violation.field).collect::<Vec<_>>().join(" ")
            }
            Err(error) => format!("{:?}", error.denial().kind()),
        };
        for (one, other, all) in [
            (Ok(()), Ok(()), "nothing"),
            (wrong(&["a"]), Ok(()), "a"),
            (Ok(()), wrong(&["b"]), "b"),
            (wrong(&["a", "b"]), wrong(&["c"]), "a b c"),
            (wrong(&["a"]), conflict(), "a"),
            (conflict(), wrong(&["a"]), "a"),
            (full(), conflict(), "PlanLimit"),
            (wrong(&["a"; 5]), wrong(&["b"; 5]), "a a a a a b b b"),
        ] {
            assert_eq!(told(one, other), all);
        }
    }
}
