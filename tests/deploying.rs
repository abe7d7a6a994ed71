//! The promise: what is compiled, packed and uploaded is what a stack's parameters ask for, and `docs/deploying.md` counts right.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use template::Template;

use crate::support::{CONTRACTS, root};

/// A contract of a team's own.
const OWN: &str = "own";

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn parameters(contract: &str, portal: &str, stage: &str) -> BTreeMap<String, String> {
    let parameters = [("Contract", contract), ("Portal", portal), ("Stage", stage)];

    parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The names of a template's functions, whether or not their conditions hold.
fn written(yaml: &str) -> BTreeSet<&str> {
    let lines: Vec<_> = yaml.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[1] == "    Type: AWS::Serverless::Function");

    pairs.map(|pair| pair[0].trim().trim_end_matches(':')).collect()
}

/// Whether `text` has `name` as a word of its own, or as the beginning of one: what SAM makes of a function is called so.
fn mentions(text: &str, name: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word.starts_with(name))
}

#[test]
fn a_stack_is_deployed_with_its_functions_and_nothing_mentions_any_other() {
    let yaml = text("template.yaml");
    for contract in CONTRACTS.iter().copied().chain([OWN]) {
        for portal in ["on", "off"] {
            let parameters = parameters(contract, portal, "staging");
            let whole = Template::read(&yaml, &parameters).unwrap();
            let reduced = Template::reduced(&yaml, &parameters).unwrap();
            let needed: BTreeSet<_> = whole.functions.iter().map(|function| function.name.as_str()).collect();
            assert_eq!(written(&reduced), needed, "{contract}, portal {portal}");
            for other in written(&yaml).difference(&needed) {
                assert!(!mentions(&reduced, other), "{contract}, portal {portal}: {other}");
            }
            // What is deployed with it, without a word about parameters, is the stack that was asked for.
            assert_eq!(Template::read(&reduced, &BTreeMap::new()).unwrap(), whole, "{contract}, portal {portal}");
        }
    }
}

#[test]
fn a_template_that_was_made_for_one_stack_deploys_no_other() {
    let made = parameters("thefaq", "off", "production");
    let reduced = Template::reduced(&text("template.yaml"), &made).unwrap();
    for (name, value) in [
        ("Contract", "fayne"),
        ("ReferenceApi", "academy"),
        ("Portal", "on"),
        ("Stage", "staging"),
        ("Architecture", "x86_64"),
        ("Rotation", "on"),
        ("DeploymentPreference", "Canary10Percent5Minutes"),
    ] {
        let changed = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let refused = Template::read(&reduced, &changed).unwrap_err().to_string();
        assert!(refused.contains("the value that this template was made for"), "{name}={value}: {refused}");
    }
    let changed = BTreeMap::from([("LogRetention".to_owned(), "90".to_owned())]);
    assert!(Template::read(&reduced, &changed).is_ok(), "what decides nothing is free");
}

#[test]
fn a_first_deployment_that_fails_takes_its_tables_with_it_except_in_production() {
    let yaml = text("template.yaml");
    for (stage, policy, other) in
        [("staging", "RetainExceptOnCreate", "Retain"), ("production", "Retain", "RetainExceptOnCreate")]
    {
        let reduced = Template::reduced(&yaml, &parameters("fayne", "on", stage)).unwrap();
        let count = |policy: &str| reduced.matches(&format!("    DeletionPolicy: {policy}\n")).count();
        assert_eq!((count(policy), count(other)), (yaml.matches("    DeletionPolicy: ").count(), 0), "{stage}");
    }
}

/// The text of a resource.
fn resource<'y>(yaml: &'y str, id: &str) -> &'y str {
    let (_, resource) = yaml.split_once(&format!("\n  {id}:\n")).unwrap();

    resource.split_once("\n\n").unwrap().0
}

/// The parameters of the template that `text` refers to.
fn referred<'t>(text: &'t str, parameters: &BTreeMap<String, String>) -> BTreeSet<&'t str> {
    let names = text.split("!Ref ").skip(1).map(|rest| rest.split([',', ']', '\n', ' ']).next().unwrap());

    names.filter(|name| parameters.contains_key(*name)).collect()
}

#[test]
fn another_value_of_a_parameter_reaches_a_function_behind_an_alias() {
    let yaml = text("template.yaml");
    let parameters = Template::read(&yaml, &BTreeMap::new()).unwrap().parameters;
    let (_, globals) = yaml.split_once("\nGlobals:\n").unwrap();
    let (globals, _) = globals.split_once("\nResources:\n").unwrap();
    for id in ["GateAuthorize", "GateVerify"] {
        let function = resource(&yaml, id);
        let (_, description) = function.split_once("VersionDescription: !Sub \"").unwrap();
        let described: BTreeSet<_> = description
            .lines()
            .next()
            .unwrap()
            .split("${")
            .skip(1)
            .map(|name| name.split('}').next().unwrap())
            .collect();
        let mut configured = referred(globals, &parameters);
        configured.extend(referred(function, &parameters));
        configured.remove("DeploymentPreference");
        // A version that is published for nothing fails: whatever is described changes the function as well.
        assert_eq!(described, configured, "{id}");
        assert!(function.contains("AutoPublishAliasAllProperties: true\n"), "{id}");
    }
    assert_eq!(yaml.matches("AutoPublishAlias: ").count(), 2, "only what is tested here has an alias");
}

#[test]
fn there_is_an_alias_only_where_new_code_comes_gradually() {
    let yaml = text("template.yaml");
    for (preference, there) in [("AllAtOnce", false), ("Canary10Percent5Minutes", true)] {
        let mut parameters = parameters("thefaq", "off", "production");
        parameters.insert("DeploymentPreference".to_owned(), preference.to_owned());
        let reduced = Template::reduced(&yaml, &parameters).unwrap();
        for what in
            ["AutoPublishAlias", "Version", "Alarms: ", "GateAuthorize.Alias", "  GateAuthorizeAliasPermission:\n"]
        {
            // A policy has a version, too.
            let text = reduced.replace("Version: \"2012", "").replace("AWSTemplateFormatVersion", "");
            let text = text.replace("PayloadFormatVersion", "");
            assert_eq!(text.contains(what), there, "{preference}: {what}");
        }
    }
}

#[test]
fn each_account_that_is_named_may_ask_the_authorizer() {
    let yaml = text("template.yaml");
    let condition = |id: &str| {
        let line = resource(&yaml, id).lines().find_map(|line| line.strip_prefix("    Condition: ")).unwrap();
        line.to_owned()
    };
    for place in 1..=3 {
        for id in [format!("GateAuthorizePermission{place}"), format!("GateAuthorizeAliasPermission{place}")] {
            assert_eq!(condition(&id), format!("HasAuthorizerAccount{place}"), "{id}");
            let account =
                format!("- Account: !Select [{}, !Split [\",\", !Sub \"${{AuthorizerAccounts}},,\"]]", place - 1);
            assert!(resource(&yaml, &id).contains(&account), "{id}");
        }
        let here = format!("  HasAuthorizerAccount{place}: !Not [!Equals [!Select [{}, !Split [", place - 1);
        assert!(yaml.contains(&here), "{here}");
    }
    let read = |accounts: &str| {
        let parameters = BTreeMap::from([("AuthorizerAccounts".to_owned(), accounts.to_owned())]);
        Template::read(&yaml, &parameters).is_ok()
    };
    for (accounts, is_taken) in [
        ("", true),
        ("123456789012", true),
        ("123456789012,210987654321,111111111111", true),
        ("123456789012,", false),
        ("123456789012, 210987654321", false),
        ("12345678901", false),
        ("1,2,3", false),
        ("123456789012,210987654321,111111111111,222222222222", false),
    ] {
        assert_eq!(read(accounts), is_taken, "{accounts:?}");
    }
}

#[test]
fn sam_builds_what_was_made_for_the_stack() {
    let config: toml::Table = text("samconfig.toml").parse().unwrap();
    for environment in ["default", "staging", "production"] {
        let build = &config[environment]["build"]["parameters"];
        assert_eq!(build["template_file"].as_str(), Some("target/deployment.yaml"), "{environment}");
        assert_eq!(build["base_dir"].as_str(), Some("."), "{environment}");
    }
    assert!(text("deployment/src/main.rs").contains("const TEMPLATE: &str = \"target/deployment.yaml\";"));
}

#[test]
fn what_is_deployed_has_only_what_its_own_package_asks_for() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let selected = &manifest["workspace"]["metadata"]["lambda"]["build"]["packages"];
    assert_eq!(selected, &toml::Value::from(vec![manifest["package"]["name"].clone()]));
}

#[test]
fn the_document_counts_functions_routes_and_parameters() {
    let yaml = text("template.yaml");
    let deploying = text("docs/deploying.md");
    let functions = |contract: &str, portal: &str| {
        Template::read(&yaml, &parameters(contract, portal, "staging")).unwrap().functions.len()
    };
    let mut rows = CONTRACTS.map(|contract| (format!("`{contract}`"), contract)).to_vec();
    rows.push(("your own, without a sample API".to_owned(), OWN));
    for (name, contract) in rows {
        let row = format!("| {name} | {} | {} |", functions(contract, "on"), functions(contract, "off"));
        assert!(deploying.contains(&row), "docs/deploying.md lacks the row\n{row}");
    }
    let all = written(&yaml).len();
    let routes = yaml.matches("          Type: HttpApi\n").count();
    let parameters = Template::read(&yaml, &BTreeMap::new()).unwrap().parameters.len();
    for said in [
        format!("The template has {all} functions"),
        format!("{all} functions with {routes} routes are {}", 2 * all + routes),
        format!("| 200 parameters | {parameters} |"),
    ] {
        assert!(deploying.contains(&said), "docs/deploying.md does not say: {said}");
    }
}
