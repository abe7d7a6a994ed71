//! Why a template cannot be read: one line that says where.

/// A template that cannot be executed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said_of("template.yaml"))]
pub struct Error {
    line: Option<usize>,
    message: String,
}

impl Error {
    /// An error at `line`, counted from one.
    pub(crate) fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    /// An error that is on no line, such as one in a parameter that was given.
    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    /// The same, said of a part of the template.
    pub(crate) fn within(self, part: &str) -> Self {
        Self { message: format!("{part}: {}", self.message), ..self }
    }

    /// The error in one line, of a template that is called `name`.
    pub fn said_of(&self, name: &str) -> String {
        let Self { line, message } = self;
        let line = line.map_or_else(String::new, |line| format!(":{line}"));

        format!("{name}{line}: {message}")
    }

    /// The line in the template, counted from one, where one is to blame.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}
