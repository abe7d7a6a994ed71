//! `latchkey apply` and `latchkey diff`: organizations as a file describes them.

use std::fs;
use std::process::Command;
use std::sync::mpsc::channel;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{SHARED, Server, World, command, ended, fed, ran, reply, signed};

/// A file of organizations.
struct File(TempDir);

impl File {
    fn new(organizations: &str) -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        file.say(organizations);

        file
    }

    fn say(&self, organizations: &str) {
        fs::write(self.0.path().join("orgs.yaml"), format!("organizations:\n{organizations}")).unwrap();
    }

    fn path(&self) -> String {
        self.0.path().join("orgs.yaml").to_str().unwrap().to_owned()
    }
}

#[test]
fn applying_twice_changes_nothing_the_second_time() {
    let file = File::new(
        "
  - slug: apply-one
    name: One
    plan: free
  - slug: apply-two
    plan: enterprise
    status: locked
    limits: [{ requests: 5, per: hour }, { requests: 1, per: minute, sliding: true }]
    leaks: notify
",
    );
    let differs = |differs: bool| {
        let ran = SHARED.run(&["diff", "-f", &file.path()]);
        assert_eq!((ran.code, ran.err.as_str()), (if differs { 5 } else { 0 }, ""), "{ran:?}");
    };
    let changes = "\
ORGANIZATION  RESULT   CHANGES
apply-one     created  name none → One, plan none → free
apply-two     created  plan none → enterprise, status none → locked, limits none → 1/minute,sliding 5/hour, leaks none → notify
";
    // What is not done is not said as if it were.
    let planned = changes.replace("RESULT   ", "WOULD BE  ").replace("created  ", "created   ");
    SHARED.run(&["diff", "-f", &file.path()]).printed(5, &planned);
    SHARED.run(&["apply", "-f", &file.path(), "--dry-run"]).printed(0, &planned);
    SHARED.run(&["orgs", "get", "apply-one"]).failed(3, "404");
    SHARED.run(&["apply", "-f", &file.path()]).printed(0, changes);
    differs(false);
    let before = SHARED.json(&["orgs", "get", "apply-two"]);
    SHARED.run(&["apply", "-f", &file.path()]).printed(
        0,
        "\
ORGANIZATION  RESULT
apply-one     unchanged
apply-two     unchanged
",
    );
    assert_eq!(SHARED.json(&["orgs", "get", "apply-two"]), before);

    file.say("  - { slug: apply-one, plan: pro }\n  - { slug: apply-two, leaks: null }\n");
    differs(true);
    SHARED.run(&["apply", "-f", &file.path(), "--output", "jsonl"]).printed(
        0,
        "{\"slug\":\"apply-one\",\"result\":\"changed\",\"changes\":{\"plan\":{\"before\":\"free\",\"after\":\"pro\"}}}\n\
         {\"slug\":\"apply-two\",\"result\":\"changed\",\"changes\":{\"leaks\":{\"before\":\"notify\",\"after\":null}}}\n",
    );
    differs(false);
    assert_eq!(SHARED.json(&["orgs", "get", "apply-one"])["name"], "One", "what the file leaves out is left alone");
}

#[test]
fn a_file_can_come_on_standard_input() {
    let put = |text: &str| fed(&mut SHARED.command(&["apply", "-f", "-"]), text);
    put("organizations:\n  - { slug: apply-input, plan: pro }\n")
        .printed(0, "ORGANIZATION  RESULT   CHANGES\napply-input   created  plan none → pro\n");
    put("organizations:\n  - { slug: apply-input, planz: pro }\n").failed(2, "standard input: line 2, column");
}

#[test]
fn a_policy_that_the_contract_does_not_have_is_refused_before_anything_is_changed() {
    let world = World::serving("fanfare");
    let plan = world.json(&["call", "GET", "/operator/v1/plans"])["data"][0]["plan"].as_str().unwrap().to_owned();
    let file = File::new(&format!(
        "  - {{ slug: leaky-1, plan: {plan} }}\n  - {{ slug: leaky-2, plan: {plan}, leaks: quarantine }}\n"
    ));
    world.run(&["apply", "-f", &file.path()]).failed(2, "the organization leaky-2: leaks must be notify or revoke");
    world.run(&["orgs", "get", "leaky-1"]).failed(3, "404");
}

#[test]
fn a_file_with_a_mistake_anywhere_changes_nothing() {
    for (second, said) in [
        ("  - slug: apply-bad-2\n    planz: pro\n", "line 5, column 5: unknown field `planz`"),
        ("  - { slug: apply-bad-2 }\n", "the organization apply-bad-2 is new: it needs a plan"),
        ("  - { slug: apply-bad-2, plan: gold }\n", "there is no plan gold; there are enterprise, free, pro"),
        ("  - { slug: apply-bad, plan: pro }\n", "the organization apply-bad is there twice"),
        ("  - { slug: apply-bad-2, plan: pro, limits: [{ requests: 1, per: fortnight }] }\n", "fortnight"),
        ("  - { slug: apply-bad-2, plan: pro, limits: [] }\n", "apply-bad-2: limits must have at least one limit"),
        ("  - { slug: apply-bad-2, plan: pro, sharedLimits: [] }\n", "sharedLimits must have at least one limit"),
        (
            "  - { slug: apply-bad-2, plan: pro, sharedLimits: [{ requests: 1, per: minute, sliding: true }] }\n",
            "apply-bad-2: sharedLimits must not slide",
        ),
        (
            "  - { slug: apply-bad-2, plan: pro, limits: [{ requests: 1, per: second }] }\n",
            "apply-bad-2: limits: per second is not counted; there are minute, hour, day, month",
        ),
        (
            "  - { slug: apply-bad-2, plan: pro, sharedLimits: [{ requests: 1, per: week }] }\n",
            "apply-bad-2: sharedLimits: per week is not counted; there are minute, hour, day, month",
        ),
    ] {
        let file = File::new(&format!("  - slug: apply-bad\n    plan: pro\n{}{second}", ""));
        SHARED.run(&["apply", "-f", &file.path()]).failed(2, said);
        SHARED.run(&["diff", "-f", &file.path()]).failed(2, said);
        SHARED.run(&["orgs", "get", "apply-bad"]).failed(3, "404");
    }
    ran(&mut command(&["apply", "-f", "none.yaml"])).failed(2, "none.yaml: no such file or folder");
}

#[test]
fn pruning_locks_what_the_file_lacks_and_deletes_nothing() {
    let world = World::serving("standard");
    world.organization("kept");
    world.organization("lacking");
    let file = File::new("  - { slug: kept, plan: pro }\n");
    world.run(&["apply", "-f", &file.path()]).printed(0, "ORGANIZATION  RESULT\nkept          unchanged\n");
    assert_eq!(world.json(&["orgs", "get", "lacking"])["status"], "active");
    let pruned = "\
ORGANIZATION  RESULT     CHANGES
kept          unchanged
lacking       locked     status active → locked
";
    world.run(&["diff", "-f", &file.path(), "--prune"]).printed(5, &pruned.replace("RESULT  ", "WOULD BE"));
    world.run(&["apply", "-f", &file.path(), "--prune"]).printed(0, pruned);
    assert_eq!(world.json(&["orgs", "get", "lacking"])["status"], "locked");
    assert_eq!(world.json(&["orgs", "get", "kept"])["status"], "active");
    assert_eq!(world.run(&["diff", "-f", &file.path(), "--prune"]).code, 0);

    file.say("  []\n");
    world.run(&["apply", "-f", &file.path(), "--prune"]).failed(2, "--prune would lock all that there are");
    assert_eq!(world.json(&["orgs", "get", "kept"])["status"], "active");
}

#[test]
fn pruning_deletes_what_the_file_lacks_only_where_that_is_said() {
    let world = World::serving("standard");
    for org in ["kept", "lacking", "locked"] {
        world.organization(org);
    }
    world.run(&["orgs", "lock", "locked"]);
    let file = File::new("  - { slug: kept, plan: pro }\n");
    let pruned = "\
ORGANIZATION  RESULT     CHANGES
kept          unchanged
lacking       deleted    status active → locked
locked        deleted
";
    let planned = pruned.replace("RESULT  ", "WOULD BE");
    world.run(&["diff", "-f", &file.path(), "--prune", "--delete"]).printed(5, &planned);
    world.run(&["apply", "-f", &file.path(), "--prune", "--delete", "--dry-run"]).printed(0, &planned);
    assert_eq!(world.json(&["orgs", "get", "lacking"])["status"], "active");
    world.run(&["apply", "-f", &file.path(), "--prune", "--delete"]).printed(0, pruned);
    for org in ["lacking", "locked"] {
        world.run(&["orgs", "get", org]).failed(3, "404");
    }
    assert_eq!(world.run(&["apply", "-f", &file.path(), "--prune", "--delete"]).code, 0);
    assert_eq!(world.run(&["diff", "-f", &file.path(), "--prune", "--delete"]).code, 0);

    world.run(&["apply", "-f", &file.path(), "--delete"]).failed(2, "--prune");
    file.say("  []\n");
    world
        .run(&["apply", "-f", &file.path(), "--prune", "--delete"])
        .failed(2, "--prune would delete all that there are");
    assert_eq!(world.json(&["orgs", "get", "kept"])["status"], "active");
}

/// What a stack says of organizations that it has, and of plans, to whoever applies a file.
fn told(line: &str, status: u16) -> String {
    let org = json!({"data": {"slug": "x", "name": "x", "plan": "free", "status": "active", "limits": null}});
    let answer = if line.contains("/plans") { json!({"data": [{"plan": "pro"}]}) } else { org };

    reply(status, "", &answer.to_string())
}

#[test]
fn what_ctrl_c_stops_is_brought_to_an_end_and_said() {
    let file = File::new("  - { slug: a, plan: pro }\n  - { slug: b, plan: pro }\n  - { slug: c, plan: pro }\n");
    let (tell_pid, pid) = channel::<u32>();
    // Three questions about organizations, one about plans, and two changes: no third.
    let server = Server::deciding(6, move |seen| {
        if seen.line.starts_with("PUT") && seen.line.ends_with("/b") {
            let pid = pid.recv().unwrap().to_string();
            assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        }
        told(&seen.line, 200)
    });
    let mut apply = signed(command(&["apply", "-f", &file.path(), "--output", "jsonl", "--url", &server.url]));
    let child = apply.spawn().unwrap();
    tell_pid.send(child.id()).unwrap();
    let ran = ended(child.wait_with_output().unwrap());
    let done: Vec<_> =
        ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["slug"].clone()).collect();
    assert_eq!((ran.code, done), (1, vec![json!("a"), json!("b")]), "{}", ran.err);
    assert_eq!(
        ran.err,
        "latchkey: 2 of 3 organizations are as the file says\nlatchkey: stopped: apply the same file again to go on\n"
    );
    assert_eq!(server.end().iter().filter(|seen| seen.line.starts_with("PUT")).count(), 2);
}

#[test]
fn what_was_done_before_a_failure_is_said() {
    let file = File::new("  - { slug: a, plan: pro }\n  - { slug: b, plan: pro }\n");
    let server = Server::deciding(5, |seen| {
        let fails = seen.line.starts_with("PUT") && seen.line.ends_with("/b");
        told(&seen.line, if fails { 500 } else { 200 })
    });
    let ran = ran(&mut signed(command(&["apply", "-f", &file.path(), "--url", &server.url])));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.out, "ORGANIZATION  RESULT   CHANGES\na             changed  plan free → pro\n");
    assert_eq!(
        ran.err,
        "latchkey: 1 of 2 organizations are as the file says\nlatchkey: b: 500: the stack did not say why\n"
    );
}

#[test]
fn a_change_that_had_no_time_left_is_gone_on_with() {
    let file = File::new("  - { slug: a, plan: pro }\n");
    let pending = json!({"data": {"slug": "a", "plan": "pro", "status": "active", "pending": {"done": 1, "of": 2}}});
    let server = Server::answering([reply(200, "", &pending.to_string()), told("", 200)]);
    let ran = ran(&mut signed(command(&["apply", "-f", &file.path(), "--url", &server.url])));
    ran.printed(0, "ORGANIZATION  RESULT\na             continued\n");
    let seen = server.end();
    assert_eq!((seen[1].line.as_str(), seen[1].body.as_str()), ("PUT /operator/v1/organizations/a", "{}"));
}

/// Organizations of which the file has one, and the other is in this state.
fn beside_a(status: &str) -> String {
    let org = |slug: &str, status: &str| json!({"slug": slug, "plan": "pro", "status": status});
    let mut b = org("b", status);
    b["pending"] = json!({"done": 1, "of": 2});

    reply(200, "", &json!({"data": [org("a", "active"), b]}).to_string())
}

#[test]
fn a_lock_that_was_cut_short_is_made_again() {
    let file = File::new("  - { slug: a, plan: pro }\n");
    let path = file.path();
    let prune = |server: &Server, command_of: &str, delete: &[&str]| {
        let arguments = [&[command_of, "-f", &path, "--prune", "--url", &server.url], delete].concat();
        ran(&mut signed(command(&arguments)))
    };
    let shown = "ORGANIZATION  RESULT\na             unchanged\nb             continued\n";
    let server = Server::answering([beside_a("locked")]);
    prune(&server, "diff", &[]).printed(5, &shown.replace("RESULT", "WOULD BE"));
    server.end();
    let server = Server::answering([beside_a("locked"), told("", 200)]);
    prune(&server, "apply", &[]).printed(0, shown);
    let seen = server.end();
    let lock = ("PUT /operator/v1/organizations/b", r#"{"status":"locked"}"#);
    assert_eq!((seen[1].line.as_str(), seen[1].body.as_str()), lock);

    for status in ["locked", "active"] {
        let deleted = reply(200, "", &json!({"data": {"deleted": true}}).to_string());
        let server = Server::answering([beside_a(status), told("", 200), deleted]);
        let ran = prune(&server, "apply", &["--delete"]);
        assert!(ran.code == 0 && ran.out.contains("b             deleted"), "{ran:?}");
        let seen = server.end();
        assert_eq!((seen[1].line.as_str(), seen[1].body.as_str()), lock);
        assert_eq!(seen[2].line, "DELETE /operator/v1/organizations/b");
    }
}

#[test]
fn a_stack_that_does_not_describe_its_windows_judges_them_itself() {
    let file = File::new("  - { slug: a, plan: pro, limits: [{ requests: 1, per: week }] }\n");
    let server = Server::deciding(4, |seen| match seen.line.split(' ').next().unwrap() {
        "PUT" => reply(400, "", r#"{"title": "limits must be per minute"}"#),
        _ if seen.line.ends_with("openapi.json") => reply(404, "", "{}"),
        _ => told(&seen.line, 200),
    });
    let ran = ran(&mut signed(command(&["apply", "-f", &file.path(), "--url", &server.url])));
    assert!(ran.code == 2 && ran.err.ends_with("latchkey: a: 400: limits must be per minute\n"), "{ran:?}");
    server.end();
}
