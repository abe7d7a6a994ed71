//! The command line: help, mistakes, and readers that go away.

use std::process::Stdio;

use crate::support::{SHARED, command, ended, ran};

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
        (&["orgs", "list", "--limit", "0"], "from 1 on"),
        (&["orgs", "list", "--output", "xml"], "possible values: table, json, jsonl"),
        (&["orgs", "list", "--url", "http://localhost", "--stack", "x"], "cannot be used with"),
        (&["orgs", "list", "--url", "localhost:3000"], "begins with https:// or http://"),
        (&["verify", "lk_live_secret"], "unexpected argument"),
    ] {
        ran(&mut command(arguments)).failed(2, said);
    }
}

#[test]
fn help_names_every_command_and_exit_code() {
    let help = ran(&mut command(&["--help"]));
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    for said in ["orgs", "keys", "verify", "portal", "apply", "diff", "contract", "doctor", "local", "completion"] {
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
    let nothing = ran(&mut command(&[]));
    assert_eq!((nothing.code, nothing.out.as_str()), (2, ""));
    assert!(nothing.err.contains("Usage: latchkey "), "{nothing:?}");
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
