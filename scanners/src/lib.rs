//! Rules by which gitleaks and `TruffleHog` know the keys of a contract. Pure: a contract in, text out.
//!
//! A rule goes by what keys look like: prefix, alphabet, length and, where there is a checksum, its first digit. Keys that are meant to be
//! seen have no rule.

use std::fmt::Write as _;

use shared::contract::{Contract, KeyType};

/// How random a match must be for gitleaks, in bits of Shannon's entropy a character: a row of zeros in an example is no key. Of a hundred
/// thousand keys, none has less than 3.
const ENTROPY: u8 = 2;

/// A file of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Its name.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// All rules for the keys of `contract`.
pub fn rules(contract: &Contract) -> [Rules; 2] {
    [
        Rules { file: format!("{}.gitleaks.toml", contract.name), text: gitleaks(contract) },
        Rules { file: format!("{}.trufflehog.yaml", contract.name), text: trufflehog(contract) },
    ]
}

/// A type of key, as rules name it.
struct Rule {
    name: String,
    prefix: String,
    pattern: String,
}

fn each(contract: &Contract) -> impl Iterator<Item = Rule> + '_ {
    contract.types.iter().filter(|kind| !kind.public).map(|kind| Rule {
        name: kind.name.as_deref().map_or_else(|| contract.name.clone(), |name| format!("{}-{name}", contract.name)),
        prefix: kind.format.prefix().to_owned(),
        pattern: pattern(kind),
    })
}

/// A key in the first group, and after it nothing that could belong to it, in the syntax of RE2.
fn pattern(kind: &KeyType) -> String {
    format!("({})(?:[^0-9A-Za-z]|$)", kind.format.scanned())
}

/// What each file says of itself.
fn head(contract: &Contract) -> String {
    format!(
        "# Keys of the contract {}, written by `just scanners`. docs/leaks.md says how to use this.\n",
        contract.name
    )
}

/// Rules of gitleaks 8, in addition to its own.
fn gitleaks(contract: &Contract) -> String {
    let mut text = head(contract);
    text.push_str("\n[extend]\nuseDefault = true\n");
    for Rule { name, prefix, pattern } in each(contract) {
        let rule = [
            format!("id = \"{name}\""),
            format!("description = \"A key that begins with {prefix}\""),
            format!("regex = '''{pattern}'''"),
            "secretGroup = 1".to_owned(),
            format!("entropy = {ENTROPY}"),
            format!("keywords = [\"{}\"]", prefix.to_lowercase()),
        ];
        push(&mut text, format_args!("\n[[rules]]\n{}\n", rule.join("\n")));
    }

    text
}

/// Custom detectors of `TruffleHog` 3. They ask nobody whether a key works.
fn trufflehog(contract: &Contract) -> String {
    let mut text = head(contract);
    text.push_str("\ndetectors:\n");
    for Rule { name, prefix, pattern } in each(contract) {
        push(
            &mut text,
            format_args!("  - name: {name}\n    keywords: [\"{prefix}\"]\n    regex:\n      key: '{pattern}'\n"),
        );
    }

    text
}

/// Writing to a string does not fail.
fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    if text.write_fmt(more).is_err() {
        text.clear();
    }
}
