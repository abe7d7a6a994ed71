//! The template as a tree that remembers its lines and knows an intrinsic function from plain data.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use crate::Error;

/// A part of the template.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    /// Text, numbers and booleans, as they are written.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// `!Ref Name` or `{ Ref: Name }`; `!Sub …` or `{ "Fn::Sub": … }`.
    Call {
        function: String,
        argument: Box<Node>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn parse(yaml: &str) -> Result<Self, Error> {
        let documents = MarkedYaml::load_from_str(yaml)
            .map_err(|error| Error::at(error.marker().line(), format!("not YAML: {}", error.info())))?;
        let source: Vec<char> = yaml.chars().collect();

        match documents.as_slice() {
            [document] => convert(document, &source),
            [] => Err(Error::nowhere("it is empty")),
            [_, second, ..] => Err(Error::at(second.span.start.line(), "a template is one YAML document")),
        }
    }

    /// A map without entries, for a section that is not there.
    pub(crate) fn nothing() -> Self {
        Self { line: 0, value: Value::Map(Vec::new()) }
    }

    pub(crate) fn text(&self) -> Result<&str, Error> {
        match &self.value {
            Value::Text(text) => Ok(text),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Call { .. } => Err(self.expected("text")),
        }
    }

    pub(crate) fn bool(&self) -> Result<bool, Error> {
        match self.text()? {
            "true" | "True" | "TRUE" => Ok(true),
            "false" | "False" | "FALSE" => Ok(false),
            _ => Err(self.expected("true or false")),
        }
    }

    pub(crate) fn list(&self) -> Result<&[Self], Error> {
        match &self.value {
            Value::List(items) => Ok(items),
            Value::Null | Value::Text(_) | Value::Map(_) | Value::Call { .. } => Err(self.expected("a list")),
        }
    }

    /// The members of a list, or the one thing that stands for a list of one.
    pub(crate) fn one_or_more(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Null | Value::Text(_) | Value::Map(_) | Value::Call { .. } => std::slice::from_ref(self),
        }
    }

    pub(crate) fn entries(&self) -> Result<&[Entry], Error> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            Value::Null | Value::Text(_) | Value::List(_) | Value::Call { .. } => Err(self.expected("a map")),
        }
    }

    /// The value of a key; none as well where this is not a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().ok()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub(crate) fn need(&self, key: &str) -> Result<&Self, Error> {
        self.entries()?;
        self.get(key).ok_or_else(|| Error::at(self.line, format!("{key} is missing")))
    }

    /// Refuses a map with any other keys: what is not understood could change what the stack does.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        match self.entries()?.iter().find(|entry| !known.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(Error::at(entry.line, format!("{} is not supported", entry.key))),
        }
    }

    fn expected(&self, wanted: &str) -> Error {
        let found = match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
            Value::Call { function, .. } => format!("!{function}"),
        };
        Error::at(self.line, format!("expected {wanted}, found {found}"))
    }
}

fn convert(yaml: &MarkedYaml<'_>, source: &[char]) -> Result<Node, Error> {
    let line = yaml.span.start.line();
    let value = match &yaml.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::String(text)) => Value::Text(text.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Value::Text(value.to_string()),
        // As written: 1.10 is not 1.1.
        YamlData::Value(Scalar::Integer(_) | Scalar::FloatingPoint(_)) => {
            let written = source.get(yaml.span.start.index()..yaml.span.end.index());
            Value::Text(written.unwrap_or_default().iter().collect::<String>().trim().to_owned())
        }
        YamlData::Sequence(items) => {
            Value::List(items.iter().map(|item| convert(item, source)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| {
                    let key = convert(key, source)?;
                    Ok(Entry { key: key.text()?.to_owned(), line: key.line, value: convert(value, source)? })
                })
                .collect::<Result<Vec<_>, Error>>()?;
            long_form(entries)
        }
        YamlData::Tagged(tag, inner) => {
            if tag.handle != "!" {
                return Err(Error::at(line, format!("unknown tag {tag}")));
            }
            Value::Call { function: tag.suffix.clone(), argument: Box::new(convert(inner, source)?) }
        }
        YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
            return Err(Error::at(line, "not a value"));
        }
    };
    Ok(Node { line, value })
}

/// A map whose one key is a function's long name is that function.
fn long_form(mut entries: Vec<Entry>) -> Value {
    let function = match entries.as_slice() {
        [only] if only.key == "Ref" => "Ref".to_owned(),
        [only] => match only.key.strip_prefix("Fn::") {
            Some(name) => name.to_owned(),
            None => return Value::Map(entries),
        },
        _ => return Value::Map(entries),
    };
    match entries.pop() {
        Some(only) => Value::Call { function, argument: Box::new(only.value) },
        None => Value::Map(entries),
    }
}
