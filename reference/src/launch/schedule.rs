//! When an experience opens and closes, and the status that it has at a given time. The status is never kept: something
//! would have to watch the clock for it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::moment::Moment;

/// When an experience opens and closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// From then on it is open; `None`: nobody has said yet.
    pub(super) opens: Option<Moment>,
    /// From then on it is over; `None`: never.
    pub(super) closes: Option<Moment>,
}

/// Where an experience is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Status {
    /// It has no time to open at.
    Draft,
    /// It will open.
    Scheduled,
    /// It is open.
    Active,
    /// It is over.
    Completed,
}

/// How many experiences there are of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct ByStatus {
    pub(super) draft: u64,
    pub(super) scheduled: u64,
    pub(super) active: u64,
    pub(super) completed: u64,
}

impl ByStatus {
    /// One more that is `status`.
    pub(super) fn add(&mut self, status: Status) {
        let count = match status {
            Status::Draft => &mut self.draft,
            Status::Scheduled => &mut self.scheduled,
            Status::Active => &mut self.active,
            Status::Completed => &mut self.completed,
        };
        *count = count.saturating_add(1);
    }
}

impl Schedule {
    /// The status at `now`.
    pub(super) fn status(self, now: Timestamp) -> Status {
        let now = now.as_millisecond();
        let past = |moment: Moment| moment.as_millis() <= now;
        match self.opens {
            None => Status::Draft,
            Some(opens) if !past(opens) => Status::Scheduled,
            Some(_) if self.closes.is_some_and(past) => Status::Completed,
            Some(_) => Status::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_turns_at_the_very_millisecond() {
        let at = |millis| Moment::from_millis(millis);
        let (never, from, both) = ((None, None), (at(1_000), None), (at(1_000), at(2_000)));
        for ((opens, closes), now, status) in [
            (never, 0, Status::Draft),
            (never, i64::from(u32::MAX), Status::Draft),
            (from, 999, Status::Scheduled),
            (from, 1_000, Status::Active),
            (from, i64::from(u32::MAX), Status::Active),
            (both, 0, Status::Scheduled),
            (both, 1_999, Status::Active),
            (both, 2_000, Status::Completed),
        ] {
            let now = Timestamp::from_millisecond(now).unwrap();
            assert_eq!(Schedule { opens, closes }.status(now), status, "{opens:?} {closes:?} {now}");
        }
    }
}
