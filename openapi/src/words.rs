//! The words of the documents: what each function's file begins with, after its routes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{Error, members, read};

/// The words of all functions, by their binaries' names.
#[derive(Debug)]
pub(crate) struct Words(BTreeMap<String, Text>);

#[derive(Debug)]
struct Text {
    group: String,
    summary: String,
    description: String,
}

impl Words {
    /// Those of the functions in `folder`: `keys/create.rs` is `keys-create`.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for group in fs::read_dir(folder)? {
            let group = group?;
            for file in fs::read_dir(group.path())? {
                let path = file?.path();
                let group = group.file_name().to_string_lossy().replace('_', " ");
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let binary = format!("{group}-{name}").replace([' ', '_'], "-");
                all.insert(binary, Text::of(group, &read(&path)?));
            }
        }

        Ok(Self(all))
    }

    /// `operation`, with the words for it in front.
    pub(crate) fn add_to(&self, operation: Value, binary: &str, by_operator: bool) -> Result<Value, Error> {
        let text =
            self.0.get(binary).ok_or_else(|| Error::new(format!("there is no file of the function {binary}")))?;
        let id =
            binary.split('-').enumerate().map(|(place, word)| if place == 0 { word.to_owned() } else { capital(word) });
        let id: String = id.chain(by_operator.then(|| "AsOperator".to_owned())).collect();
        let mut all = members(serde_json::json!({"operationId": id, "tags": [text.group], "summary": text.summary}));
        if !text.description.is_empty() {
            all.insert("description".to_owned(), text.description.as_str().into());
        }
        all.extend(members(operation));

        Ok(all.into())
    }
}

impl Text {
    /// The words in the first lines of `source`: "`GET /a`, `GET /b`: a summary. And a description."
    fn of(group: String, source: &str) -> Self {
        let lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
        let text = lines.collect::<Vec<_>>().join(" ");
        let text = text.split_once("`: ").map_or(text.as_str(), |(_, text)| text);
        let (summary, description) = text.split_once(". ").unwrap_or((text.trim_end_matches('.'), ""));

        Self { group, summary: capital(summary), description: description.to_owned() }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();

    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
