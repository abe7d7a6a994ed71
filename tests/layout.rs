//! The layout of the tree: a function is one file, one binary, one resource and one test, all of one name.

mod floors;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::contract::Contract;
use shared::contract::management::{Management, Operation};
use template::{Function, Target};

use crate::support::{CONTRACTS, root, template, template_with};

/// Every function that the stack of some contract can have, once.
pub(crate) fn deployed() -> Vec<Function> {
    let templates = Contract::names().map(|contract| template_with(contract, &[("Rotation", "on")]));
    let functions = templates.flat_map(|template| template.functions).map(|function| (function.name.clone(), function));

    functions.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Every Rust file under `folder`, by its path from there.
fn files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    found
}

/// `keys/create`, for every function there is a file of.
fn functions() -> BTreeSet<String> {
    let folder = root().join("functions");
    let name = |path: PathBuf| path.strip_prefix(&folder).unwrap().with_extension("").to_str().unwrap().to_owned();
    files("functions").into_iter().map(name).collect()
}

fn binary(path: &str) -> String {
    path.replace(['/', '_'], "-")
}

fn resource(path: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    path.split(['/', '_']).map(word).collect()
}

#[test]
fn a_functions_path_is_its_name_everywhere() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let binaries: BTreeSet<_> =
        manifest.lines().filter(|line| line.starts_with("  { name = ")).map(str::to_owned).collect();
    let resources: BTreeMap<_, _> = deployed().into_iter().map(|function| (function.name, function.binary)).collect();
    for path in &functions() {
        let binary = binary(path);
        let line = format!("  {{ name = \"{binary}\", path = \"functions/{path}.rs\", test = false }},");
        assert!(binaries.contains(&line), "Cargo.toml lacks the line\n{line}");
        assert_eq!(
            resources.get(&resource(path)),
            Some(&binary),
            "template.yaml: {} has the Binary {binary}",
            resource(path)
        );
        assert!(root().join(format!("tests/{path}.rs")).is_file(), "there is no tests/{path}.rs");
        let (group, module) = path.split_once('/').unwrap();
        let modules = fs::read_to_string(root().join(format!("tests/{group}.rs"))).unwrap_or_default();
        assert!(modules.contains(&format!("mod {module};\n")), "tests/{group}.rs lacks the line mod {module};");
        let main = fs::read_to_string(root().join("tests/main.rs")).unwrap();
        assert!(main.contains(&format!("mod {group};\n")), "tests/main.rs lacks the line mod {group};");
        assert!(root().join(format!("events/{binary}.json")).is_file(), "there is no events/{binary}.json");
    }
    assert_eq!(binaries.len(), functions().len(), "Cargo.toml names a binary without a file");
    assert_eq!(resources.len(), functions().len(), "template.yaml has a function without a file");
    let yaml = fs::read_to_string(root().join("template.yaml")).unwrap();
    let written = yaml.matches("Type: AWS::Serverless::Function\n").count();
    assert_eq!(written, resources.len(), "template.yaml has a function that no contract's stack has");
}

#[test]
fn a_function_begins_with_its_route_and_is_one_screen() {
    let deployed = deployed();
    for path in &functions() {
        let text = fs::read_to_string(root().join(format!("functions/{path}.rs"))).unwrap();
        let function = deployed.iter().find(|function| function.name == resource(path)).unwrap();
        let routes: Vec<_> = function.routes.iter().map(|route| format!("`{}`", route.key())).collect();
        let routes = if routes.is_empty() { "No route".to_owned() } else { routes.join(", ") };
        let routes = format!("//! {routes}: ");
        assert!(text.starts_with(&routes), "functions/{path}.rs does not begin with its routes:\n{routes}");
        assert!(text.lines().count() <= 60, "functions/{path}.rs is longer than a screen");
    }
}

#[test]
fn every_function_knows_how_long_it_may_take() {
    let yaml = fs::read_to_string(root().join("template.yaml")).unwrap();
    let told: Vec<_> = yaml.lines().filter_map(|line| line.trim().strip_prefix("TIMEOUT_SECONDS: ")).collect();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    for function in deployed() {
        assert_eq!(function.timeout.as_secs().to_string(), *told, "{}: Timeout is not TIMEOUT_SECONDS", function.name);
    }
}

#[test]
fn every_operator_route_is_guarded_and_no_other_is() {
    for function in &deployed() {
        for route in &function.routes {
            let is_operators = matches!(&route.target, Target::Path { path, .. } if path.starts_with("/operator/"));
            assert_eq!(route.auth == template::Auth::Iam, is_operators, "{}", route.key());
        }
    }
}

#[test]
fn no_route_leads_to_two_functions_under_different_contracts() {
    // SAM writes one API for all conditions.
    let mut taken = BTreeMap::new();
    for function in deployed() {
        for route in &function.routes {
            let other = taken.insert(route.key(), function.name.clone());
            assert_eq!(other, None, "{} is a route of {} too", route.key(), function.name);
        }
    }
}

/// Whether it is a route by which callers manage their organization's keys, as far as their contract opens it.
fn is_for_managers(route: &str) -> bool {
    [" /api/v1/{org}/api-keys", " /api/v1/{org}/portal-sessions", " /api/v1/{org}/alerts"]
        .iter()
        .any(|path| route.contains(path))
}

#[test]
fn no_caller_manages_keys_by_a_route_that_no_contract_has_opened() {
    let nothing = Management::default();
    for route in deployed().iter().flat_map(|function| &function.routes) {
        let opens = nothing.opens(&route.key());
        assert_eq!(opens, !is_for_managers(&route.key()), "Operation::route and {} disagree", route.key());
    }
}

#[test]
fn what_a_contract_can_open_is_what_the_template_has_for_callers() {
    let routes = deployed().iter().flat_map(|function| &function.routes).map(template::Route::key).collect::<Vec<_>>();
    let for_callers: BTreeSet<_> = routes.into_iter().filter(|key| is_for_managers(key)).collect();
    let opened = Operation::ALL.iter().flat_map(|operation| operation.routes());
    assert_eq!(for_callers, opened.map(|(method, path)| format!("{method} {path}")).collect());
}

/// The folders of the workspace's crates, but for the root's own.
fn members() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let list = manifest.lines().find_map(|line| line.strip_prefix("members = [")?.strip_suffix(']')).unwrap();
    let members: Vec<_> = list.split(", ").map(|name| name.trim_matches('"').to_owned()).collect();
    assert!(members.iter().all(|member| root().join(member).join("Cargo.toml").is_file()), "{members:?}");

    members
}

#[test]
fn every_module_says_what_it_is_for() {
    let sources = members().into_iter().map(|member| format!("{member}/src"));
    for folder in sources.chain(["functions".to_owned(), "benches".to_owned()]) {
        for file in files(&folder) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(
                text.starts_with("//!") || file.ends_with("tests.rs"),
                "{} does not begin with //!",
                file.display()
            );
        }
    }
}

#[test]
fn the_layers_point_one_way() {
    let only = |folder: &str, words: &[&str], allowed: &[&str]| {
        for file in files(folder) {
            let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            for word in words.iter().filter(|_| !allowed.iter().any(|allowed| name.starts_with(allowed))) {
                assert!(!text.contains(word), "{name} knows of {word}");
            }
        }
    };
    only("functions", &["aws_sdk_dynamodb", "lambda_http", "dynamodb::"], &[]);
    only("shared/src", &["aws_sdk_dynamodb", "AttributeValue"], &["shared/src/store"]);
    only("shared/src", &["reference::", "delivery::"], &[]);
    only("delivery/src", &["aws_sdk_dynamodb", "AttributeValue", "env::var"], &[]);
    for member in members().iter().map(String::as_str).chain(["functions"]) {
        only(member, &["aws_sdk_eventbridge", "aws_sdk_sns"], &["delivery/"]);
        only(member, &["aws_sdk_secretsmanager"], &["vault/", "command/src/secret.rs"]);
    }
    only("shared/src", &["env::var"], &["shared/src/environment/settings.rs"]);
    only("reference/src", &["shared::", "lambda_http"], &[]);
    only("portal/desk/src", &["aws_sdk_dynamodb", "dynamodb::", "AttributeValue"], &[]);
    only("payload/src", &["shared::", "reference::", "dynamodb::"], &[]);
    only(
        "portal/src",
        &["shared::", "lambda_http", "dynamodb", "std::env", "std::fs", "std::time", "Timestamp::now"],
        &[],
    );
    only("shared/src", &["StatusCode::"], &["shared/src/http/reply", "shared/src/contract"]);
}

#[test]
fn the_emulator_is_in_nothing_that_is_deployed() {
    // These run on the machines of those who build and operate it.
    let tools = ["command", "deployment", "local", "openapi", "scanners"];
    let deployed = members().into_iter().filter(|member| !tools.contains(&member.as_str()));
    for package in deployed.map(|member| format!("{member}/Cargo.toml")).chain(["Cargo.toml".to_owned()]) {
        let manifest = fs::read_to_string(root().join(&package)).unwrap();
        let dependencies = manifest.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap();
        for local in ["dynoxide", "local."] {
            assert!(!dependencies.contains(local), "{package} has {local} among its dependencies");
        }
    }
}

#[test]
fn the_documents_name_every_contract_and_every_route() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let api = fs::read_to_string(root().join("docs/api.md")).unwrap();
    for contract in CONTRACTS {
        assert!(readme.contains(contract), "README.md does not mention {contract}");
    }
    for route in deployed().iter().flat_map(|function| &function.routes) {
        assert!(api.contains(&format!("`{}`", route.key())), "docs/api.md does not mention {}", route.key());
    }
}

/// The body `json`, without what differs from request to request.
fn error_body(json: &str) -> Value {
    let mut body: Value = serde_json::from_str(json).unwrap();
    for member in ["detail", "request_id"] {
        if let Some(text) = body.get_mut(member) {
            *text = Value::Null;
        }
    }

    body
}

#[test]
fn every_code_of_the_standard_contract_is_explained_with_a_body_that_has_it() {
    let page = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    // What the contract gives for each denial: a test of it keeps this file.
    let told = fs::read_to_string(root().join("shared/src/contract/tests/standard.txt")).unwrap();
    let told: Vec<_> = told.lines().map(|line| error_body(&line[line.find('{').unwrap()..])).collect();
    let codes: BTreeSet<_> = told.iter().map(|body| body["code"].as_str().unwrap()).collect();
    let sections: BTreeMap<_, _> =
        page.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap()).collect();
    assert_eq!(sections.keys().copied().collect::<BTreeSet<_>>(), codes, "docs/errors.md and contracts/standard.toml");
    for (code, section) in sections {
        let (_, example) = section.split_once("```json\n").unwrap();
        let example = error_body(example.split_once("```").unwrap().0);
        assert_eq!(example["code"], code);
        assert!(told.contains(&example), "docs/errors.md: nobody gets {example}");
    }
}

#[test]
fn no_route_of_people_has_a_rate_of_its_own_that_one_caller_can_use_up_for_all() {
    let yaml = fs::read_to_string(root().join("template.yaml")).unwrap();
    let throttled = yaml.lines().filter_map(|line| line.split_once(": { ThrottlingRateLimit"));
    assert_eq!(throttled.map(|(route, _)| route.trim()).collect::<Vec<_>>(), ["POST /leaks/report"]);
}

/// Whether `action` changes what is in a table.
fn writes(action: &str) -> bool {
    let reads = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"];

    action.starts_with("dynamodb:") && !reads.contains(&action)
}

#[test]
fn a_page_that_only_shows_something_cannot_write() {
    let template = template("fanfare");
    let shows = |key: &str| key.starts_with("GET /portal") || key.ends_with("/identify");
    let mut seen = 0;
    for function in &template.functions {
        let keys: Vec<_> = function.routes.iter().map(template::Route::key).collect();
        if keys.is_empty() || !keys.iter().all(|key| shows(key)) {
            continue;
        }
        seen += 1;
        let actions = function.statements.iter().flat_map(|statement| &statement.actions);
        let written: Vec<_> = actions.filter(|action| writes(action)).collect();
        assert_eq!(written, Vec::<&String>::new(), "{} only shows something", function.name);
    }
    assert!(seen >= 9, "{seen} functions");
}
