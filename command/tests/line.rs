//! The command line: help, mistakes, and readers that go away.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Ran, SHARED, command, ended, ran, root};

#[test]
fn a_mistake_is_one_line_and_2() {
    for (arguments, said) in [
        (&["orgs", "gett", "acme"][..], "unrecognized subcommand 'gett'"),
        (&["orgs", "get"], "<ORG>"),
        (&["orgs", "get", "../plans"], "must be 1 to 63 lower-case letters, digits, - or _"),
        (&["keys", "get", "acme", "a/b"], "an id has letters, digits, _ and -"),
        (&["keys", "create", "acme"], "--name <NAME>"),
        (&["keys", "create", "acme", "--name", "x", "--limit", "5"], "5000/minute"),
        (&["keys", "create", "acme", "--name", "x", "--secret-to", "somewhere"], "file:PATH or secretsmanager:NAME"),
        (&["keys", "regenerate", "acme", "key_1", "--overlap", "soon"], "90s, 15m, 24h or 7d"),
        (
            &["keys", "create", "acme", "--name", "x", "--expires", "soon"],
            "2030-01-01T00:00:00Z, or as a span: 15m, 24h, 90d",
        ),
        (&["keys", "list", "acme", "--unused-since", "yesterday"], "2030-01-01T00:00:00Z, or as a span"),
        (&["call", "TRACE", "/operator/v1/plans"], "GET, PUT, POST, PATCH or DELETE"),
        (&["call", "GET", "https://example.com/"], "a path begins with /"),
        (&["call", "PUT", "/operator/v1/plans/pro", "{\"secret\""], "the body is not JSON: line 1, column 9"),
        (&["orgs", "list", "--limit", "0"], "from 1 on"),
        (&["orgs", "list", "--output", "xml"], "possible values: table, json, jsonl"),
        (&["orgs", "list", "--url", "http://localhost", "--stack", "x"], "cannot be used with"),
        (&["orgs", "list", "--url", "localhost:3000"], "begins with https:// or http://"),
        (&["verify", "lk_live_secret"], "unexpected argument"),
        (&["keys", "list", "acme", "--status", "gone"], "possible values: active, inactive, expired, quarantined"),
        (&["orgs", "list", "--status", "x"], "possible values: active, locked"),
        (&["local", "--contract", "nowhere"], "nowhere: no such contract; there are "),
        (&["local", "--template", "none.yaml"], "cannot read none.yaml: no such file or folder"),
    ] {
        ran(&mut command(arguments)).failed(2, said);
    }
}

#[test]
fn input_that_is_no_text_is_2() {
    for arguments in [&["verify"][..], &["keys", "find"], &["keys", "import", "acme", "-"]] {
        let mut child = command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"\xff\xfe").unwrap();
        ended(child.wait_with_output().unwrap()).failed(2, "valid UTF-8");
    }
}

#[test]
fn help_names_every_command_and_exit_code() {
    let help = ran(&mut command(&["--help"]));
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    for said in
        ["orgs", "keys", "verify", "portal", "apply", "diff", "contract", "call", "doctor", "local", "completion"]
    {
        assert!(help.out.contains(&format!("\n  {said} ")), "{said}: {}", help.out);
    }
    for said in ["LATCHKEY_URL", "LATCHKEY_STACK", "Exit codes:", "Examples:", "  5  something differs"] {
        assert!(help.out.contains(said), "{said}: {}", help.out);
    }
    for command_of in
        [&["orgs", "put"][..], &["keys", "create"], &["keys", "import"], &["apply"], &["contract", "check"]]
    {
        let help = ran(&mut command(&[command_of, &["--help"]].concat()));
        assert!(help.code == 0 && help.out.contains("Usage: latchkey "), "{help:?}");
    }
    let shown = |arguments: &[&str]| ran(&mut command(&[arguments, &["--help"]].concat())).out;
    let rotating = shown(&["keys", "create"]);
    assert!(rotating.contains("Rotation=on") && rotating.contains("latchkey/<org>/<key id>"), "{rotating}");
    // Lines are broken where the page ends.
    let linking = shown(&["portal", "url"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(linking.contains("[possible values: list, usage, activity, create,"), "{linking}");
    let nothing = ran(&mut command(&[]));
    assert_eq!((nothing.code, nothing.out.as_str()), (2, ""));
    assert!(nothing.err.contains("Usage: latchkey "), "{nothing:?}");
}

#[test]
fn the_help_of_files_names_every_member_that_the_stack_takes() {
    let api = std::fs::read_to_string(root().join("openapi/standard.operator.json")).unwrap();
    let api: Value = serde_json::from_str(&api).unwrap();
    for (command_of, schema, beside) in [
        (&["keys", "import"][..], "ForeignKey", vec![]),
        (&["apply"], "OrganizationChange", vec!["slug"]),
        (&["diff"], "OrganizationChange", vec!["slug"]),
    ] {
        let help = ran(&mut command(&[command_of, &["--help"]].concat())).out;
        let mut told: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  ")).collect();
        told.retain(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphanumeric));
        let told: BTreeSet<_> = told.into_iter().map(|(name, _)| name).collect();
        let members = api["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let members: BTreeSet<_> = members.keys().map(String::as_str).chain(beside).collect();
        assert_eq!(told, members, "{command_of:?}: {help}");
    }
}

#[test]
fn shells_can_complete_it() {
    for shell in ["bash", "zsh", "fish"] {
        let script = ran(&mut command(&["completion", shell]));
        assert!(script.code == 0 && script.out.contains("regenerate"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_nothing_to_talk_about() {
    SHARED.organization("line-closed");
    for arguments in
        [&["orgs", "list"][..], &["orgs", "list", "--output", "jsonl"], &["--help"], &["completion", "bash"]]
    {
        let mut child = SHARED.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = ended(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}

/// What becomes of a command that is given `input`, and whose output nobody reads.
fn unread(command: &mut Command, input: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();

    ended(child.wait_with_output().unwrap())
}

#[test]
fn an_exit_code_that_is_an_answer_is_one_whether_anybody_reads_or_not() {
    SHARED.json(&["orgs", "put", "line-answers", "--plan", "free"]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    let orgs = file("orgs.yaml", "organizations:\n- { slug: line-answers, plan: pro }\n");
    let standard = std::fs::read_to_string(root().join("contracts/standard.toml")).unwrap();
    let contract = file("gold.toml", &standard.replace("[plans.free]", "[plans.gold]"));
    let keys = r#"{"sha256": "ff", "name": "bad", "type": "live"}"#;
    for output in ["table", "json", "jsonl"] {
        for (arguments, input, code) in [
            (&["verify"][..], "lk_live_none", 4),
            (&["diff", "-f", &orgs], "", 5),
            (&["contract", "check", &contract, "--against-stack"], "", 5),
            (&["keys", "import", "line-answers", "-"], keys, 4),
            (&["keys", "find", "--org", "line-answers", "--fingerprint", "000000"], "", 3),
        ] {
            let ran = unread(&mut SHARED.command(&[arguments, &["--output", output]].concat()), input);
            assert_eq!(ran.code, code, "{arguments:?} as {output}: {ran:?}");
        }
        let mut doctor = SHARED.command(&["doctor", "--output", output]);
        assert_eq!(unread(doctor.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), "").code, 1);
    }
}

#[test]
fn an_export_that_nobody_reads_to_its_end_is_not_whole() {
    SHARED.organization("line-export");
    SHARED.key("line-export");
    for output in ["json", "jsonl"] {
        let ran = unread(&mut SHARED.command(&["keys", "export", "line-export", "--output", output]), "");
        ran.failed(1, "the export is not whole: nobody reads the rest");
    }
}

#[test]
fn work_goes_on_when_nobody_reads_about_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let each: Vec<_> = (0..3).map(|number| format!("- {{ slug: line-unread-{number}, plan: free }}\n")).collect();
    std::fs::write(file.path(), format!("organizations:\n{}", each.concat())).unwrap();
    let apply = ["apply", "-f", file.path().to_str().unwrap(), "--output", "jsonl"];
    let mut child = SHARED.command(&apply).spawn().unwrap();
    drop(child.stdout.take());
    let ran = ended(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(SHARED.run(&["orgs", "get", "line-unread-2"]).code, 0);
}

#[test]
fn a_secret_that_nobody_has_read_is_something_to_talk_about() {
    SHARED.organization("line-secret");
    let create = ["keys", "create", "line-secret", "--name", "web", "--type", "live"];
    let mut child = SHARED.command(&create).spawn().unwrap();
    drop(child.stdout.take());
    ended(child.wait_with_output().unwrap()).failed(1, "has a new secret, which nobody has read: regenerate it");
}
