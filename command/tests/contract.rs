//! `latchkey contract check`: whether a contract is right, and what it would mean for what exists.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Server, World, command, plain, ran, reply, root, signed};

#[test]
fn a_contract_that_is_right_is_0_and_one_that_is_not_is_told_as_a_stack_tells_it() {
    let standard = root().join("contracts/standard.toml");
    let checked = ran(&mut command(&["contract", "check", standard.to_str().unwrap()]));
    assert_eq!((checked.code, checked.out.as_str()), (0, ""), "{checked:?}");
    assert!(checked.err.ends_with("contracts/standard.toml: 3 plans, 2 types of keys: it is right\n"), "{checked:?}");

    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let path = file.path().to_str().unwrap();
    fs::write(path, "windows = 1").unwrap();
    ran(&mut command(&["contract", "check", path])).failed(2, "line 1, column 11: invalid type");
    let text = fs::read_to_string(standard).unwrap();
    fs::write(path, text.replace("quarantine_scopes = [\"read\"]", "quarantine_scopes = [\"burn\"]")).unwrap();
    ran(&mut command(&["contract", "check", path])).failed(2, "there is no scope burn");
    ran(&mut command(&["contract", "check", "none.toml"])).failed(2, "none.toml: no such file or folder");
}

#[test]
fn what_a_contract_would_take_from_those_who_are_there_is_told() {
    let world = World::serving("standard");
    world.organization("acme");
    world.json(&["orgs", "put", "other", "--plan", "free", "--limit", "5/hour"]);
    let (id, _) = world.key("acme");
    world.json(&["keys", "create", "acme", "--name", "t", "--type", "test", "--scope", "admin"]);
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let path = file.path().to_str().unwrap();
    let standard = fs::read_to_string(root().join("contracts/standard.toml")).unwrap();
    fs::write(path, &standard).unwrap();
    let nothing = world.run(&["contract", "check", path, "--against-stack"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""), "{nothing:?}");
    assert!(nothing.err.ends_with("nothing changes for what exists\n"), "{nothing:?}");

    let changed = standard
        .replace(r#"windows = ["minute", "hour", "day", "month"]"#, r#"windows = ["minute", "day", "month"]"#)
        .replace("[plans.pro]", "[plans.gold]")
        .replace(
            "choice = [\"read\", \"write\", \"admin\"], default = [\"read\", \"write\"]",
            "choice = [\"read\", \"admin\"], default = [\"read\"]",
        );
    assert_ne!(changed, standard);
    fs::write(path, changed).unwrap();
    let told = world.run(&["contract", "check", path, "--against-stack"]);
    assert_eq!(told.code, 5, "{told:?}");
    assert_eq!(
        plain(&told.out),
        "\
ORGANIZATION  KEY                             WHAT
acme                                          the plan pro is gone: none of its keys is let in
acme          key_xxxxxxxxxxxxxxxxxxxxxxxxxx  its type cannot have the scope write any more: it loses it
other                                         its limit per hour is in a window that is not counted
"
    );
    assert!(told.out.contains(&id));
    assert!(told.err.ends_with("3 things change for what exists\n"), "{told:?}");

    fs::write(path, standard.replace("lk_live_", "pet_live_")).unwrap();
    let told = world.run(&["contract", "check", path, "--against-stack"]);
    assert_eq!(told.code, 5, "{told:?}");
    assert!(
        told.out.contains("it begins with lk_live_, and such keys with pet_live_ now: it is not let in"),
        "{told:?}"
    );
    assert!(told.err.contains("not compared: the alphabet, length and checksum of keys"), "{told:?}");
    fs::write(path, standard.replace("[plans.pro]", "[plans.gold]")).unwrap();
    let told = world.run(&["contract", "check", path, "--against-stack"]);
    assert!(told.err.ends_with("1 thing changes for what exists\n"), "{told:?}");
}

#[test]
fn what_a_contract_would_take_from_overrides_of_plans_is_told() {
    let plan = |name: &str, said: Value| json!({"plan": name, "overridden": true, "contract": {}, "override": said});
    let mut known = plan("enterprise", json!({"quotas": {"seats": 9}}));
    known["notInForce"] = json!([{"field": "quotas.seats", "message": "is no quota of the plan"}]);
    let plans = json!({"data": [
        plan("pro", json!({"sharedLimits": [{"requests": 600, "per": "week"}], "keys": 10})),
        plan("gold", json!({"keys": 3})),
        plan("free", json!({"sharedLimits": [{"requests": 9, "per": "minute"}]})),
        known,
        {"plan": "other", "overridden": false, "contract": {}},
    ]});
    let server = Server::answering([reply(200, "", &plans.to_string()), reply(200, "", r#"{"data": []}"#)]);
    let standard = root().join("contracts/standard.toml");
    let check = ["contract", "check", standard.to_str().unwrap(), "--against-stack", "--url", &server.url];
    let told = ran(&mut signed(command(&check)));
    assert_eq!(told.code, 5, "{told:?}");
    assert_eq!(
        told.out,
        "\
WHAT
the override of the plan pro: sharedLimits must be per minute or hour or day or month
the override of the plan gold: plan is none of the contract's any more
"
    );
    assert!(told.err.ends_with("2 things change for what exists\n"), "{told:?}");
    server.end();
}
