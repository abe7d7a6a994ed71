//! The log: a line of JSON on standard output for each thing that happens, which is the form that Lambda takes.
//!
//! The runtime could set it up too, but with a filter that brings regular expressions into every function (0.3 MB), and
//! that obeys a variable which could turn on lines that show credentials.

use std::io;
use std::io::Write as _;

use tracing::level_filters::LevelFilter;

/// Logs everything that is at least as severe as the level of that name. To be called once, before anything happens.
pub(crate) fn start(name: Option<&str>) {
    tracing_subscriber::fmt().json().with_target(false).with_max_level(level(name)).init();
}

/// Writes a line that is complete as it stands, such as one of metrics. Lambda takes it as it is.
pub(crate) fn line(line: &str) {
    // Where nobody reads the log, nobody is told that it cannot be written.
    drop(writeln!(io::stdout().lock(), "{line}"));
}

/// The level of that name, DEBUG at the lowest. Below that, the runtime shows events, and with them the credentials of
/// callers.
fn level(name: Option<&str>) -> LevelFilter {
    let named = name.and_then(|name| name.parse().ok()).unwrap_or(LevelFilter::INFO);

    named.min(LevelFilter::DEBUG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_shows_more_than_debug() {
        for (name, expected) in [
            (None, LevelFilter::INFO),
            (Some("INFO"), LevelFilter::INFO),
            (Some("DEBUG"), LevelFilter::DEBUG),
            (Some("TRACE"), LevelFilter::DEBUG),
            (Some("trace"), LevelFilter::DEBUG),
            (Some("WARN"), LevelFilter::WARN),
            (Some("ERROR"), LevelFilter::ERROR),
            (Some("FATAL"), LevelFilter::INFO),
            (Some("latchkey=trace"), LevelFilter::INFO),
        ] {
            assert_eq!(level(name), expected, "{name:?}");
        }
    }
}
