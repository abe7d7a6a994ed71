//! The figures of an alert, read as far as they are understood: they may have been written by an older version, or a newer
//! one.

use jiff::Timestamp;
use portal::{Direction, Failures, Figures, Mentioned, Probe, Window};
use serde_json::Value;
use shared::contract::alerts::Kind;
use shared::registry::alert::whole;
use shared::registry::event::AlertRow;
use shared::registry::key::Id;

use crate::named::{Names, of_key};

/// How many keys of a message are named.
const NAMED: usize = 5;

/// How many characters of their names: a message can name many.
const NAME_MOST: usize = 40;

/// The keys that a row of the history is about.
pub(crate) fn mentioned(row: &AlertRow) -> Vec<Id> {
    row.key_id.clone().into_iter().chain(named(row).map(|(id, _)| id)).collect()
}

/// The first keys that `row` names, each with what is said of it.
fn named(row: &AlertRow) -> impl Iterator<Item = (Id, &Value)> {
    let keys = row.numbers.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let key = |key| Some((Id::try_from(text(key, "keyId")?.to_owned()).ok()?, key));

    keys.iter().filter_map(key).take(NAMED)
}

/// The figures of `row`; `names` are those of the keys that there are.
pub(crate) fn read(row: &AlertRow, names: &Names) -> Figures {
    let all = &row.numbers;
    let key = |(id, said): (Id, &Value)| {
        let mut key = of_key(&id, names, text(said, "name").map(str::to_owned));
        key.name = key.name.as_deref().map(short);
        Mentioned { key, expires: moment(said, "expiresAt") }
    };

    Figures {
        window: text(all, "window").and_then(Window::parse),
        limit: count(all, "limit"),
        used: count(all, "used"),
        window_ends: moment(all, "windowEndsAt"),
        threshold: threshold(row),
        refused: count(all, "refused"),
        reason: text(all, "reason").and_then(|reason| match reason {
            "missing_scope" => Some(Probe::Permission),
            "not_active" => Some(Probe::Dead),
            _ => None,
        }),
        requests: count(all, "requests"),
        usual: count(all, "usual"),
        direction: text(all, "direction").and_then(|direction| match direction {
            "spike" => Some(Direction::More),
            "drop" => Some(Direction::Less),
            _ => None,
        }),
        failed: count(all, "failed"),
        answered: count(all, "answered"),
        of: text(all, "of").and_then(Failures::parse),
        hour: moment(all, "hour"),
        days: count(all, "days"),
        last_used: moment(all, "lastUsedAt"),
        overlap_ends: moment(all, "overlapEndsAt"),
        url: text(all, "url").map(str::to_owned),
        count: count(all, "count"),
        keys: named(row).map(key).collect(),
        since: moment(all, "since"),
        openings: count(all, "openingsInADay"),
    }
}

/// From which share on people are told, in hundredths of a per cent: a limit's is in per cent, that of failures a share of 1.
fn threshold(row: &AlertRow) -> Option<u64> {
    let share = row.numbers.get("threshold")?.as_f64()?;
    let hundredths = if row.kind == Kind::LimitApproaching { share * 100.0 } else { share * 10_000.0 };

    counted(hundredths)
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member)?.as_str()
}

/// A number of things. What is usual is written as `7.0`.
fn count(value: &Value, member: &str) -> Option<u64> {
    let value = value.get(member)?;

    value.as_u64().or_else(|| counted(value.as_f64()?))
}

/// The nearest whole number, if it is one that there can be so many of.
fn counted(number: f64) -> Option<u64> {
    whole(number)?.try_into().ok()
}

fn moment(value: &Value, member: &str) -> Option<Timestamp> {
    text(value, member)?.parse().ok()
}

fn short(name: &str) -> String {
    let cut = name.chars().nth(NAME_MOST).map(|_| '…');

    name.chars().take(NAME_MOST).chain(cut).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(kind: &str, numbers: &Value) -> AlertRow {
        let id = format!("event_{}", "0".repeat(26));
        let row = json!({"id": id, "kind": kind, "state": "opened", "keyId": null, "at": "then", "numbers": numbers});

        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn what_is_understood_is_read_whatever_else_is_there() {
        let names = Names::new();
        for numbers in [json!(null), json!([]), json!("x"), json!({}), json!({"keys": 7, "used": "many", "hour": 3})] {
            let figures = read(&row("key.unused", &numbers), &names);
            assert!(figures.used.is_none() && figures.hour.is_none() && figures.keys.is_empty(), "{numbers}");
        }
        let numbers = json!({
            "used": -1, "limit": 1e300, "usual": 12.0, "threshold": 0.05, "window": "decade", "days": 90, "count": 60,
            "keys": [{"keyId": "x"}, {"keyId": format!("key_{}", "0".repeat(26)), "name": "W".repeat(100)}, 7],
        });
        let figures = read(&row("errors.high", &numbers), &names);
        assert_eq!((figures.used, figures.limit, figures.usual), (None, None, Some(12)));
        assert_eq!((figures.threshold, figures.window, figures.days), (Some(500), None, Some(90)));
        let [mentioned] = figures.keys.as_slice() else { panic!("{figures:?}") };
        assert_eq!(mentioned.key.name.as_ref().unwrap().chars().count(), 41);
        assert_eq!(read(&row("limit.approaching", &json!({"threshold": 80})), &names).threshold, Some(8_000));
    }
}
