//! `latchkey keys`, against a real stack.

use std::fs;
use std::process::Command;
use std::sync::mpsc::channel;

use serde_json::{Value, json};
use shared::contract::secret::Digest;

use crate::support::{SHARED, Server, command, ended, fed, plain, ran, reply, signed};

#[test]
fn a_key_is_issued_shown_changed_and_revoked() {
    SHARED.organization("keys-life");
    let made = SHARED.run(&["keys", "create", "keys-life", "--name", "web", "--type", "live", "--scope", "read"]);
    made.printed(
        0,
        "\
id           key_xxxxxxxxxxxxxxxxxxxxxxxxxx
name         web
type         live
scopes       read
created      2030-01-01T00:00:00Z
fingerprint  ffffff…
hint         lk_live_…xxxx
key          SECRET
",
    );
    let id = made.out.split_whitespace().nth(1).unwrap();
    let changed = SHARED.run(&[
        "keys",
        "update",
        "keys-life",
        id,
        "--name",
        "site",
        "--status",
        "inactive",
        "--scope",
        "write",
        "--limit",
        "5/minute",
        "--allow",
        "203.0.113.0/24",
        "--expires",
        "2099-01-01T00:00:00Z",
    ]);
    assert_eq!(changed.code, 0, "{changed:?}");
    let key = SHARED.json(&["keys", "get", "keys-life", id]);
    let is = |member: &str, value: Value| assert_eq!(key[member], value, "{key}");
    is("name", json!("site"));
    is("status", json!("inactive"));
    is("scopes", json!(["write"]));
    is("limits", json!([{"requests": 5, "per": "minute", "setBy": "operator"}]));
    is("allowedAddresses", json!(["203.0.113.0/24"]));
    is("expiresAt", json!("2099-01-01T00:00:00Z"));
    let back =
        ["keys", "update", "keys-life", id, "--no-limits", "--allow-anywhere", "--no-expiry", "--status", "active"];
    SHARED.run(&back).printed(
        0,
        "\
id           key_xxxxxxxxxxxxxxxxxxxxxxxxxx
name         site
type         live
scopes       write
status       active
created      2030-01-01T00:00:00Z
fingerprint  ffffff…
hint         lk_live_…xxxx
",
    );
    SHARED.run(&["keys", "list", "keys-life"]).printed(
        0,
        "\
ID                              NAME  TYPE  SCOPES  STATUS  CREATED               FINGERPRINT  HINT
key_xxxxxxxxxxxxxxxxxxxxxxxxxx  site  live  write   active  2030-01-01T00:00:00Z  ffffff…      lk_live_…xxxx
",
    );
    SHARED
        .run(&["keys", "delete", "keys-life", id])
        .printed(0, "id       key_xxxxxxxxxxxxxxxxxxxxxxxxxx\ndeleted  true\n");
    SHARED.run(&["keys", "delete", "keys-life", id]).failed(3, "404");
}

#[test]
fn a_new_secret_replaces_the_old_one_at_once_or_after_an_overlap() {
    SHARED.organization("keys-regenerated");
    let (id, first) = SHARED.key("keys-regenerated");
    let second = SHARED.json(&["keys", "regenerate", "keys-regenerated", &id]);
    let verdict = |secret: &str| fed(&mut SHARED.command(&["verify"]), secret).code;
    assert_eq!(verdict(&first), 4);
    let secret = second["key"].as_str().unwrap();
    assert_eq!(verdict(secret), 0);
    let third = SHARED.run(&["keys", "regenerate", "keys-regenerated", &id, "--overlap", "1h"]);
    assert!(third.out.contains("overlap ends"), "{third:?}");
    assert_eq!(verdict(secret), 0);
}

#[test]
fn what_a_key_has_used_can_be_given_back() {
    SHARED.json(&["orgs", "put", "keys-reset", "--plan", "pro", "--limit", "1/month"]);
    let (id, secret) = SHARED.key("keys-reset");
    let verdict = || fed(&mut SHARED.command(&["verify"]), &secret).code;
    assert_eq!([verdict(), verdict()], [0, 4]);
    let reset = SHARED.run(&["keys", "reset", "keys-reset", &id]);
    assert!(reset.code == 0 && reset.out.starts_with(&format!("id           {id}\n")), "{reset:?}");
    assert_eq!([verdict(), verdict()], [0, 4]);
    SHARED
        .run(&["keys", "reset", "keys-reset", "key_00000000000000000000000000"])
        .failed(3, "(/operator/v1/organizations/keys-reset/api-keys/key_00000000000000000000000000/reset)");
}

#[test]
fn what_all_keys_of_an_organization_have_used_together_can_be_given_back() {
    SHARED.json(&["orgs", "put", "orgs-reset", "--plan", "pro", "--shared-limit", "1/month"]);
    let (_, secret) = SHARED.key("orgs-reset");
    let verdict = || fed(&mut SHARED.command(&["verify"]), &secret).code;
    assert_eq!([verdict(), verdict()], [0, 4]);
    let reset = SHARED.run(&["orgs", "reset", "orgs-reset"]);
    assert!(reset.code == 0 && reset.out.starts_with("slug           orgs-reset\n"), "{reset:?}");
    assert_eq!([verdict(), verdict()], [0, 4]);
    SHARED.run(&["orgs", "reset", "orgs-none"]).failed(3, "404");
}

#[test]
fn a_time_is_also_a_span() {
    SHARED.organization("keys-spans");
    let made = SHARED.json(&["keys", "create", "keys-spans", "--name", "web", "--type", "live", "--expires", "90d"]);
    let seconds = |member: &str| made[member].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    // The key was made a moment after the command had read the clock.
    let lasts = seconds("expiresAt") - seconds("createdAt");
    assert!((90 * 86_400 - 60..=90 * 86_400).contains(&lasts), "{lasts}");
    let list = |filter: &[&str]| SHARED.json(&[&["keys", "list", "keys-spans"], filter].concat());
    assert_eq!(list(&["--expires-before", "91d"]).as_array().unwrap().len(), 1);
    assert_eq!(list(&["--expires-before", "89d"]), json!([]));
    assert_eq!(list(&["--unused-since", "1d"]), json!([]));
    SHARED
        .run(&["keys", "create", "keys-spans", "--name", "web", "--type", "live", "--scope", "fly"])
        .failed(2, "(scopes is --scope)");
}

#[test]
fn a_list_without_rows_says_so_to_people() {
    SHARED.organization("keys-none");
    let none = SHARED.run(&["keys", "list", "keys-none"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (0, "", "latchkey: there are none\n"));
    SHARED.run(&["keys", "list", "keys-none", "--output", "json"]).printed(0, "[]\n");
    SHARED.run(&["keys", "list", "keys-none", "--output", "jsonl"]).printed(0, "");
    SHARED.run(&["keys", "update", "keys-none", "key_1"]).failed(2, "there is nothing to change: give an option");
}

#[test]
fn a_new_secret_prolongs_where_that_is_said() {
    let key = json!({"data": {"id": "key_01", "key": "lk_live_secret"}}).to_string();
    for (more, order) in [
        (&[][..], json!({"overlapSeconds": 0})),
        (&["--prolong", "--overlap", "7d"], json!({"overlapSeconds": 604_800, "prolong": true})),
    ] {
        let server = Server::answering([reply(200, "", &key)]);
        let regenerate = [&["keys", "regenerate", "acme", "key_01", "--url", &server.url][..], more].concat();
        ran(&mut signed(command(&regenerate))).printed(0, "id   key_01\nkey  lk_live_secret\n");
        assert_eq!(serde_json::from_str::<Value>(&server.end()[0].body).unwrap(), order);
    }
}

#[test]
fn keys_are_imported_in_hundreds_and_once() {
    SHARED.json(&["orgs", "put", "keys-imported", "--plan", "enterprise", "--limit", "100/minute"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.jsonl");
    let key =
        |number: usize| json!({"sha256": format!("{number:064x}"), "name": format!("old {number}"), "type": "live"});
    let lines: Vec<_> = (0..101).map(|number| format!("{}\n", key(number))).collect();
    fs::write(&file, lines.concat()).unwrap();
    let file = file.to_str().unwrap();

    let taken = SHARED.run(&["keys", "import", "keys-imported", file]);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert_eq!(
        taken.err,
        "latchkey: 101 of 101 keys: 101 imported, 0 there already, 0 refused\n\
         latchkey: a SHA-256 does not say what a key looks like: --sample-from tries whether such keys are let in\n"
    );
    let rows = plain(&taken.out);
    let mut rows = rows.lines();
    assert_eq!(rows.next(), Some("NUMBER  RESULT    ID"));
    assert_eq!(rows.next(), Some("1       imported  key_xxxxxxxxxxxxxxxxxxxxxxxxxx"));
    assert_eq!(rows.count(), 100);

    let again = SHARED.run(&["keys", "import", "keys-imported", file, "--output", "jsonl"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.err.contains("0 imported, 101 there already"), "{again:?}");
    assert_eq!(again.out.lines().count(), 101);
}

#[test]
fn a_key_that_cannot_be_imported_is_named_and_the_others_are_there() {
    SHARED.organization("keys-refused");
    let keys = json!([
        {"sha256": "f".repeat(64), "name": "good", "type": "live"},
        {"sha256": "e".repeat(64), "name": "bad", "type": "unknown"},
    ]);
    let ran = fed(&mut SHARED.command(&["keys", "import", "keys-refused", "-"]), &keys.to_string());
    assert_eq!(ran.code, 4, "{ran:?}");
    assert_eq!(
        plain(&ran.out),
        "\
NUMBER  RESULT    ID                              REASON           MESSAGE
1       imported  key_xxxxxxxxxxxxxxxxxxxxxxxxxx
2       refused                                   invalid_request  The request is not valid: type must be one of live, test
"
    );
}

#[test]
fn an_import_that_is_refused_as_a_whole_says_which_keys_it_had() {
    let keys = json!([{"sha256": "1".repeat(64), "name": "good", "type": "live"}]).to_string();
    let ran = fed(&mut SHARED.command(&["keys", "import", "keys-nobody", "-"]), &keys);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    assert_eq!(
        ran.err,
        "latchkey: 0 of 1 keys: 0 imported, 0 there already, 0 refused\n\
         latchkey: keys 1 to 1: 404: Organization not found (/operator/v1/organizations/keys-nobody/api-keys/import)\n"
    );
}

#[test]
fn a_file_of_keys_that_is_none_is_refused_before_anything_is_asked() {
    for (text, said) in [("[1]", "key 1 is no object"), ("{\"sha256\": ", "line 1, column")] {
        let ran = fed(&mut command(&["keys", "import", "acme", "-"]), text);
        ran.failed(2, said);
    }
}

#[test]
fn usage_is_a_row_for_each_hour_and_the_sum() {
    SHARED.organization("keys-used");
    let (id, secret) = SHARED.key("keys-used");
    for _ in 0..2 {
        assert_eq!(fed(&mut SHARED.command(&["verify"]), &secret).code, 0);
    }
    let usage = SHARED.json(&["keys", "usage", "keys-used", &id]);
    assert_eq!((&usage["keyId"], &usage["totals"]["verifications"]), (&json!(id), &json!(2)));
    assert_eq!(usage["buckets"].as_array().unwrap().len(), 24);
    let table = SHARED.run(&["keys", "usage", "keys-used", &id, "--granularity", "day"]);
    let title = "FROM                  TO                    REQUESTS  SUCCESSES  CLIENT ERRORS  SERVER ERRORS  VERIFICATIONS  REFUSED\n";
    let row = "2030-01-01T00:00:00Z  2030-01-01T00:00:00Z  2         0          0              0              2              0\n";
    table.printed(0, &format!("{title}{row}{row}"));
}

#[test]
fn what_a_type_cannot_have_is_refused() {
    SHARED.organization("keys-wrong");
    let ran = SHARED.run(&["keys", "create", "keys-wrong", "--name", "web", "--type", "live", "--scope", "burn"]);
    ran.failed(2, "400: The request is not valid: ");
    SHARED.run(&["keys", "get", "keys-wrong", "key_00000000000000000000000000"]).failed(3, "404");
}

#[test]
fn an_import_that_ctrl_c_stops_says_what_is_there() {
    let (tell_pid, pid) = channel::<u32>();
    let server = Server::deciding(1, move |_| {
        let pid = pid.recv().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let result = json!({"result": "imported", "id": "key_01"});
        reply(200, "", &json!({"data": {"imported": 100, "results": vec![result; 100]}}).to_string())
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    fs::write(&file, json!(vec![json!({"sha256": "0"}); 150]).to_string()).unwrap();
    let import = ["keys", "import", "acme", file.to_str().unwrap(), "--output", "jsonl", "--url", &server.url];
    let child = signed(command(&import)).spawn().unwrap();
    tell_pid.send(child.id()).unwrap();
    let ran = ended(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.out.lines().count()), (1, 100), "{ran:?}");
    assert_eq!(
        ran.err,
        "latchkey: 100 of 150 keys: 100 imported, 0 there already, 0 refused\n\
         latchkey: stopped: import the same file again to go on\n"
    );
    server.end();
}

#[test]
fn whose_a_key_is_can_be_asked_without_sending_it() {
    SHARED.organization("keys-find");
    let (id, secret) = SHARED.key("keys-find");
    let ran = fed(&mut SHARED.command(&["keys", "find", "--output", "json"]), &format!("{secret}\n"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let is = |found: &Value| {
        assert_eq!((&found[0]["organization"], &found[0]["keyId"]), (&json!("keys-find"), &json!(id)), "{found}");
    };
    is(&found);
    assert_eq!(found[0]["secret"], json!({"status": "current"}));
    is(&SHARED.json(&["keys", "find", "--id", &id]));
    is(&SHARED.json(&["keys", "find", "--sha256", &Digest::of(secret.as_bytes()).to_string()]));
    let key = SHARED.json(&["keys", "get", "keys-find", &id]);
    let fingerprint = key["fingerprint"].as_str().unwrap();
    is(&SHARED.json(&["keys", "find", "--org", "keys-find", "--fingerprint", fingerprint]));
    SHARED.run(&["keys", "delete", "keys-find", &id]);
    let table = fed(&mut SHARED.command(&["keys", "find"]), &secret);
    assert!(table.out.contains("revoked") && table.out.contains("ended") && table.code == 0, "{table:?}");

    for (arguments, input, code) in [
        (&["keys", "find"][..], "not a key", 3),
        (&["keys", "find"], "", 2),
        (&["keys", "find", "--id", "key_00000000000000000000000000"], "", 3),
        (&["keys", "find", "--org", "keys-find", "--fingerprint", "000000"], "", 3),
        (&["keys", "find", "--org", "keys-find"], "", 2),
        (&["keys", "find", "--org", "keys-find", "--fingerprint", "xyz"], "", 2),
        (&["keys", "find", "--id", "key_1", "--sha256", "0"], "", 2),
    ] {
        let ran = fed(&mut SHARED.command(arguments), input);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments:?}: {ran:?}");
        assert!(!ran.err.contains("not a key"), "{ran:?}");
    }
}

#[test]
fn a_key_is_rotated_as_often_as_is_said_and_no_more() {
    SHARED.organization("keys-rotation");
    let order = ["--name", "web", "--type", "live", "--rotate-every", "90d"];
    let made = SHARED.json(&[&["keys", "create", "keys-rotation"][..], &order].concat());
    assert_eq!((&made["rotateEvery"], &made["rotateOverlap"]), (&json!(7_776_000), &json!(86_400)));
    let update = |more: &[&str]| {
        let id = made["id"].as_str().unwrap();
        SHARED.json(&[&["keys", "update", "keys-rotation", id], more].concat())
    };
    assert_eq!(update(&["--rotate-overlap", "7d"])["rotateOverlap"], 604_800);
    assert!(update(&["--no-rotation"]).get("rotatesAt").is_none());
}

#[test]
fn labels_are_set_shown_and_filtered_by() {
    SHARED.organization("keys-labels");
    let order = [
        "--name",
        "web",
        "--type",
        "live",
        "--external-id",
        "user_1",
        "--metadata",
        "team=billing",
        "--metadata",
        "a=b=c",
    ];
    let made = SHARED.json(&[&["keys", "create", "keys-labels"][..], &order].concat());
    assert_eq!((&made["externalId"], &made["metadata"]), (&json!("user_1"), &json!({"team": "billing", "a": "b=c"})));
    SHARED.json(&["keys", "create", "keys-labels", "--name", "other", "--type", "test"]);
    let listed = |filter: &[&str]| {
        let keys = SHARED.json(&[&["keys", "list", "keys-labels"], filter].concat());
        keys.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&["--external-id", "user_1"]), ["web"]);
    assert_eq!(listed(&["--type", "test", "--status", "active", "--name", "OTH"]), ["other"]);
    assert_eq!(listed(&["--unused-since", "2000-01-01T00:00:00Z"]), Vec::<String>::new());
    let id = made["id"].as_str().unwrap();
    SHARED.json(&["keys", "update", "keys-labels", id, "--expires", "2090-01-01T00:00:00Z"]);
    assert_eq!(listed(&["--expires-before", "2090-01-01T00:00:01Z"]), ["web"]);
    assert_eq!(listed(&["--expires-before", "2090-01-01T00:00:00Z"]), Vec::<String>::new());
    let bare = SHARED.json(&["keys", "update", "keys-labels", id, "--no-external-id", "--no-metadata"]);
    assert_eq!((bare.get("externalId"), bare.get("metadata")), (None, None));

    SHARED.json(&["orgs", "put", "keys-labels", "--external-id", "cus_labels", "--metadata", "crm=1"]);
    let found = SHARED.json(&["orgs", "list", "--external-id", "cus_labels", "--plan", "pro", "--status", "active"]);
    assert_eq!((found.as_array().unwrap().len(), &found[0]["slug"]), (1, &json!("keys-labels")));
}
