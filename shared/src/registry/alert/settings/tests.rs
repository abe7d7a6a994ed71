use serde_json::json;

use super::*;
use crate::contract::Contract;
use crate::registry::alert::tests::{alerts, hour, id};

fn change(body: Value) -> Change {
    serde_json::from_value(body).unwrap()
}

fn after(settings: &Settings, body: Value) -> Result<Settings, Vec<String>> {
    let wrong = |wrong: Vec<Violation>| wrong.into_iter().map(|violation| violation.field).collect();

    settings.after(&change(body), alerts(), false, hour(0)).map_err(wrong)
}

#[test]
fn what_is_left_out_stays_and_null_goes_back() {
    let first = after(&Settings::default(), json!({"kinds": {"errors.high": {"rate": 0.2}}})).unwrap();
    let second = after(&first, json!({"kinds": {"errors.high": {"of": "all"}, "limit.reached": {"enabled": false}}}));
    let second = second.unwrap();
    let rule = serde_json::to_value(second.rule(alerts(), Kind::ErrorsHigh)).unwrap();
    assert_eq!(rule, json!({"enabled": true, "changeable": true, "rate": 0.2, "of": "all"}));
    assert!(!second.enabled(alerts()).contains_key(&Kind::LimitReached));
    let third = after(&second, json!({"kinds": {"errors.high": null, "limit.reached": null}})).unwrap();
    assert_eq!(third, Settings::default());
}

#[test]
fn a_member_of_another_kind_and_an_unknown_kind_are_refused_and_all_of_them_named() {
    let body = json!({"kinds": {
        "errors.high": {"days": 30}, "key.unused": {"rate": 0.1}, "limit.reached": {"thresholds": [80]}, "limit.near": {},
        "key_00000000000000000000000000": null,
    }});
    let fields = after(&Settings::default(), body).unwrap_err();
    let wrong = [
        "kinds.errors.high.days",
        "kinds.key.unused.rate",
        "kinds",
        "kinds.limit.near",
        "kinds.limit.reached.thresholds",
    ];
    assert_eq!(fields, wrong);
}

#[test]
fn what_the_contract_fixes_only_the_operator_can_change() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/fanfare.toml")).unwrap();
    let fixed = text.replace("\"limit.reached\" = {}", "\"limit.reached\" = { changeable = false }");
    let alerts = Contract::read("fixed", &fixed).unwrap().alerts;
    for body in [json!({"kinds": {"limit.reached": {"enabled": false}}}), json!({"kinds": {"limit.reached": null}})] {
        let change = change(body);
        let wrong = Settings::default().after(&change, &alerts, false, hour(0)).unwrap_err();
        assert_eq!(wrong.iter().map(|wrong| &*wrong.field).collect::<Vec<_>>(), ["kinds.limit.reached"]);
        assert!(Settings::default().after(&change, &alerts, true, hour(0)).is_ok());
    }
}

#[test]
fn a_hundred_keys_can_be_muted_until_a_time_within_a_year() {
    let mute = |number: u64, until: i64| json!({"keyId": id(number), "until": clock::seconds(hour(until))});
    let muted = |numbers: std::ops::Range<u64>| numbers.map(|number| mute(number, 1)).collect::<Vec<_>>();
    let full = after(&Settings::default(), json!({"muted": muted(0..100)})).unwrap();
    assert!(full.mutes(&id(99), hour(0)) && !full.mutes(&id(99), hour(1)));
    assert_eq!(after(&full, json!({"muted": muted(100..101)})).unwrap_err(), ["muted"]);
    // One that ends makes room, whether somebody ends it or its time does.
    let body = json!({"muted": [{"keyId": id(0), "until": null}, mute(100, 1)]});
    assert_eq!(after(&full, body).unwrap().view(alerts(), hour(0)).muted.len(), 100);
    let later = full.after(&change(json!({"muted": [mute(7, 9)]})), alerts(), false, hour(2)).unwrap();
    assert_eq!(later.view(alerts(), hour(2)).muted.len(), 1);
    for (until, is_right) in [(0, false), (-1, false), (1, true), (366 * 24, true), (366 * 24 + 1, false)] {
        let fields = after(&Settings::default(), json!({"muted": [mute(1, until)]}));
        assert_eq!(fields.is_ok(), is_right, "{until}: {fields:?}");
    }
}

#[test]
fn settings_are_read_as_they_were_written() {
    let body =
        json!({"kinds": {"key.unused": {"days": 30}}, "muted": [{"keyId": id(1), "until": "2030-07-01T00:00:00Z"}]});
    let settings = after(&Settings::default(), body).unwrap();
    let written = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&written).unwrap(), settings);
}
