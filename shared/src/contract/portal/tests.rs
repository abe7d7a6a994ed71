use super::*;
use crate::contract::Contract;

const FANFARE: &str = include_str!("../../../../contracts/fanfare.toml");

/// Reads Fanfare's contract with `from` replaced, and returns why it is refused.
#[track_caller]
fn complaint(from: &str, to: &str) -> Option<String> {
    assert!(FANFARE.contains(from), "Fanfare's contract has no {from:?}");

    Contract::read("x.toml", &FANFARE.replacen(from, to, 1)).err().map(|error| error.to_string())
}

#[test]
fn a_flawed_section_is_refused_with_its_place() {
    let portal = |line: &str| format!("[portal]\n{line}\n");
    for (from, to, place) in [
        ("[portal]\n", portal("colour = 1"), "unknown field `colour`"),
        ("title = \"API Keys\"", "title = \" \"".to_owned(), "portal.title"),
        ("\"list\", \"usage\", \"activity\"", "\"usage\"".to_owned(), "portal.operations: must have list"),
        ("\"list\", \"usage\", \"activity\"", "\"list\", \"list\"".to_owned(), "portal.operations: must name"),
        ("\"list\", \"usage\", \"activity\"", "\"list\", \"import\"".to_owned(), "unknown variant `import`"),
        ("columns = [\"name\", ", "columns = [".to_owned(), "portal.columns: must have name"),
        ("form = [\"type\", ", "form = [".to_owned(), "portal.form"),
        ("[portal]\n", portal("scopes = [\"root\"]"), "portal.scopes: there is no scope root"),
        ("[portal]\n", portal("expires_days = 31"), "portal.expires_days"),
        ("[portal]\n", portal("overlap_seconds = 60"), "portal.overlap_seconds"),
        ("https://admin.fanfare.io", "http://admin.fanfare.io".to_owned(), "portal.return_origins"),
        ("https://admin.fanfare.io", "https://admin.fanfare.io/".to_owned(), "portal.return_origins"),
        ("https://admin.fanfare.io", "javascript:alert(1)".to_owned(), "portal.return_origins"),
        ("path = \"/api/experiences\",", "path = \"api\",".to_owned(), "portal.example"),
        (
            "scope = \"read:experiences\" }",
            "scope = \"sing\" }".to_owned(),
            "portal.example.scope: there is no scope sing",
        ),
        ("submit = \"Create\"", "destroy = \"Create\"".to_owned(), "portal.verbs: there is no verb destroy"),
        ("public = \"For browsers", "other = \"For browsers".to_owned(), "portal.types: there is no type other"),
        ("#1f5eff", "blue".to_owned(), "portal.brand.colour"),
        (
            "colour = \"#1f5eff\"",
            "colour = \"#1f5eff\"\nlogo = \"https://x.example/a.svg\"".to_owned(),
            "portal.brand.logo",
        ),
    ] {
        let complaint = complaint(from, &to).unwrap_or_else(|| panic!("{from:?} -> {to:?} is let through"));
        assert!(complaint.contains(place), "{from:?} -> {to:?}:\n  {complaint}\n  {place}");
    }
}

#[test]
fn a_contract_without_pages_lets_no_key_make_links_to_them() {
    let (before, rest) = FANFARE.split_once("# The pages on which").unwrap();
    let (_, after) = rest.split_once("[rate_limit_headers]").unwrap();
    let without = format!("{before}[rate_limit_headers]{after}");
    let error = Contract::read("x.toml", &without).unwrap_err().to_string();
    assert!(error.contains("management.operations: has portal"), "{error}");
    let silent = without.replacen(", \"portal\", \"alerts\", \"update_alerts\"]", "]", 1);
    assert!(Contract::read("x.toml", &silent).unwrap().portal.is_none());
}

#[test]
fn a_page_leads_back_to_the_origins_of_the_contract_alone() {
    let portal = Contract::load("fanfare").unwrap().portal.unwrap();
    for (url, leads) in [
        ("https://admin.fanfare.io", true),
        ("https://admin.fanfare.io/settings?tab=keys#a", true),
        ("https://admin.fanfare.io?x", true),
        ("https://admin.fanfare.io.evil.example/", false),
        ("https://admin.fanfare.io@evil.example/", false),
        ("https://admin.fanfare.io:444/", false),
        ("https://evil.example/https://admin.fanfare.io", false),
        ("javascript:alert(1)", false),
        ("https://admin.fanfare.io/\nX", false),
        ("https://admin.fanfare.io/ä", false),
        ("", false),
    ] {
        assert_eq!(portal.leads_to(url), leads, "{url}");
    }
}

#[test]
fn each_operation_has_a_name_and_reads_by_it() {
    for operation in Operation::ALL {
        assert_eq!(Operation::named(operation.name()), Some(operation));
        assert_eq!(serde_json::to_value(operation).unwrap(), operation.name());
    }
}
