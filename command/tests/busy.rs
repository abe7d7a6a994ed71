//! What becomes of a request to a stack that is busy, refuses, or is not there.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;

use serde_json::json;

use crate::support::{Server, command, ended, fed, ran, reply, signed};

const ORG: &str = r#"{"data": {"slug": "acme", "name": "Acme", "plan": "pro", "status": "active", "keys": 0}}"#;

fn get(url: &str) -> crate::support::Ran {
    ran(&mut signed(command(&["orgs", "get", "acme", "--url", url])))
}

#[test]
fn a_busy_stack_is_asked_again_when_it_says_so() {
    for status in [429, 503] {
        let server = Server::answering([
            reply(status, "retry-after: 0\r\n", "{}"),
            reply(status, "retry-after: 0\r\n", "{}"),
            reply(200, "", ORG),
        ]);
        let ran = get(&server.url);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
        assert_eq!(server.end().len(), 3);
    }
}

#[test]
fn a_stack_that_stays_busy_is_not_asked_for_ever() {
    let busy = r#"{"title": "The service is busy", "status": 503}"#;
    let server = Server::answering((0..6).map(|_| reply(503, "retry-after: 0\r\n", busy)));
    get(&server.url).failed(1, "503: The service is busy");
    assert_eq!(server.end().len(), 6);
    let server = Server::answering([reply(503, "retry-after: 3600\r\n", busy)]);
    get(&server.url).failed(1, "503: The service is busy");
    server.end();
}

#[test]
fn a_key_is_asked_for_once_however_often_it_is_asked_for() {
    let key = json!({"data": {"id": "key_01", "name": "web", "key": "lk_live_secret"}}).to_string();
    let answers = || [reply(503, "retry-after: 0\r\n", "{}"), reply(201, "", &key)];
    let create = |url: &str| ran(&mut signed(command(&["keys", "create", "acme", "--name", "web", "--url", url])));
    let mut named = Vec::new();
    for _ in 0..2 {
        let server = Server::answering(answers());
        create(&server.url).printed(0, "id    key_01\nname  web\nkey   lk_live_secret\n");
        let seen = server.end();
        let keys: Vec<_> = seen.iter().map(|seen| seen.header("idempotency-key").unwrap().to_owned()).collect();
        assert_eq!(keys[0], keys[1], "repeats of a call have one name");
        named.push(keys[0].clone());
    }
    assert_ne!(named[0], named[1], "each call has a name of its own");
}

#[test]
fn a_secret_that_was_lost_on_its_way_is_said_to_be() {
    let repeated = json!({"data": {"id": "key_01", "name": "web"}}).to_string();
    let server = Server::answering([reply(503, "retry-after: 0\r\n", "{}"), reply(200, "", &repeated)]);
    let ran = ran(&mut signed(command(&["keys", "create", "acme", "--name", "web", "--url", &server.url])));
    ran.failed(1, "the key key_01 has a new secret, which is lost: regenerate it");
    server.end();
}

#[test]
fn a_503_says_nothing_of_what_was_done() {
    let busy = || reply(503, "retry-after: 0\r\n", r#"{"message": "Service Unavailable"}"#);
    let server = Server::answering((0..6).map(|_| busy()));
    let create = ["keys", "create", "acme", "--name", "web", "--url", &server.url];
    ran(&mut signed(command(&create))).failed(1, "the key may have been made, and its secret is lost");
    server.end();
    let gone = reply(404, "", r#"{"title": "Key not found", "status": 404}"#);
    let server = Server::answering([busy(), gone]);
    let delete = ["keys", "delete", "acme", "key_01", "--url", &server.url];
    ran(&mut signed(command(&delete))).failed(3, "(an attempt before this may have been carried out)");
    server.end();
}

#[test]
fn a_call_whose_answer_is_lost_is_made_again_under_its_name() {
    let lost = String::new;
    let key = json!({"data": {"id": "key_01", "name": "web", "key": "lk_live_secret"}}).to_string();
    let server = Server::answering([lost(), reply(503, "retry-after: 0\r\n", "{}"), reply(201, "", &key)]);
    let create = ["keys", "create", "acme", "--name", "web", "--url", &server.url];
    ran(&mut signed(command(&create))).printed(0, "id    key_01\nname  web\nkey   lk_live_secret\n");
    let seen = server.end();
    let names: BTreeSet<_> = seen.iter().map(|seen| seen.header("idempotency-key").unwrap()).collect();
    assert_eq!((seen.len(), names.len()), (3, 1), "{seen:?}");

    let (get, org) = (["orgs", "get", "acme"], reply(200, "", ORG));
    let (put, delete) = (["orgs", "put", "acme"], ["keys", "delete", "acme", "key_01"]);
    let gone = reply(404, "", r#"{"title": "Key not found", "status": 404}"#);
    for (arguments, answer, code, said) in [
        (&get[..], &org, 0, ""),
        (&get, &gone, 3, "404: Key not found (/operator/v1/organizations/acme)\n"),
        (&put, &org, 0, ""),
        (
            &delete,
            &gone,
            3,
            "404: Key not found (/operator/v1/organizations/acme/api-keys/key_01) (an attempt before this may have been carried out)\n",
        ),
    ] {
        let server = Server::answering([lost(), answer.clone()]);
        let ran = ran(&mut signed(command(&[arguments, &["--url", &server.url]].concat())));
        assert!(ran.code == code && ran.err.ends_with(said), "{ran:?}");
        server.end();
    }
}

#[test]
fn what_is_never_answered_is_told_with_what_may_have_become_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.txt");
    let (to, other) = (format!("file:{}", path.display()), format!("file:{}.other", path.display()));
    let create = ["keys", "create", "acme", "--name", "web", "--secret-to", &to];
    let regenerate = ["keys", "regenerate", "acme", "key_01", "--secret-to", &other];
    let started = [
        (
            &create[..],
            "the key may have been made, and its secret is lost: `latchkey keys list` shows whether it is there",
            6,
        ),
        (&regenerate, "the key may have a new secret, which is lost: regenerate it again", 6),
        (&["orgs", "put", "acme"], "it may have been done", 6),
        (&["keys", "update", "acme", "key_01", "--name", "x"], "it may have been done", 1),
        (&["orgs", "get", "acme"], "", 6),
    ]
    .map(|(arguments, said, times)| {
        let server = Server::answering((0..times).map(|_| String::new()));
        let child = signed(command(&[arguments, &["--url", &server.url]].concat())).spawn().unwrap();
        (server, child, said)
    });
    // Each waits before it asks again; so they do that at the same time.
    for (server, child, said) in started {
        let ran = ended(child.wait_with_output().unwrap());
        ran.failed(1, said);
        assert_eq!(ran.err.contains("may have"), !said.is_empty(), "what only reads has changed nothing: {ran:?}");
        server.end();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left into which no secret will come");
}

#[test]
fn refusals_of_every_contract_are_one_line() {
    for (status, body, code, said) in [
        (404, r#"{"type": "about:x", "title": "Not found", "status": 404}"#, 3, "404: Not found"),
        (400, r#"{"error": {"message": "name is required", "type": "t", "code": "c"}}"#, 2, "400: name is required"),
        (403, r#"{"message": "Forbidden"}"#, 1, "403: Forbidden: these credentials may not call the stack"),
        (402, r#"{"error": "Your plan is full"}"#, 4, "402: Your plan is full"),
        (
            409,
            r#"{"error": {"code": "c", "message": "It conflicts\nwith others"}}"#,
            4,
            "409: It conflicts with others",
        ),
        (500, "<html>lk_live_secret</html>", 1, "500: the stack did not say why"),
        (200, "lk_live_secret", 1, "the stack's answer is not JSON"),
    ] {
        let server = Server::answering([reply(status, "", body)]);
        let ran = get(&server.url);
        ran.failed(code, said);
        assert!(!ran.err.contains("lk_live"), "{ran:?}");
        server.end();
    }
}

#[test]
fn a_stack_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    get(&url).failed(1, &format!("{url}/operator/v1/organizations/acme: "));
}

#[test]
fn a_verdict_that_counts_is_asked_for_once_and_one_that_does_not_as_long_as_the_stack_is_busy() {
    let busy = |status| reply(status, "retry-after: 0\r\n", r#"{"title": "The service is busy"}"#);
    let verdict = || reply(200, "", r#"{"data": {"valid": true}}"#);
    let asked = |cost: &str, answers: Vec<String>| {
        let server = Server::answering(answers);
        let ran = fed(&mut signed(command(&["verify", "--cost", cost, "--url", &server.url])), "a key\n");
        server.end();
        ran
    };
    asked("1", vec![busy(503)]).failed(1, "503: The service is busy");
    asked("1", vec![String::new()]).failed(1, "it may have been done");
    asked("1", vec![busy(429), verdict()]).printed(0, "valid  true\n");
    asked("0", vec![busy(503), String::new(), verdict()]).printed(0, "valid  true\n");
}

#[test]
fn a_key_is_switched_on_once_and_everything_else_of_it_changed_as_long_as_the_stack_is_busy() {
    let busy = || reply(503, "retry-after: 0\r\n", r#"{"title": "The service is busy"}"#);
    let changed = || reply(200, "", r#"{"data": {"id": "key_01"}}"#);
    let update = |change: [&str; 2], answers: Vec<String>| {
        let server = Server::answering(answers);
        let line = [&["keys", "update", "acme", "key_01", "--url", &server.url][..], &change].concat();
        let ran = ran(&mut signed(command(&line)));
        server.end();
        ran
    };
    // The second time would let a key out of quarantine that the first time has switched on.
    update(["--status", "active"], vec![busy()]).failed(1, "503: The service is busy");
    assert_eq!(update(["--status", "inactive"], vec![busy(), changed()]).code, 0);
}
