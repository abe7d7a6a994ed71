//! The gateway's clock: what `requestContext.time` says. Tests stop and move it; signatures are judged by real time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sync::lock;

/// A clock that shows real time until it is told otherwise. Its clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    reading: Arc<Mutex<Reading>>,
}

#[derive(Debug, Clone, Copy)]
enum Reading {
    /// Real time, so many milliseconds ahead.
    Running { ahead: i64 },
    /// This time, in milliseconds since 1970.
    Frozen(i64),
}

impl Default for Reading {
    fn default() -> Self {
        Self::Running { ahead: 0 }
    }
}

impl Clock {
    /// The time that requests arrive at, in milliseconds since 1970.
    pub fn now_millis(&self) -> i64 {
        match *lock(&self.reading) {
            Reading::Running { ahead } => millis(real_now()).saturating_add(ahead),
            Reading::Frozen(at) => at,
        }
    }

    /// Stops the clock at `at`, in milliseconds since 1970.
    pub fn set_millis(&self, at: i64) {
        *lock(&self.reading) = Reading::Frozen(at);
    }

    /// Moves the clock on; a stopped clock stays stopped.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let mut reading = lock(&self.reading);

        *reading = match *reading {
            Reading::Running { ahead } => Reading::Running { ahead: ahead.saturating_add(by) },
            Reading::Frozen(at) => Reading::Frozen(at.saturating_add(by)),
        };
    }

    /// Goes back to real time.
    pub fn reset(&self) {
        *lock(&self.reading) = Reading::default();
    }
}

/// The real time.
#[expect(clippy::disallowed_methods, reason = "the one place of this crate that asks for the real time")]
pub(crate) fn real_now() -> SystemTime {
    SystemTime::now()
}

/// `time` in milliseconds since 1970; zero before that.
pub(crate) fn millis(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// `at` as API Gateway writes it: `20/Nov/2026:05:23:55 +0000`.
pub(crate) fn written(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%d/%b/%Y:%H:%M:%S %z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::{Clock, written};
    use std::time::Duration;

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let clock = Clock::default();
        clock.set_millis(1_000);
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!(clock.now_millis(), 3_000);
    }

    #[test]
    fn a_running_clock_can_be_ahead_and_come_back() {
        let clock = Clock::default();
        let before = clock.now_millis();
        clock.advance(Duration::from_hours(1));
        assert!(clock.now_millis() >= before + 3_600_000);
        clock.reset();
        assert!(clock.now_millis() < before + 3_600_000);
    }

    #[test]
    fn time_is_written_as_api_gateway_writes_it() {
        assert_eq!(written(1_795_152_235_000), "20/Nov/2026:05:23:55 +0000");
    }
}
