//! Reads a request, and says all that is wrong with it in words that can be sent back.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::de::value::MapAccessDeserializer;
use serde_json::value::RawValue;

use crate::contract::denial::Violation;
use crate::contract::given::{Given, Member, Members};

/// How many faults are reported at most.
pub(crate) const FAULTS_MAX: usize = 8;

/// Reads the object that `json` is, or says which members of it are wrong.
pub(crate) fn json<T: DeserializeOwned>(json: &RawValue) -> Result<T, Vec<Violation>> {
    let members = Given::Json(json, 0).object().map_err(|fault| vec![fault.of("body")])?;

    read(members, "body")
}

/// Reads a `T` from `members`, or says which of them are wrong: `whole` is all of them. A reading ends at its first fault,
/// and another goes on behind it, so that each member is read once.
pub(crate) fn read<T: DeserializeOwned>(members: Vec<Member<'_>>, whole: &str) -> Result<T, Vec<Violation>> {
    let members = together(members);
    let mut violations: Vec<Violation> = Vec::new();
    let mut left = members.iter();
    loop {
        let mut reading = Members::of(left);
        let violation = match T::deserialize(MapAccessDeserializer::new(&mut reading)) {
            Ok(value) if violations.is_empty() => return Ok(value),
            Ok(_) => return Err(violations),
            Err(fault) => fault.of(whole),
        };
        let at_end = reading.now.is_none();
        let is_told = violations.iter().any(|told| told.field == violation.field);
        // What stands before the last fault only looks missing, and a part is not judged as the whole.
        let is_apparent = at_end && !violations.is_empty() && is_given(&violation.field, &members, whole);
        if !is_told && !is_apparent {
            violations.push(violation);
        }
        if at_end || violations.len() == FAULTS_MAX {
            return Err(violations);
        }
        left = reading.left;
    }
}

/// `members` in their order, but those of one name next to each other: a fault between two would hide that there are two.
fn together(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Vec<Member<'_>>> = Vec::new();
    for member in members {
        let place = *places.entry(member.0.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(member),
            None => groups.push(vec![member]),
        }
    }

    groups.into_iter().flatten().collect()
}

fn is_given(field: &str, members: &[Member<'_>], whole: &str) -> bool {
    field == whole || members.iter().any(|(name, _)| name == field)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::contract::limit::Limits;

    fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Vec<String>> {
        json(serde_json::from_str(text).unwrap()).map_err(sentences)
    }

    fn from_text<T: DeserializeOwned>(members: &[(&str, &str)]) -> Result<T, Vec<String>> {
        let members: Vec<_> = members.iter().map(|(name, text)| ((*name).to_owned(), Given::Text(text))).collect();
        read(members, "query").map_err(sentences)
    }

    fn sentences(violations: Vec<Violation>) -> Vec<String> {
        violations.into_iter().map(|violation| format!("{} {}", violation.field, violation.message)).collect()
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        count: u8,
        #[serde(default)]
        limits: Limits,
        on: Option<bool>,
        kind: Option<Kind>,
        size: Option<f64>,
        label: Option<char>,
        tree: Option<Tree>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Small,
        Large,
        Of { parts: Vec<i32> },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Tree(Vec<Tree>);

    #[test]
    fn every_fault_is_told_with_its_place_and_each_once() {
        for (text, told) in [
            ("[]", &["body must be an object"][..]),
            (r#""count""#, &["body must be an object"]),
            ("{}", &["count is required"]),
            (r#"{"count": 1, "count": 2}"#, &["count must not be given twice"]),
            (r#"{"count": 1, "count": 2, "on": 1}"#, &["count must not be given twice", "on must be a boolean"]),
            (r#"{"count": 1, "on": 1, "count": 2}"#, &["count must not be given twice", "on must be a boolean"]),
            (r#"{"count": "1", "count": 300}"#, &["count must be a whole number"]),
            (r#"{"count": -1}"#, &["count must be a number in range"]),
            (r#"{"count": 1.5}"#, &["count must be a whole number"]),
            (r#"{"count": 1e-1}"#, &["count must be a whole number"]),
            (r#"{"count": 3e2}"#, &["count must be a number in range"]),
            (r#"{"count": 1e400}"#, &["count must be a whole number"]),
            (r#"{"count": null, "on": "true"}"#, &["count must be a whole number", "on must be a boolean"]),
            (r#"{"on": 0, "colour": 1}"#, &["on must be a boolean", "colour is not known here", "count is required"]),
            // What is given before a fault is not missing behind it.
            (r#"{"count": 1, "size": "x"}"#, &["size must be a number"]),
            (
                r#"{"limits": [{"per": 1}], "count": 1}"#,
                &["limits[0].per must be one of second, minute, hour, day, week, month"],
            ),
            (r#"{"limits": [{"per": "day", "per": "day"}], "count": 1}"#, &["limits[0].per must not be given twice"]),
            (r#"{"limits": [[5, "day"]], "count": 1}"#, &["limits[0] must be an object"]),
            (
                r#"{"limits": {}, "kind": "huge"}"#,
                &["limits must be a list", "kind must be one of small, large, of", "count is required"],
            ),
            (r#"{"count": 1, "kind": {"of": {"parts": [1, "2"]}}}"#, &["kind.of.parts[1] must be a whole number"]),
            (r#"{"count": 1, "size": 1e400, "label": "ab"}"#, &["size must be a number", "label must be a character"]),
            (r#"{"count": 1, "label": "\ud800"}"#, &["label cannot be read"]),
            (
                r#"{"count": 1, "fa_live_0123456789abcdef": 1, "on": 1, "fa_live_0123456789abcdeg": 1}"#,
                &["body has a member that is not known here", "on must be a boolean"],
            ),
        ] {
            assert_eq!(from_json::<Order>(text).unwrap_err(), told, "{text}");
        }
        for (members, told) in [
            (&[("count", "many")][..], &["count must be a number in range"][..]),
            (
                &[("count", ""), ("on", ""), ("size", "nan"), ("kind", "")],
                &[
                    "count must be a number in range",
                    "on must be a boolean",
                    "size must be a number",
                    "kind must be one of small, large, of",
                ],
            ),
            (&[("count", "1"), ("limits", "[]"), ("limits", "{}")], &["limits must be a list"]),
            (&[("count", "1"), ("x", "1"), ("x", "2")], &["x is not known here"]),
        ] {
            assert_eq!(from_text::<Order>(members).unwrap_err(), told, "{members:?}");
        }
        let many: BTreeMap<_, _> = (0..20).map(|number| (format!("m{number}"), number)).collect();
        let many = from_json::<Order>(&serde_json::to_string(&many).unwrap()).unwrap_err();
        assert_eq!(many.len(), FAULTS_MAX);
    }

    type Any = BTreeMap<String, serde_json::Value>;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Count {
        count: u8,
    }

    #[test]
    fn what_is_right_is_read_as_by_any_other_reader() {
        for text in [
            r#"{"count": 255, "on": true, "kind": "small", "size": -1.5e3, "label": "\u00fc"}"#,
            r#" { "\u0063ount" : 0 , "limits" : [ { "requests" : 5 , "per" : "day" } ] , "on" : null } "#,
            r#"{"count": 1, "kind": {"of": {"parts": [-2147483648, 2147483647]}}, "size": 7, "tree": [[], [[]]]}"#,
        ] {
            assert_eq!(from_json::<Order>(text).unwrap(), serde_json::from_str::<Order>(text).unwrap(), "{text}");
        }
        for whole in ["60.0", "6e1", "600E-1", "60"] {
            let text = format!(r#"{{"count": {whole}}}"#);
            assert_eq!(from_json::<Count>(&text).unwrap(), Count { count: 60 }, "{whole}");
        }
        let members = [("count", "7"), ("on", "false"), ("kind", "large"), ("size", "0.5"), ("label", "%")];
        let same =
            serde_json::from_str::<Order>(r#"{"count": 7, "on": false, "kind": "large", "size": 0.5, "label": "%"}"#);
        assert_eq!(from_text::<Order>(&members).unwrap(), same.unwrap());
        // What takes anything takes it from serde_json.
        let text = r#"{"a": [1, {"b": null}], "c": 18446744073709551615}"#;
        assert_eq!(from_json::<Any>(text).unwrap(), serde_json::from_str::<Any>(text).unwrap());
    }

    #[test]
    fn no_fault_repeats_a_value() {
        let words =
            ["must ", "must be ", "\", expected \"", "unknown variant `", "0123456789abcdefghij", "invalid type: "];
        for word in words {
            let leak = format!("{word}sk_live_LEAK{word}");
            let value = serde_json::Value::from(&*leak);
            for text in [
                format!(r#"{{"count": {value}}}"#),
                format!(r#"{{"count": 1, "kind": {value}}}"#),
                format!(r#"{{"count": 1, "kind": {{{value}: 1}}}}"#),
                format!(r#"{{"count": 1, "kind": {{"of": {{"parts": [{value}]}}}}}}"#),
                format!(r#"{{"count": 1, "limits": [{{"requests": 1, "per": {value}}}]}}"#),
                format!(r#"{{"count": 1, "limits": {value}}}"#),
                format!(r#"{{"count": 1, "label": {value}, "on": {value}, "size": {value}, "tree": {value}}}"#),
                format!(r#"{{"count": 1, {value}: {value}}}"#),
                format!(r#"{{"count": 1, "tree": [[{{{value}: 1}}]]}}"#),
                format!("[{value}]"),
                format!("{value}"),
            ] {
                let told = from_json::<Order>(&text).unwrap_err().join(" ");
                assert!(!told.contains("LEAK"), "{text}: {told}");
            }
        }
    }

    thread_local! {
        static READ: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }

    /// Something whose readings are counted.
    #[derive(Debug)]
    struct Counted;

    impl<'de> Deserialize<'de> for Counted {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Vec::<String>::deserialize(deserializer)?;
            READ.with(|read| read.set(read.get().saturating_add(1)));

            Ok(Self)
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is read, and no more")]
    struct Large {
        first: Counted,
        count: u8,
        last: Counted,
    }

    #[test]
    fn each_member_is_read_once_however_many_others_are_wrong() {
        let wrong = r#""a": 1, "b": 2, "c": 3, "count": "1", "d": 4, "e": 5"#;
        let text = format!(r#"{{"first": [], {wrong}, "last": ["x"]}}"#);
        assert_eq!(from_json::<Large>(&text).unwrap_err().len(), 6);
        assert_eq!(READ.with(std::cell::Cell::get), 2);
    }

    #[test]
    fn no_depth_brings_a_process_down() {
        let deep = |levels: usize| format!(r#"{{"count": 1, "tree": {}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(from_json::<Order>(&deep(20)).is_ok());
        let told = from_json::<Order>(&deep(200_000)).unwrap_err();
        assert!(told[0].starts_with("tree[0][0]") && told[0].ends_with("is nested too deep"), "{told:?}");
        assert_eq!(from_json::<Any>(&deep(200_000)).unwrap_err(), ["tree cannot be read"]);
        assert_eq!(from_json::<Count>(&deep(200_000)).unwrap(), Count { count: 1 });
    }
}
