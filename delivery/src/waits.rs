//! How long to wait before an event is tried again: what Standard Webhooks recommends.

use jiff::{SignedDuration, Timestamp};
use shared::store::Fate;

/// The waits after the first attempt, the second, and so on: three days, three and a half hours and some minutes in all.
const WAITS: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// How long to wait after so many failed attempts; `None` where there is to be no other.
fn after(attempts: u32) -> Option<SignedDuration> {
    let place = usize::try_from(attempts.checked_sub(1)?).ok()?;

    WAITS.get(place).copied()
}

/// How long all attempts take, if each is made when it is due.
const ALL: SignedDuration = SignedDuration::from_secs(75 * 3_600 + 35 * 60 + 5);

/// What becomes of something after so many failed attempts, the last of them at `now`.
pub(crate) fn fate(attempts: u32, now: Timestamp) -> Fate {
    let due = after(attempts).and_then(|wait| now.checked_add(wait).ok());

    due.map_or(Fate::Dead(now), Fate::Again)
}

/// The same of something that was first due at `since`. Where much is due, attempts are late: its time is over all the same.
pub(crate) fn fate_since(since: Timestamp, attempts: u32, now: Timestamp) -> Fate {
    if now.duration_since(since) >= ALL { Fate::Dead(now) } else { fate(attempts, now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_ten_times_over_three_days() {
        let waits: Vec<_> = (1..).map_while(after).collect();
        assert_eq!(waits, WAITS);
        assert!(waits.is_sorted());
        let total: SignedDuration = waits.into_iter().sum();
        assert_eq!(total, ALL);
        assert_eq!([after(0), after(10), after(u32::MAX)], [None; 3]);
    }
}
