//! The rooms of `shared` are floors: a room imports only from those below it, and no two modules of a crate import each
//! other. Read off the sources: everything after `use`, and every path that begins with `crate::`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{files, members};
use crate::support::root;

/// The rooms of `shared`, ground floor first.
const FLOORS: [&str; 9] =
    ["environment", "contract", "registry", "store", "usage", "gate", "management", "http", "alerts"];

/// A module of a crate, by its path: `["gate", "memory"]`. The crate itself is the empty one.
type Module = Vec<String>;

/// What a source file is in its crate, by its path below `src`.
fn module(file: &str) -> Module {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| !matches!(*part, "lib" | "main")).map(str::to_owned).collect()
}

/// The paths that `text`, the source of `module`, imports from its own crate, as far as they are spelled out.
fn imports(module: &Module, text: &str) -> BTreeSet<Vec<String>> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    let mut add = |path: &str| {
        let mut names: Vec<_> = path.split("::").map(|name| name.trim().to_owned()).collect();
        let mut from = if names[0] == "crate" { Vec::new() } else { module.clone() };
        while matches!(names.first().map(String::as_str), Some("super" | "self" | "crate")) {
            if names.remove(0) == "super" {
                from.pop();
            }
        }
        found.insert(from.into_iter().chain(names).collect());
    };
    // `use super::{a, b::{c, d}};` is four paths.
    let mut rest = code.as_str();
    while let Some(place) = rest.find("use ") {
        rest = &rest[place + 4..];
        let tree = &rest[..rest.find(';').unwrap_or(rest.len())];
        for path in spelled_out(tree) {
            if ["crate::", "super::", "self::"].iter().any(|own| path.starts_with(own)) {
                add(&path);
            }
        }
    }
    for (place, _) in code.match_indices("crate::") {
        let is_part =
            code[..place].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$');
        let path: String =
            code[place..].chars().take_while(|next| next.is_alphanumeric() || matches!(next, ':' | '_')).collect();
        if !is_part {
            add(path.trim_end_matches(':'));
        }
    }

    found
}

/// The paths that a tree of imports stands for.
fn spelled_out(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().split_whitespace().collect()];
    };
    let prefix: String = tree[..open].split_whitespace().collect();
    let inner = tree[open + 1..].rsplit_once('}').map_or("", |(inner, _)| inner);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => (),
        }
        parts.last_mut().unwrap().push(letter);
    }
    let inner = parts.iter().filter(|part| !part.trim().is_empty()).flat_map(|part| spelled_out(part.trim()));

    inner.map(|path| format!("{prefix}{path}")).collect()
}

/// What `text`, a file of `shared` in the room `room`, imports from floors above.
fn upward(file: &str, text: &str) -> Vec<String> {
    let module = module(file);
    let floor = |room: &str| FLOORS.iter().position(|known| *known == room);
    let Some(own) = module.first().and_then(|room| floor(room)) else { return Vec::new() };
    let above = imports(&module, text)
        .into_iter()
        .filter(|path| path.first().and_then(|room| floor(room)).is_some_and(|imported| imported > own));

    above
        .map(|path| format!("shared/src/{file} imports crate::{}, which is on a floor above", path.join("::")))
        .collect()
}

/// The modules among `sources` (file and text) that import each other, in pairs. A module and its own parts are one.
fn mutual(sources: &BTreeMap<String, String>) -> Vec<String> {
    let modules: BTreeMap<Module, &String> = sources.keys().map(|file| (module(file), file)).collect();
    let mut edges = BTreeSet::new();
    for (file, text) in sources {
        let own = module(file);
        for path in imports(&own, text) {
            let longest = (1..=path.len()).rev().find_map(|length| modules.get_key_value(&path[..length]));
            if let Some((module, _)) = longest.filter(|(other, _)| !own.starts_with(other) && !other.starts_with(&own))
            {
                edges.insert((own.clone(), module.clone()));
            }
        }
    }
    let both = edges.iter().filter(|(one, other)| one < other && edges.contains(&(other.clone(), one.clone())));

    both.map(|(one, other)| format!("{} and {} import each other", one.join("::"), other.join("::"))).collect()
}

/// The sources of a crate: files by their paths below `src`.
fn sources(name: &str) -> BTreeMap<String, String> {
    let source = root().join(name).join("src");
    let read = files(&format!("{name}/src")).into_iter().map(|file| {
        let path = file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        (path, fs::read_to_string(file).unwrap())
    });

    read.collect()
}

#[test]
fn no_room_imports_from_a_floor_above() {
    let above: Vec<_> = sources("shared").iter().flat_map(|(file, text)| upward(file, text)).collect();
    assert!(above.is_empty(), "{}", above.join("\n"));
}

#[test]
fn every_room_has_a_floor_and_says_what_it_is_for() {
    let library = fs::read_to_string(root().join("shared/src/lib.rs")).unwrap();
    let rooms = library.lines().filter_map(|line| line.trim_start().strip_prefix("pub mod ")?.strip_suffix(';'));
    let rooms: BTreeSet<_> = rooms.collect();
    assert_eq!(rooms, FLOORS.into_iter().collect());
    for room in FLOORS {
        let text = fs::read_to_string(root().join(format!("shared/src/{room}.rs"))).unwrap();
        let said = text.lines().take_while(|line| line.starts_with("//!")).count();
        assert!(
            said >= 3,
            "shared/src/{room}.rs does not say what it is for, what it may use and what it must never do"
        );
    }
}

#[test]
fn the_table_of_rooms_names_every_module() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for room in FLOORS {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{room}` |"))).unwrap();
        for entry in fs::read_dir(root().join("shared/src").join(room)).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap();
            let is_named = row.contains(&format!("`{name}`")) || row.contains(&format!("/{name}`"));
            assert!(name == "tests" || is_named, "docs/architecture.md does not say what {room}/{name} is for");
        }
    }
}

#[test]
fn no_two_modules_import_each_other() {
    for name in members() {
        let pairs = mutual(&sources(&name));
        assert!(pairs.is_empty(), "{name}:\n{}", pairs.join("\n"));
    }
}

#[test]
fn a_line_that_is_put_wrong_is_named() {
    for (file, text, expected) in [
        ("contract/limit.rs", "use crate::registry::pass::Pass;", Some("registry::pass::Pass")),
        (
            "contract/limit.rs",
            "use crate::{\n    contract::scope::Scopes,\n    gate::{self, app::App},\n};",
            Some("gate::app::App"),
        ),
        ("registry/pass.rs", "fn now() { crate::http::call::now() }", Some("http::call::now")),
        ("registry/key/view.rs", "use super::super::super::store::Keys;", Some("store::Keys")),
        (
            "registry/pass.rs",
            "use crate::contract::limit::Limits;\n// use crate::http::call;\nuse super::key::Key;",
            None,
        ),
        ("http/call.rs", "use crate::environment::clock;\nuse crate::gate::app::App;", None),
    ] {
        let found = upward(file, text);
        let names = expected.is_none_or(|path| found.iter().any(|line| line.contains(file) && line.contains(path)));
        assert!(names && found.is_empty() == expected.is_none(), "{file}: {found:?}");
    }
    let loops = |one: &str, other: &str| {
        let files = [("a.rs", one), ("a/b.rs", other), ("c.rs", "use crate::a::b::B;")];
        mutual(&files.map(|(file, text)| (file.to_owned(), text.to_owned())).into()).len()
    };
    assert_eq!(loops("", "use crate::c::C;"), 1);
    assert_eq!(loops("mod b;\nuse b::B;", "use super::A;"), 0, "a module and its part are one");
    assert_eq!(loops("use crate::c::C;", ""), 0);
}
