//! The committed rules, as scanners read them: they find every key, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends by panicking")]
#![allow(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use std::collections::BTreeMap;
use std::path::Path;

use regex_lite::Regex;
use saphyr::{LoadableYamlNode as _, Yaml};
use serde::Deserialize;
use shared::contract::Contract;
use shared::environment::entropy::Entropy;

/// How many keys of each type are looked for.
const KEYS: usize = 2_000;

/// A rule, and how it decides.
struct Rule {
    keywords: Vec<String>,
    regex: Regex,
    entropy: f64,
}

impl Rule {
    /// The secret that it finds in `line`, as gitleaks does: first by keywords, in any case, then by the expression.
    fn find<'l>(&self, line: &'l str) -> Option<&'l str> {
        let lower = line.to_lowercase();
        if !self.keywords.iter().any(|keyword| lower.contains(&keyword.to_lowercase())) {
            return None;
        }
        let secret = self.regex.captures(line)?.get(1)?.as_str();

        (entropy(secret) > self.entropy).then_some(secret)
    }
}

/// Shannon's, in bits a character.
fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for letter in text.chars() {
        *counts.entry(letter).or_default() += 1;
    }
    let all = f64::from(counts.values().sum::<u32>());

    counts.values().map(|count| f64::from(*count) / all).map(|share| -share * share.log2()).sum()
}

#[derive(Deserialize)]
struct Gitleaks {
    rules: Vec<GitleaksRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GitleaksRule {
    regex: String,
    entropy: f64,
    secret_group: usize,
    keywords: Vec<String>,
}

fn committed(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(file);

    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}: run `just scanners`", path.display()))
}

/// The rules of both scanners for this contract.
fn read(contract: &Contract) -> [Vec<Rule>; 2] {
    let gitleaks: Gitleaks = toml::from_str(&committed(&format!("{}.gitleaks.toml", contract.name))).unwrap();
    let gitleaks = gitleaks.rules.into_iter().map(|rule| {
        assert_eq!(rule.secret_group, 1);
        Rule { keywords: rule.keywords, regex: Regex::new(&rule.regex).unwrap(), entropy: rule.entropy }
    });
    let yaml = committed(&format!("{}.trufflehog.yaml", contract.name));
    let yaml = Yaml::load_from_str(&yaml).unwrap();
    let detectors = yaml[0]["detectors"].as_vec().unwrap().iter();
    let trufflehog = detectors.map(|detector| Rule {
        keywords: detector["keywords"].as_vec().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect(),
        regex: Regex::new(detector["regex"]["key"].as_str().unwrap()).unwrap(),
        entropy: 0.0,
    });

    [gitleaks.collect(), trufflehog.collect()]
}

fn contracts() -> Vec<Contract> {
    Contract::names().map(|name| Contract::load(name).unwrap()).collect()
}

#[test]
fn the_committed_rules_are_those_of_the_contracts() {
    for contract in contracts() {
        for rules in scanners::rules(&contract) {
            assert_eq!(committed(&rules.file), rules.text, "{}: run `just scanners`", rules.file);
        }
    }
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap().count();
    assert_eq!(files, 2 * contracts().len(), "there are rules of a contract that is gone");
}

#[test]
fn every_key_is_found_wherever_it_stands_and_one_that_is_meant_to_be_seen_is_not() {
    let around = [
        ("", ""),
        ("export API_KEY=", ""),
        ("  \"Authorization\": \"Bearer ", "\","),
        ("https://user:", "@example.com/"),
        ("?api_key=", "&page=2"),
        ("key: '", "' # do not commit"),
        ("a%3D", "%26"),
        ("(", ")"),
        ("\t", "\r"),
        ("`", "`.\\n"),
    ];
    for contract in contracts() {
        let scanners = read(&contract);
        for kind in &contract.types {
            for (number, (before, after)) in around.iter().cycle().take(KEYS).enumerate() {
                let key = kind.format.mint(Entropy::system()).unwrap().show().unwrap();
                let line = format!("{before}{key}{after}");
                for rules in &scanners {
                    let found: Vec<_> = rules.iter().filter_map(|rule| rule.find(&line)).collect();
                    let expected = if kind.public { vec![] } else { vec![key.as_str()] };
                    assert_eq!(found, expected, "{} {number}: {before:?} {after:?}", contract.name);
                }
            }
        }
    }
}

/// Lines of letters by chance, the same each time.
struct Lines {
    state: u64,
    prefixes: Vec<String>,
}

impl Lines {
    /// A number below `most`, by a linear congruence with Knuth's numbers.
    fn below(&mut self, most: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);

        usize::try_from(self.state >> 33).unwrap() % most
    }

    fn text(&mut self, letters: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(letters[self.below(letters.len())])).collect()
    }

    /// One in a hundred begins as a key does, and goes on too short, too long, or in other letters.
    fn next(&mut self) -> String {
        let base62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let code = b"0123456789abcdefghijklmnopqrstuvwxyz_-=\"' ./:$";
        let length = self.below(100);
        if self.below(100) > 0 {
            let letters = [&base62[..], b"0123456789abcdef", code][self.below(3)];
            return self.text(letters, length);
        }
        let place = self.below(self.prefixes.len());
        let prefix = self.prefixes[place].clone();
        match self.below(3) {
            0 => {
                let length = self.below(22);
                prefix + &self.text(base62, length)
            }
            1 => {
                let length = 65 + self.below(100);
                prefix + &self.text(base62, length)
            }
            _ => {
                let half = self.text(base62, 11);
                format!("{prefix}{half}-{half}-{half}")
            }
        }
    }
}

#[test]
fn none_is_found_in_a_million_lines_that_are_none() {
    let contracts = contracts();
    let prefixes = contracts.iter().flat_map(|contract| &contract.types).map(|kind| kind.format.prefix().to_owned());
    let mut lines = Lines { state: 7, prefixes: prefixes.collect() };
    let rules: Vec<_> = contracts.iter().flat_map(read).flatten().collect();
    // What a line must have for any of them is looked for first: that is what keywords are for.
    let keywords: Vec<_> = rules.iter().flat_map(|rule| &rule.keywords).map(|word| word.to_lowercase()).collect();
    let mut near = 0;
    for number in 0..1_000_000 {
        let line = lines.next();
        let lower = line.to_lowercase();
        if !keywords.iter().any(|keyword| lower.contains(keyword)) {
            continue;
        }
        near += 1;
        let found: Vec<_> = rules.iter().filter_map(|rule| rule.find(&line)).collect();
        assert_eq!(found, Vec::<&str>::new(), "{number}: {line}");
    }
    assert!((9_000..11_000).contains(&near), "{near}");
}
