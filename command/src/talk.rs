//! What is said to people, on standard error.

use std::io::Write as _;

use indicatif::{ProgressBar, ProgressStyle};

/// Says a line.
pub(crate) fn say(line: &str) {
    // If nobody hears it, there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Says a warning.
pub(crate) fn note(line: &str) {
    say(&format!("latchkey: {line}"));
}

/// How far long work has come, for people who look at a terminal: nothing anywhere else.
pub(crate) fn progress(of: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(of).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len}");

    style.map_or(bar.clone(), |style| bar.with_style(style))
}
