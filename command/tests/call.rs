//! `latchkey call`: routes that have no command of their own.

use serde_json::Value;

use crate::support::{SHARED, Server, World, command, fed, ran, reply, signed};

#[test]
fn every_route_can_be_called() {
    let world = World::serving("standard");
    let plan = "/operator/v1/plans/pro";
    let keys = |world: &World| world.json(&["call", "GET", plan])["data"]["inForce"]["keys"].clone();
    let before = keys(&world);

    let changed = world.run(&["call", "put", plan, "{\"keys\": 3}"]);
    assert_eq!((changed.code, changed.err.as_str()), (0, ""), "{changed:?}");
    let changed: Value = serde_json::from_str(&changed.out).unwrap();
    assert_eq!(changed["data"]["override"], serde_json::json!({"keys": 3}));
    let fed = fed(&mut world.command(&["call", "PUT", plan, "-"]), "{\"keys\": 4}\n");
    assert_eq!((fed.code, keys(&world)), (0, 4.into()), "{fed:?}");
    let trail = world.run(&["call", "GET", &format!("{plan}/audit?limit=1"), "--output", "jsonl"]);
    assert_eq!((trail.code, trail.out.lines().count()), (0, 1), "{trail:?}");
    let trail: Value = serde_json::from_str(&trail.out).unwrap();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.json(&["call", "DELETE", plan])["data"]["overridden"], false);
    assert_eq!(keys(&world), before);
}

#[test]
fn a_call_that_is_refused_ends_as_every_command_does() {
    SHARED.run(&["call", "GET", "/operator/v1/plans/none"]).failed(3, "(/operator/v1/plans/none)");
    SHARED.run(&["call", "PUT", "/operator/v1/plans/pro", "{}"]).failed(2, "400: ");
    SHARED.run(&["call", "GET", "/operator/v1/plans?nosuch=1"]).failed(2, "nosuch");
    fed(&mut SHARED.command(&["call", "PUT", "/operator/v1/plans/pro", "-"]), "keys: 3")
        .failed(2, "the body is not JSON");
}

#[test]
fn a_call_that_does_something_each_time_is_not_made_twice() {
    let made = || reply(200, "", "{\"data\": {}}");
    let busy = |status| reply(status, "retry-after: 0\r\n", "{\"title\": \"Busy\"}");
    let called = |method: &str, answers: Vec<String>| {
        let server = Server::answering(answers);
        let ran = ran(&mut signed(command(&["call", method, "/operator/v1/x", "{}", "--url", &server.url])));
        server.end();
        ran
    };
    called("POST", vec![String::new()]).failed(1, "it may have been done");
    called("POST", vec![busy(503)]).failed(1, "503: Busy");
    called("POST", vec![busy(429), made()]).printed(0, "{\n  \"data\": {}\n}\n");
    called("PUT", vec![busy(503), String::new(), made()]).printed(0, "{\n  \"data\": {}\n}\n");
}
