//! `latchkey orgs`, against a real stack.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{LATCHKEY, SHARED, Server, World, command, ran, reply, signed};

#[test]
fn an_organization_is_made_shown_locked_and_unlocked() {
    let made =
        SHARED.run(&["orgs", "put", "orgs-made", "--name", "Acme Inc.", "--plan", "pro", "--limit", "600/minute"]);
    let shown = "\
slug     orgs-made
name     Acme Inc.
plan     pro
status   active
keys     0
limits   600/minute
changed  2030-01-01T00:00:00Z
";
    made.printed(0, shown);
    SHARED.run(&["orgs", "get", "orgs-made"]).printed(0, shown);
    let locked = SHARED.run(&["orgs", "lock", "orgs-made"]);
    locked.printed(0, &shown.replace("active", "locked"));
    SHARED.run(&["orgs", "unlock", "orgs-made"]).printed(0, shown);
    let without =
        SHARED.run(&["orgs", "put", "orgs-made", "--no-limits", "--shared-limit", "9/day", "--leaks", "revoke"]);
    assert!(!without.out.contains("600/minute"), "{without:?}");
    assert!(
        without.out.contains("shared limits  9/day\n") && without.out.contains("leaks          revoke\n"),
        "{without:?}"
    );
}

#[test]
fn json_is_what_the_stack_has_said() {
    SHARED.organization("orgs-json");
    SHARED.run(&["orgs", "get", "orgs-json", "--output", "json"]).printed(
        0,
        r#"{
  "slug": "orgs-json",
  "name": "orgs-json",
  "plan": "pro",
  "status": "active",
  "limits": null,
  "keys": 0,
  "createdAt": "2030-01-01T00:00:00Z",
  "updatedAt": "2030-01-01T00:00:00Z"
}
"#,
    );
    SHARED.run(&["orgs", "get", "orgs-json", "--output", "jsonl"]).printed(
        0,
        "{\"slug\":\"orgs-json\",\"name\":\"orgs-json\",\"plan\":\"pro\",\"status\":\"active\",\"limits\":null,\"keys\":0,\
         \"createdAt\":\"2030-01-01T00:00:00Z\",\"updatedAt\":\"2030-01-01T00:00:00Z\"}\n",
    );
}

#[test]
fn a_list_has_every_page_unless_it_is_bounded() {
    let world = World::serving("standard");
    world.run(&["orgs", "list", "--output", "json"]).printed(0, "[]\n");
    let file = tempfile::NamedTempFile::new().unwrap();
    let each: Vec<_> = (0..103).map(|number| format!("- {{ slug: org-{number:03}, plan: free }}\n")).collect();
    std::fs::write(file.path(), format!("organizations:\n{}", each.concat())).unwrap();
    let made = world.run(&["apply", "-f", file.path().to_str().unwrap()]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));

    world.run(&["orgs", "list", "--limit", "2"]).printed(
        0,
        "\
SLUG     NAME     PLAN  STATUS  KEYS  CHANGED
org-000  org-000  free  active  0     2030-01-01T00:00:00Z
org-001  org-001  free  active  0     2030-01-01T00:00:00Z
",
    );
    let lines = |arguments: &[&str]| world.run(arguments).out.lines().count();
    assert_eq!(lines(&["orgs", "list"]), 104);
    assert_eq!(lines(&["orgs", "list", "--output", "jsonl"]), 103);
    assert_eq!(lines(&["orgs", "list", "--output", "jsonl", "--limit", "101"]), 101);
    assert_eq!(world.json(&["orgs", "list"]).as_array().unwrap().len(), 103);
}

#[test]
fn the_audit_trail_says_who_changed_what() {
    SHARED.organization("orgs-audit");
    SHARED.run(&["orgs", "lock", "orgs-audit"]);
    let trail = SHARED.run(&["orgs", "audit", "orgs-audit"]);
    let actor = trail.out.split_whitespace().last().unwrap();
    let gap = " ".repeat(actor.chars().count() - 5);
    trail.printed(
        0,
        &format!(
            "\
AT                        ACTION                PLANE     ACTOR{gap}  CHANGES
2030-01-01T00:00:00.000Z  organization.changed  operator  {actor}  status active → locked
2030-01-01T00:00:00.000Z  organization.created  operator  {actor}
"
        ),
    );
    assert_eq!(SHARED.json(&["orgs", "audit", "orgs-audit", "--limit", "1"]).as_array().unwrap().len(), 1);
}

#[test]
fn an_organization_is_deleted_once_it_is_locked_by_who_says_its_name_twice() {
    SHARED.organization("orgs-delete");
    SHARED.run(&["orgs", "delete", "orgs-delete"]).failed(2, "--confirm <ORG>");
    SHARED.run(&["orgs", "delete", "orgs-delete", "--confirm", "orgs-get"]).failed(2, "--confirm must be orgs-delete");
    let deletion = ["orgs", "delete", "orgs-delete", "--confirm", "orgs-delete"];
    SHARED.run(&deletion).failed(4, "; `latchkey orgs lock orgs-delete` locks it");
    SHARED.run(&["orgs", "lock", "orgs-delete"]);
    SHARED.run(&deletion).printed(0, "slug     orgs-delete\ndeleted  true\n");
    assert_eq!(SHARED.json(&deletion), json!({"slug": "orgs-delete", "deleted": true}));
    SHARED.run(&["orgs", "get", "orgs-delete"]).failed(3, "404");
    let trail = SHARED.json(&["orgs", "audit", "orgs-delete"]);
    assert_eq!(trail[0]["action"], "organization.deleted");
    SHARED.run(&["orgs", "put", "orgs-delete", "--plan", "pro"]).failed(4, "its slug can be another's from");
    SHARED.run(&["orgs", "delete", "orgs-none", "--confirm", "orgs-none"]).failed(3, "404");
}

#[test]
fn its_audit_trail_goes_too_where_that_is_said() {
    SHARED.organization("orgs-forgotten");
    SHARED.run(&["orgs", "lock", "orgs-forgotten"]);
    let delete = ["orgs", "delete", "orgs-forgotten", "--confirm", "orgs-forgotten", "--audit"];
    SHARED.run(&[&delete[..], &["burn"]].concat()).failed(2, "possible values: keep, delete");
    assert_eq!(SHARED.run(&[&delete[..], &["delete"]].concat()).code, 0);
    SHARED.run(&["orgs", "audit", "orgs-forgotten"]).failed(3, "404");
}

#[test]
fn a_list_has_those_that_fit() {
    SHARED.json(&["orgs", "put", "orgs-fit-a", "--name", "Fitting One", "--plan", "free"]);
    SHARED.json(&["orgs", "put", "orgs-fit-b", "--name", "fitting two", "--plan", "free"]);
    SHARED.run(&["orgs", "lock", "orgs-fit-b"]);
    let listed = |filter: &[&str]| {
        let orgs = SHARED.json(&[&["orgs", "list"], filter].concat());
        orgs.as_array().unwrap().iter().map(|org| org["slug"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&["--name", "FITTING"]), ["orgs-fit-a", "orgs-fit-b"]);
    assert_eq!(listed(&["--name", "fitting", "--status", "locked"]), ["orgs-fit-b"]);
    assert_eq!(listed(&["--name", "itting"]), Vec::<String>::new());
}

#[test]
fn what_is_not_there_is_not_made_by_a_lock() {
    for arguments in [["orgs", "get", "orgs-none"], ["orgs", "lock", "orgs-none"], ["orgs", "audit", "orgs-none"]] {
        SHARED.run(&arguments).failed(3, "404: Organization not found");
    }
    SHARED.run(&["orgs", "get", "orgs-none"]).failed(3, "404");
}

#[test]
fn what_the_stack_refuses_is_told_in_its_words() {
    let refused = SHARED.run(&["orgs", "put", "orgs-refused", "--plan", "gold"]);
    refused.failed(2, "400: The request is not valid: plan ");
    SHARED.run(&["orgs", "put", "orgs-refused"]).failed(2, "400: The request is not valid: plan is required");
}

#[test]
fn long_work_is_seen_on_a_terminal_and_nowhere_else() {
    let state =
        |deleted: bool| reply(if deleted { 200 } else { 202 }, "", &json!({"data": {"deleted": deleted}}).to_string());
    let deletion = |url: &str| format!("orgs delete acme --confirm acme --url {url}");
    let server = Server::answering([state(false), state(true)]);
    // It gives the command a terminal, and says what comes to it.
    let mut script = signed(command(&[]));
    let line = format!("{LATCHKEY} {} > out", deletion(&server.url));
    let mut on_terminal = Command::new("/usr/bin/script");
    on_terminal.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    on_terminal
        .env_clear()
        .envs(script.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("TERM", "xterm");
    let folder = tempfile::tempdir().unwrap();
    let seen = ran(on_terminal.current_dir(folder.path()));
    assert!(seen.code == 0 && seen.out.contains("deleting acme"), "{seen:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("out")).unwrap(), "slug     acme\ndeleted  true\n");
    server.end();

    let server = Server::answering([state(false), state(true)]);
    let line = deletion(&server.url);
    ran(script.args(line.split(' '))).printed(0, "slug     acme\ndeleted  true\n");
    server.end();
}
