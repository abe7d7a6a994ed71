//! `latchkey keys index`: the ids of keys from before ids were noted.

use serde_json::{Value, json};

use crate::support::{Ran, SHARED, Server, command, ran, reply, signed};

fn index(url: &str, more: &[&str]) -> Ran {
    ran(&mut signed(command(&[&["keys", "index", "--url", url], more].concat())))
}

fn noted(count: u64, cursor: &Value) -> String {
    reply(200, "", &json!({"data": {"indexed": count, "cursor": cursor}}).to_string())
}

#[test]
fn every_key_of_the_stack_is_noted() {
    SHARED.organization("keys-index");
    SHARED.key("keys-index");
    let done = SHARED.json(&["keys", "index"]);
    assert!(done["indexed"].as_u64().unwrap() > 0, "{done}");
}

#[test]
fn what_there_was_no_time_for_is_done_by_the_next_call() {
    let server = Server::answering([noted(2_500, &json!("acme/key_01")), noted(7, &Value::Null)]);
    index(&server.url, &[]).printed(0, "indexed  2507\n");
    let bodies: Vec<_> = server.end().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["{}", r#"{"cursor":"acme/key_01"}"#]);
}

#[test]
fn a_run_that_fails_says_how_to_go_on() {
    let busy = || reply(500, "", r#"{"title": "Something went wrong", "status": 500}"#);
    let server = Server::answering([noted(2_500, &json!("acme/key_01")), busy()]);
    index(&server.url, &[]).failed(1, "500: Something went wrong; to go on, --from acme/key_01");
    server.end();
    let server = Server::answering([
        noted(2_500, &json!("acme/key_01")),
        reply(403, "", r#"{"message": "The security token is expired"}"#),
    ]);
    index(&server.url, &[]).failed(1, "403: The security token is expired; to go on, --from acme/key_01");
    server.end();
    let server = Server::answering([noted(7, &Value::Null)]);
    index(&server.url, &["--from", "acme/key_01"]).printed(0, "indexed  7\n");
    assert_eq!(server.end()[0].body, r#"{"cursor":"acme/key_01"}"#);
}
