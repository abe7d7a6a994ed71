//! Which of a function's events are schedules, and how often each runs.

use std::time::Duration;

use crate::node::Node;
use crate::scope::Scope;
use crate::{Error, Schedule};

/// The type of a rule of EventBridge, and the property that says when.
const RULE: (&str, &str) = ("Schedule", "Schedule");

/// The type of a schedule of EventBridge Scheduler, and the property that says when.
const SCHEDULER: (&str, &str) = ("ScheduleV2", "ScheduleExpression");

/// The properties that make no difference to a run. An `Input` would be missing.
const KNOWN: [&str; 6] = ["Description", "Enabled", "FlexibleTimeWindow", "Name", "RetryPolicy", "State"];

/// The property that says when an event of this type runs; none if it is no schedule.
fn expression_of(kind: &str) -> Option<&'static str> {
    [RULE, SCHEDULER].into_iter().find_map(|(known, property)| (known == kind).then_some(property))
}

/// Whether the event is a schedule.
pub(crate) fn is_one(event: &Node) -> bool {
    event.get("Type").and_then(|kind| kind.text().ok()).is_some_and(|kind| expression_of(kind).is_some())
}

/// The schedules among a function's `Events` that are switched on.
pub(crate) fn read(events: &Node, scope: &Scope<'_>) -> Result<Vec<Schedule>, Error> {
    let mut schedules = Vec::new();
    for event in events.entries()?.iter().filter(|event| is_one(&event.value)) {
        let schedule = one(&event.key, &event.value, scope);
        schedules.extend(schedule.map_err(|error| error.within(&format!("event {}", event.key)))?);
    }

    Ok(schedules)
}

fn one(name: &str, event: &Node, scope: &Scope<'_>) -> Result<Option<Schedule>, Error> {
    event.only(&["Type", "Properties"])?;
    let expression = expression_of(event.need("Type")?.text()?).unwrap_or_default();
    let properties = event.need("Properties")?;
    let known: Vec<_> = KNOWN.into_iter().chain([expression]).collect();
    properties.only(&known)?;
    let is_off = match (scope.get(properties, "Enabled")?, scope.get(properties, "State")?) {
        (Some(enabled), _) => !enabled.bool()?,
        (None, Some(state)) => state.text()? == "DISABLED",
        (None, None) => false,
    };
    let when = scope.get(properties, expression)?.ok_or_else(|| {
        let missing = format!("{expression} is missing");
        Error::at(properties.line, missing)
    })?;
    let rate = rate(when.text()?).ok_or_else(|| {
        Error::at(
            when.line,
            format!("{:?} is not supported, only rate(1 minute) and the like", when.text().unwrap_or_default()),
        )
    })?;

    Ok((!is_off).then(|| Schedule { name: name.to_owned(), rate }))
}

/// The time between two runs: `rate(5 minutes)`.
fn rate(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    let seconds = match (unit, count) {
        ("minute", 1) | ("minutes", 2..) => 60,
        ("hour", 1) | ("hours", 2..) => 3_600,
        ("day", 1) | ("days", 2..) => 86_400,
        _ => return None,
    };

    count.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_of_minutes_hours_or_days() {
        for (expression, seconds) in [
            ("rate(1 minute)", Some(60)),
            ("rate(5 minutes)", Some(300)),
            ("rate(1 hour)", Some(3_600)),
            ("rate(2 days)", Some(172_800)),
            ("rate(1 minutes)", None),
            ("rate(2 minute)", None),
            ("rate(0 minutes)", None),
            ("rate(1 second)", None),
            ("cron(0 10 * * ? *)", None),
            ("rate(1 minute", None),
        ] {
            assert_eq!(rate(expression), seconds.map(Duration::from_secs), "{expression}");
        }
    }
}
