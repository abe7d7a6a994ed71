//! What scripts read: the JSON of commands, whole, and tables that no other test shows whole. A file in `snapshots/` for each.

use std::fs;

use regex_lite::Regex;

use crate::support::{Ran, SHARED, fed, plain, root};

/// `text` with what differs from run to run replaced, also where only JSON has it.
fn fixed(text: &str) -> String {
    let mut fixed = plain(text).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    for (varying, name) in [
        (r"[0-9a-f]{64}", "SHA256"),
        (r#"("request_?[iI]d": )"[^"]+""#, "${1}\"REQUEST\""),
        (r";t=\d+", ";t=0"),
        (r";w=2\d{6}", ";w=MONTH"),
        (r#"("x-ratelimit-reset": )"\d+""#, "${1}\"0\""),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:3000"),
        (r"LOCAL[0-9A-Z]+", "LOCALID"),
        (r"portal_[0-9A-HJKMNP-TV-Z]{26}", "portal_xxxxxxxxxxxxxxxxxxxxxxxxxx"),
        (r"code=[0-9A-Za-z_-]{43}", "code=CODE"),
        (r"\d+ s off", "0 s off"),
        // An export has the very instant, with as many digits as that has.
        (r#"("createdAt": "2030-01-01T00:00:00)\.000Z"#, "${1}Z"),
    ] {
        fixed = Regex::new(varying).unwrap().replace_all(&fixed, name).into_owned();
    }

    fixed
}

/// It ended like this, and printed what is in the file.
#[track_caller]
fn is(ran: &Ran, code: i32, file: &str) {
    assert_eq!(ran.code, code, "{ran:?}");
    let expected = fs::read_to_string(root().join("command/tests/snapshots").join(file)).unwrap_or_default();
    assert_eq!(fixed(&ran.out), expected, "{file}");
}

#[test]
fn what_is_printed_is_what_was_printed_before() {
    SHARED.json(&["orgs", "put", "snapshot", "--plan", "pro", "--external-id", "cus_1"]);
    let json =
        |arguments: &[&str], input: &str| fed(&mut SHARED.command(&[arguments, &["--output", "json"]].concat()), input);
    let labels = ["--external-id", "user_1", "--metadata", "team=billing", "--expires", "2090-01-01T00:00:00Z"];
    let create = ["keys", "create", "snapshot", "--name", "web", "--type", "live", "--scope", "read"];
    let made = json(&[&create[..], &labels].concat(), "");
    is(&made, 0, "keys-create.json");
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let (id, secret) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let span = ["--granularity", "day", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z"];
    for (file, code, arguments) in [
        ("keys-get.json", 0, &["keys", "get", "snapshot", id][..]),
        ("keys-list.json", 0, &["keys", "list", "snapshot"]),
        ("keys-find.json", 0, &["keys", "find"]),
        ("keys-usage.json", 0, &[&["keys", "usage", "snapshot", id][..], &span].concat()),
        ("keys-export.json", 0, &["keys", "export", "snapshot"]),
        ("verify-yes.json", 0, &["verify", "--cost", "0"]),
        ("verify-no.json", 4, &["verify", "--scope", "admin", "--cost", "0"]),
        ("doctor.json", 0, &["doctor"]),
        ("orgs-audit.json", 0, &["orgs", "audit", "snapshot"]),
        ("portal-url.json", 0, &["portal", "url", "snapshot", "--subject", "user_42", "--lasts", "15m"]),
    ] {
        is(&json(arguments, secret), code, file);
    }
    let digest = |letter: &str| letter.repeat(64);
    let keys = format!(
        r#"{{"sha256": "{}", "name": "old", "type": "live"}} {{"sha256": "{}", "name": "old", "type": "gold"}}"#,
        digest("a"),
        digest("b")
    );
    is(&json(&["keys", "import", "snapshot", "-"], &keys), 4, "keys-import.json");
    is(&SHARED.run(&["doctor"]), 0, "doctor.txt");
}

#[test]
fn the_table_of_whose_a_key_is_is_what_it_was() {
    SHARED.organization("snapshot-find");
    let (id, secret) = SHARED.key("snapshot-find");
    SHARED.json(&["keys", "regenerate", "snapshot-find", &id, "--overlap", "1h"]);
    is(&fed(&mut SHARED.command(&["keys", "find"]), &secret), 0, "keys-find.txt");
    SHARED.run(&["keys", "delete", "snapshot-find", &id]);
    is(&fed(&mut SHARED.command(&["keys", "find"]), &secret), 0, "keys-find-revoked.txt");
}
