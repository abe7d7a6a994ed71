use serde_json::{Value, json};

use super::*;

/// A contract with the plans `tests`, in place of those of `name`.
fn contract(name: &str, plans: &str) -> Contract {
    let text = std::fs::read_to_string(format!("../contracts/{name}.toml")).unwrap();
    let (before, rest) = text.split_once("[plans.").unwrap();
    let after = rest.split_once("\n# What callers may do").or(rest.split_once("\n# The pages")).unwrap().1;

    Contract::read("test.toml", &format!("{before}{plans}\n# The pages{after}")).unwrap()
}

const UNTYPED: &str = r#"
    [plans.none]
    api = false
    [plans.pro]
    limits = [{ requests = 300, per = "minute" }]
    keys = 10
    quotas = { students = 1_000, lists = 5 }
    [plans.own]
    custom_limits = true
    keys = 7
"#;

const TYPED: &str = r#"
    [plans.pro]
    keys = 10
    [plans.pro.limits_by_type]
    development = [{ requests = 60, per = "minute" }, { requests = 1_000, per = "hour" }]
    production = [{ requests = 600, per = "minute" }]
    restricted = [{ requests = 600, per = "minute" }]
    admin = [{ requests = 600, per = "minute" }]
    [plans.flat]
    keys = 10
    limits = [{ requests = 500, per = "minute" }]
"#;

fn said(said: Value) -> Override {
    serde_json::from_value(said).unwrap()
}

fn shown(contract: &Contract, plan: &str, over: Value) -> Value {
    serde_json::to_value(contract.in_force(plan, said(over)).numbers()).unwrap()
}

fn flaws(contract: &Contract, plan: &str, over: Value) -> Vec<String> {
    let plan = contract.in_force(plan, said(over));

    plan.flaws().iter().map(|flaw| format!("{} {}", flaw.field, flaw.message)).collect()
}

fn per(requests: u32, window: &str) -> Value {
    json!([{"requests": requests, "per": window}])
}

#[test]
fn what_is_said_stands_in_place_of_the_contracts_and_what_is_left_out_is_the_contracts() {
    let fayne = contract("fayne", UNTYPED);
    let stated = json!({"limits": per(300, "minute"), "keys": 10, "quotas": {"students": 1_000, "lists": 5}});
    for (over, changed) in [
        (json!({}), json!({})),
        (json!({"limits": per(1, "minute")}), json!({"limits": per(1, "minute")})),
        (json!({"limits": per(900, "minute")}), json!({"limits": per(900, "minute")})),
        (json!({"keys": 0}), json!({"keys": 0})),
        (json!({"keys": 99}), json!({"keys": 99})),
        (json!({"quotas": {"students": 3}}), json!({"quotas": {"students": 3, "lists": 5}})),
    ] {
        let mut expected = stated.clone();
        expected.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        assert_eq!(shown(&fayne, "pro", over.clone()), expected, "{over}");
        assert_eq!(flaws(&fayne, "pro", over.clone()), Vec::<String>::new(), "{over}");
    }
    let fabraix = contract("fabraix", TYPED);
    let by_type =
        shown(&fabraix, "pro", json!({"limitsByType": {"development": per(5, "hour")}}))["limitsByType"].clone();
    assert_eq!((&by_type["development"], &by_type["admin"]), (&per(5, "hour"), &per(600, "minute")));
    assert_eq!(shown(&fayne, "none", json!({})), json!({"keys": null, "quotas": {}}));
    assert_eq!(shown(&fayne, "own", json!({"keys": 8})), json!({"keys": 8, "quotas": {}}));
}

#[test]
fn all_that_a_plan_has_no_room_for_is_told() {
    let (fayne, fabraix) = (contract("fayne", UNTYPED), contract("fabraix", TYPED));
    let minute = per(5, "minute");
    for (contract, plan, over, told) in [
        (&fayne, "pro", json!({"limits": per(5, "hour")}), &["limits must be per minute"][..]),
        (&fayne, "pro", json!({"limits": []}), &["limits must have at least one limit"]),
        (&fayne, "pro", json!({"keys": null}), &["keys must be a number, because callers or pages may create keys"]),
        (
            &fayne,
            "pro",
            json!({"limits": [], "keys": null, "quotas": {"teachers": 1, "students": 2}}),
            &[
                "limits must have at least one limit",
                "keys must be a number, because callers or pages may create keys",
                "quotas.teachers is no quota of the plan",
            ],
        ),
        (
            &fayne,
            "pro",
            json!({"limitsByType": {"a": minute}}),
            &["limitsByType must be left out: the plan has the same limits for all types, which are limits"],
        ),
        (&fayne, "none", json!({"limits": minute}), &["limits must be left out: the plan has no API"]),
        (&fayne, "none", json!({"keys": null}), &[]),
        (
            &fayne,
            "own",
            json!({"limits": minute}),
            &["limits must be left out: each organization on the plan brings limits of its own"],
        ),
        (
            &fabraix,
            "pro",
            json!({"limits": minute}),
            &["limits must be left out: the plan has limits by type, which are limitsByType"],
        ),
        (
            &fabraix,
            "pro",
            json!({"limitsByType": {"admin": [], "production": per(5, "day"), "staff": minute}}),
            &[
                "limitsByType.admin must have at least one limit",
                "limitsByType.production must be per minute or hour",
                "limitsByType.staff is for no type of key that there is",
            ],
        ),
        (&fayne, "gone", json!({"keys": 5}), &["plan is none of the contract's any more"]),
        (&fayne, "gone", json!({}), &[]),
    ] {
        assert_eq!(flaws(contract, plan, over.clone()), told, "{plan} {over}");
    }
}

#[test]
fn what_does_not_fit_any_more_lets_nobody_in_more_often_than_the_contract_or_the_operator_says() {
    let (fayne, fabraix) = (contract("fayne", UNTYPED), contract("fabraix", TYPED));
    let both =
        |minute: u32, hour: u32| json!([{"requests": minute, "per": "minute"}, {"requests": hour, "per": "hour"}]);
    // The contract counts in no hours any more.
    for (over, left) in [(both(100, 50), 100), (both(900, 50), 300), (per(50, "hour"), 300)] {
        assert_eq!(shown(&fayne, "pro", json!({"limits": over}))["limits"], per(left, "minute"), "{over}");
    }
    // It has limits by type by now, or by type no more.
    let by_type = shown(&fabraix, "pro", json!({"limits": per(100, "minute")}))["limitsByType"].clone();
    assert_eq!((&by_type["development"], &by_type["admin"]), (&both(60, 1_000), &per(100, "minute")));
    let flat =
        shown(&fabraix, "flat", json!({"limitsByType": {"admin": per(900, "minute"), "production": per(9, "minute")}}));
    let by_type = flat["limitsByType"].clone();
    let of = |kind: &str| by_type[kind].clone();
    assert_eq!([of("admin"), of("production"), of("restricted")], [500, 9, 500].map(|most| per(most, "minute")));
    // Each organization brings its own, or the plan has no API: nothing is left of what is said.
    assert_eq!(shown(&fayne, "own", json!({"limits": per(9, "minute")})), json!({"keys": 7, "quotas": {}}));
    assert_eq!(shown(&fayne, "none", json!({"limits": per(9, "minute")})), json!({"keys": null, "quotas": {}}));
    // Callers may make keys by now, the plan has no such quota, or is not there at all.
    assert_eq!(shown(&fayne, "pro", json!({"keys": null}))["keys"], 10);
    assert_eq!(
        shown(&fayne, "pro", json!({"quotas": {"teachers": 9}}))["quotas"],
        json!({"students": 1_000, "lists": 5})
    );
    let gone = fayne.in_force("gone", said(json!({"keys": 9, "limits": per(9, "minute")})));
    assert_eq!((gone.api, gone.keys(), gone.limits_for(None), gone.quota("students")), (false, Some(0), None, None));
}

#[test]
fn what_is_kept_is_read_as_it_was_written() {
    for text in [
        r"{}",
        r#"{"keys":null}"#,
        r#"{"limits":[{"requests":5,"per":"minute"}],"keys":3,"quotas":{"students":0}}"#,
        r#"{"limitsByType":{"admin":[{"requests":5,"per":"hour"}]}}"#,
    ] {
        let read: Override = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.is_empty(), text == "{}", "{text}");
    }
    for nothing in
        [json!({"limits": null, "limitsByType": {}, "quotas": {}}), json!({"limitsByType": null, "quotas": null})]
    {
        assert!(said(nothing.clone()).is_empty(), "{nothing}");
    }
}
