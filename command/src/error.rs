//! How the command ends: with what exit code, and which one line says why.

use std::fmt;
use std::process::ExitCode;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// As asked.
    Done,
    /// Something did not work.
    Failed,
    /// The command line, or a file that it names, is not right: the command says so, or the stack (400).
    Usage,
    /// There is no such thing.
    NotFound,
    /// What is there does not allow it, or the verdict is no.
    Refused,
    /// What is there is not what was described.
    Differs,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Differs => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why something was not done, in a line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Failed(String),
    /// A request had no answer. What it asks for may have been done.
    #[error("{0}: it may have been done")]
    Unanswered(String),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Refused(String),
    /// The credentials may not ask.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody reads what would be printed.
    #[error("standard output is closed")]
    Closed,
}

impl Error {
    /// A failure, whatever it is, in one line.
    pub(crate) fn failed(cause: impl fmt::Display) -> Self {
        Self::Failed(line(&cause.to_string()))
    }

    /// A file, or a command line, that is not right.
    pub(crate) fn usage(cause: impl fmt::Display) -> Self {
        Self::Usage(line(&cause.to_string()))
    }

    /// The same, about `thing`.
    pub(crate) fn about(self, thing: &str) -> Self {
        self.worded(|why| format!("{thing}: {why}"))
    }

    /// The same, and what to do about it.
    pub(crate) fn advising(self, advice: &str) -> Self {
        // What may have been done is said before what to do.
        if matches!(self, Self::Unanswered(_)) {
            return Self::Failed(format!("{self}; {advice}"));
        }

        self.worded(|why| format!("{why}; {advice}"))
    }

    fn worded(self, word: impl Fn(String) -> String) -> Self {
        match self {
            Self::Failed(why) => Self::Failed(word(why)),
            Self::Unanswered(why) => Self::Unanswered(word(why)),
            Self::Usage(why) => Self::Usage(word(why)),
            Self::NotFound(why) => Self::NotFound(word(why)),
            Self::Refused(why) => Self::Refused(word(why)),
            Self::Forbidden(why) => Self::Forbidden(word(why)),
            Self::Closed => Self::Closed,
        }
    }

    /// How the command ends with it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Failed(_) | Self::Unanswered(_) | Self::Forbidden(_) => Exit::Failed,
            Self::Usage(_) => Exit::Usage,
            Self::NotFound(_) => Exit::NotFound,
            Self::Refused(_) => Exit::Refused,
            Self::Closed => Exit::Done,
        }
    }
}

/// `text` in one line, without the system's numbers.
pub(crate) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(" (os error ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').map_or("", |(_, after)| after)),
        None => text,
    }
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_said = cause.to_string();
        if !said.contains(&cause_said) {
            said = format!("{said}: {cause_said}");
        }
        next = cause.source();
    }

    line(&said)
}
