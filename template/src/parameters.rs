//! The template's parameters: their values, and whether they may have them.

use std::collections::BTreeMap;

use regex_lite::Regex;

use crate::Error;
use crate::node::Node;

const KNOWN: [&str; 11] = [
    "Type",
    "Default",
    "Description",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MinValue",
    "MaxValue",
    "MinLength",
    "MaxLength",
    "NoEcho",
];

/// Every parameter's value: the given one, or else the default.
pub(crate) fn read(section: &Node, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
    if let Some(unknown) = given.keys().find(|name| section.get(name).is_none()) {
        let known: Vec<_> = section.entries()?.iter().map(|entry| entry.key.as_str()).collect();
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        return Err(Error::nowhere(format!("there is no parameter {unknown}: {known}")));
    }
    section
        .entries()?
        .iter()
        .map(|entry| {
            let value = effective(&entry.value, given.get(&entry.key))
                .map_err(|error| error.within(&format!("parameter {}", entry.key)))?;
            Ok((entry.key.clone(), value))
        })
        .collect()
}

/// Refuses a secret among `given`: whoever asks writes values down where all can read them.
pub(crate) fn refuse_secrets(section: &Node, given: &BTreeMap<String, String>) -> Result<(), Error> {
    let declared = given.keys().filter_map(|name| Some((name, section.get(name)?)));
    match declared.into_iter().find(|(_, declaration)| is_secret(declaration)) {
        Some((name, declaration)) => Err(Error::at(
            declaration.line,
            format!("parameter {name}: it is a secret, which only `sam deploy` may be told"),
        )),
        None => Ok(()),
    }
}

fn is_secret(declaration: &Node) -> bool {
    declaration.get("NoEcho").is_some_and(|node| node.text() == Ok("true"))
}

fn effective(declaration: &Node, given: Option<&String>) -> Result<String, Error> {
    declaration.only(&KNOWN)?;
    let value = match (given, declaration.get("Default")) {
        (Some(given), _) => given.clone(),
        (None, Some(default)) => default.text()?.to_owned(),
        (None, None) => return Err(Error::at(declaration.line, "it has no default, and no value was given")),
    };
    let shown = if is_secret(declaration) { "its value".to_owned() } else { format!("{value:?}") };
    let refuse = |why: String| {
        let reason = declaration.get("ConstraintDescription").and_then(|node| node.text().ok());
        let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        Error::at(declaration.line, format!("{shown} {why}{reason}"))
    };

    match declaration.need("Type")?.text()? {
        "String" => {}
        "Number" if number(&value).is_some() => {}
        "Number" => return Err(refuse("is not a number".to_owned())),
        other => return Err(Error::at(declaration.line, format!("type {other} is not supported"))),
    }
    if let Some(allowed) = declaration.get("AllowedValues") {
        let allowed = allowed.list()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?;
        if !allowed.contains(&value.as_str()) {
            return Err(refuse(format!("is not one of {}", allowed.join(", "))));
        }
    }
    if let Some(pattern) = declaration.get("AllowedPattern") {
        let text = pattern.text()?;
        // CloudFormation asks that all of the value matches, whether or not the pattern is anchored.
        let regex = Regex::new(&format!("^(?:{text})$"))
            .map_err(|error| Error::at(pattern.line, format!("AllowedPattern {text}: {error}")))?;
        if !regex.is_match(&value) {
            return Err(refuse(format!("does not match {text}")));
        }
    }
    if let Some(why) = out_of_bounds(declaration, &value)? {
        return Err(refuse(why));
    }
    Ok(value)
}

/// The bound that the value breaks, if any.
fn out_of_bounds(declaration: &Node, value: &str) -> Result<Option<String>, Error> {
    let length = value.chars().count().to_string();
    for (key, measured, low) in [
        ("MinValue", value, true),
        ("MaxValue", value, false),
        ("MinLength", &length, true),
        ("MaxLength", &length, false),
    ] {
        let Some(node) = declaration.get(key) else { continue };
        let text = node.text()?;
        let bound = number(text).ok_or_else(|| Error::at(node.line, format!("{key} {text:?} is not a number")))?;
        let broken = number(measured).is_none_or(|measured| if low { measured < bound } else { measured > bound });
        if broken {
            let side = match (key.ends_with("Length"), low) {
                (true, true) => "shorter than",
                (true, false) => "longer than",
                (false, true) => "below",
                (false, false) => "above",
            };
            return Ok(Some(format!("is {side} {text}")));
        }
    }
    Ok(None)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
