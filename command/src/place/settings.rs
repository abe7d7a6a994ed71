//! The command's variables: only this module reads them.

/// What the variable `name` says, if it says something.
#[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
