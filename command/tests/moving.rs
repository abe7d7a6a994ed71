//! `latchkey keys export` and `import`: moving an organization's keys, against real stacks.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde_json::{Value, json};
use shared::contract::secret::Digest;

use crate::support::{Ran, SHARED, World, command, fed};

/// Makes an organization with room for many keys.
fn large(world: &World, slug: &str) {
    world.json(&["orgs", "put", slug, "--plan", "enterprise", "--limit", "100/minute"]);
}

/// A file of so many keys of another system.
fn foreign(folder: &Path, seed: &str, count: usize) -> String {
    let key = |number: usize| {
        let digest = Digest::of(format!("{seed} {number}").as_bytes());
        json!({"sha256": digest.to_string(), "name": format!("old {number}"), "type": "live", "externalId": format!("user_{number}")})
    };
    let file = folder.join("keys.jsonl");
    let lines: Vec<_> = (0..count).map(|number| format!("{}\n", key(number))).collect();
    fs::write(&file, lines.concat()).unwrap();

    file.to_str().unwrap().to_owned()
}

fn lines(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, 0, "{ran:?}");

    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_export_imported_into_another_stack_exports_the_same() {
    let other = World::serving("standard");
    large(&SHARED, "moved");
    large(&other, "moved");
    let folder = tempfile::tempdir().unwrap();
    SHARED.run(&["keys", "import", "moved", &foreign(folder.path(), "moved", 120)]);
    let (_, secret) = SHARED.key("moved");
    let exported = SHARED.run(&["keys", "export", "moved"]);
    assert_eq!((lines(&exported).len(), exported.err.as_str()), (121, "latchkey: 121 keys\n"));
    assert!(!exported.out.contains(&secret));

    let file = folder.path().join("export.jsonl");
    fs::write(&file, &exported.out).unwrap();
    let taken = other.run(&["keys", "import", "moved", file.to_str().unwrap()]);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert_eq!(other.run(&["keys", "export", "moved"]).out, exported.out);
    assert_eq!(fed(&mut other.command(&["verify"]), &secret).code, 0);
    // A list in one piece is as good.
    let list = SHARED.run(&["keys", "export", "moved", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&list.out).unwrap(), json!(lines(&exported)));
    let again = fed(&mut other.command(&["keys", "import", "moved", "-"]), &list.out);
    assert!(again.err.contains("0 imported, 121 there already, 0 refused"), "{again:?}");
    SHARED.run(&["keys", "export", "moved-nobody"]).failed(3, "404");

    other.organization("empty");
    let none = other.run(&["keys", "export", "empty"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (0, "", "latchkey: 0 keys\n"));
    for (empty, output, printed) in [("", "table", ""), ("[]\n", "json", "[]\n")] {
        let taken = fed(&mut other.command(&["keys", "import", "empty", "-", "--output", output]), empty);
        assert_eq!((taken.code, taken.out.as_str()), (0, printed), "{taken:?}");
        assert_eq!(taken.err, "latchkey: -: there is no key in it, so nothing is imported\n");
    }
}

#[test]
fn an_import_that_is_killed_goes_on_when_it_is_run_again() {
    large(&SHARED, "killed");
    let folder = tempfile::tempdir().unwrap();
    let file = foreign(folder.path(), "killed", 450);
    let mut import = SHARED.command(&["keys", "import", "killed", &file, "--output", "jsonl"]);
    let mut child = import.spawn().unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines().take(150).map(Result::unwrap).count();
    // SIGKILL, while the next hundred is on its way or about to be.
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(told, 150);

    let again = SHARED.run(&["keys", "import", "killed", &file, "--output", "jsonl"]);
    let results = lines(&again);
    let count = |result: &str| results.iter().filter(|row| row["result"] == result).count();
    assert_eq!(count("imported") + count("exists"), 450, "{}", again.err);
    assert!(count("exists") >= 200, "{}", again.err);
    let exported = lines(&SHARED.run(&["keys", "export", "killed"]));
    let mut names: Vec<_> = exported.iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    let mut expected: Vec<_> = (0..450).map(|number| format!("old {number}")).collect();
    expected.sort();
    assert_eq!(names, expected, "each is there once");
}

#[test]
fn a_sample_is_asked_about_before_anything_is_imported() {
    large(&SHARED, "sampled");
    let (_, secret) = SHARED.key("sampled");
    let folder = tempfile::tempdir().unwrap();
    let file = foreign(folder.path(), "sampled", 120);
    let import = ["keys", "import", "sampled", &file, "--sample-from", "-"];
    let refused = fed(&mut SHARED.command(&import), "another_form_0123456789\n");
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{refused:?}");
    assert!(refused.err.contains("sample is of no form that is let in"), "{refused:?}");
    assert!(!refused.err.contains("another_form"), "{refused:?}");
    assert_eq!(lines(&SHARED.run(&["keys", "export", "sampled"])).len(), 1);

    let taken = fed(&mut SHARED.command(&import), &format!("{secret}\n"));
    assert_eq!(taken.code, 0, "{taken:?}");
    let said =
        "latchkey: keys that look like the sample are let in: lk_live_ and 36 of [0-9A-Za-z], of the type live\n";
    assert!(taken.err.starts_with(said) && taken.err.matches("sample").count() == 1, "{taken:?}");

    let sample = folder.path().join("key.txt");
    fs::write(&sample, "\n").unwrap();
    let empty = command(&["keys", "import", "acme", &file, "--sample-from", sample.to_str().unwrap()]);
    crate::support::ran(&mut { empty }).failed(2, "key.txt: there is no key in it");
    fed(&mut command(&["keys", "import", "acme", "-", "--sample-from", "-"]), "[]")
        .failed(2, "cannot both come from standard input");
}
