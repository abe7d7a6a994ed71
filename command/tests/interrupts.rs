//! Ctrl-C: what is stopped by it, and what is said then.

use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::support::{Ran, Server, command, ended, reply, signed};

/// Presses Ctrl-C. Whether anybody is there whom it reaches.
fn press(pid: u32) -> bool {
    let kill = Command::new("kill").args(["-INT", &pid.to_string()]).output().unwrap();

    kill.status.success()
}

/// What becomes of a command whose requests, so many, get answers of `decide`, which learns its process.
fn against(
    arguments: &[&str],
    requests: usize,
    mut decide: impl FnMut(usize, &Receiver<u32>) -> String + Send + 'static,
) -> Ran {
    let (tell, pid) = channel();
    let mut number = 0;
    let server = Server::deciding(requests, move |_| {
        number += 1;
        decide(number, &pid)
    });
    let child = signed(command(&[arguments, &["--url", &server.url]].concat())).spawn().unwrap();
    tell.send(child.id()).unwrap();
    let ran = ended(child.wait_with_output().unwrap());
    server.end();

    ran
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_what_is_under_way() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "organizations:\n  - { slug: a, name: Other }\n").unwrap();
    let apply = ["apply", "-f", file.path().to_str().unwrap()];
    let ran = against(&apply, 2, |number, pid| {
        if number == 2 {
            // One that comes before another was noticed is none: pressed until it is over.
            let pid = pid.recv().unwrap();
            while press(pid) {}
        }
        reply(200, "", &json!({"data": {"slug": "a", "name": "A", "plan": "pro", "status": "active"}}).to_string())
    });
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    let said = "latchkey: 0 of 1 organizations are as the file says\nlatchkey: stopped in the middle of a: apply the file again\n";
    assert_eq!(ran.err, said);
}

#[test]
fn a_deletion_that_nobody_waits_for_is_said_to_go_on_once_it_has_begun() {
    let delete = ["orgs", "delete", "acme", "--confirm", "acme"];
    for (pressed_at, said) in [
        (1, "stopped before the stack had answered: it may have begun; the same command asks again"),
        (2, "stopped waiting: the stack goes on by itself"),
    ] {
        let ran = against(&delete, pressed_at, move |number, pid| {
            if number == pressed_at {
                let pid = pid.recv().unwrap();
                while press(pid) {}
            }
            reply(202, "", &json!({"data": {"deleted": false}}).to_string())
        });
        ran.failed(1, said);
    }
}

#[test]
fn an_organization_that_a_file_deletes_goes_on_being_deleted_once_it_has_begun() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "organizations:\n  - { slug: b, name: B }\n").unwrap();
    let apply = ["apply", "-f", file.path().to_str().unwrap(), "--prune", "--delete"];
    let org =
        |slug: &str, name: &str, status: &str| json!({"slug": slug, "name": name, "plan": "pro", "status": status});
    // The first request is for the list, and those after it delete what the file lacks.
    for (pressed_at, said) in [
        (2, "stopped in the middle of a: apply the file again\n"),
        (3, "stopped waiting for a to be deleted: the stack goes on by itself; apply the file again for the rest\n"),
    ] {
        let ran = against(&apply, pressed_at, move |number, pid| {
            if number == 1 {
                let all = json!({"data": [org("a", "A", "locked"), org("b", "B", "active")]});
                return reply(200, "", &all.to_string());
            }
            if number == pressed_at {
                let pid = pid.recv().unwrap();
                while press(pid) {}
            }
            reply(202, "", &json!({"data": {"deleted": false}}).to_string())
        });
        let row = "ORGANIZATION  RESULT\nb             unchanged\n";
        assert_eq!((ran.code, ran.out.as_str()), (1, row), "{ran:?}");
        assert!(ran.err.ends_with(said), "{ran:?}");
    }
}

#[test]
fn an_index_that_is_stopped_says_how_to_go_on() {
    let ran = against(&["keys", "index"], 2, |number, pid| {
        if number == 2 {
            let pid = pid.recv().unwrap();
            while press(pid) {}
        }
        reply(200, "", &json!({"data": {"indexed": 2_500, "cursor": "acme/key_01"}}).to_string())
    });
    ran.failed(1, "stopped after 2500 keys; to go on, --from acme/key_01");
    let ran = against(&["keys", "index"], 1, |_, pid| {
        let pid = pid.recv().unwrap();
        while press(pid) {}
        reply(200, "", &json!({"data": {"indexed": 1, "cursor": Value::Null}}).to_string())
    });
    ran.failed(1, "stopped after 0 keys\n");
}
