//! What is said to people, on standard error.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// Says a line.
pub(crate) fn say(line: &str) {
    // If nobody hears it, there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Says a warning.
pub(crate) fn note(line: &str) {
    say(&format!("latchkey: {line}"));
}

/// How often what moves is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// How far long work has come, `of` so many, for people who look at a terminal: nothing anywhere else.
pub(crate) fn progress(of: usize, output: Output) -> ProgressBar {
    drawn(ProgressBar::new(u64::try_from(of).unwrap_or(u64::MAX)), "{spinner} {wide_bar} {pos} of {len} {msg}", output)
}

/// The same of work whose end nobody knows, which `what` names.
pub(crate) fn counting(what: &'static str, output: Output) -> ProgressBar {
    drawn(ProgressBar::new_spinner(), "{spinner} {pos} {msg}", output).with_message(what)
}

/// The same of work that is not counted.
pub(crate) fn waiting(what: String, output: Output) -> ProgressBar {
    drawn(ProgressBar::new_spinner(), "{spinner} {msg}", output).with_message(what)
}

fn drawn(bar: ProgressBar, template: &str, output: Output) -> ProgressBar {
    // Rows that come onto the same terminal meanwhile would be drawn over.
    if output.scrolls() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.enable_steady_tick(TICK);
    let style = ProgressStyle::with_template(template);

    style.map_or(bar.clone(), |style| bar.with_style(style))
}
