//! A document: what there is at each path, and what that refers to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use shared::http::describe::Fragment;

use crate::Error;

/// Operations by their methods, by paths, and what they refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub(crate) paths: BTreeMap<String, BTreeMap<String, Value>>,
    pub(crate) components: Components,
}

/// What is referred to, by its name.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Components {
    security_schemes: BTreeMap<String, Value>,
    schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Document {
    /// A document without any operation yet, whose operations want to be called as `security_schemes` say.
    pub(crate) fn new(security_schemes: BTreeMap<String, Value>) -> Self {
        Self { components: Components { security_schemes, ..Components::default() }, ..Self::default() }
    }

    /// Adds the operation of `fragment` and what it refers to, which others may have brought already.
    pub(crate) fn add(&mut self, method: &str, path: &str, fragment: Fragment) -> Result<(), Error> {
        let Fragment { operation, schemas, responses } = fragment;
        for (name, schema) in schemas {
            if self.components.schemas.insert(name.clone(), schema.clone()).is_some_and(|known| known != schema) {
                let say = "give one of the types another name, #[schemars(rename = \"…\")]";
                return Err(Error::new(format!("two different schemas are called {name}: {say}")));
            }
        }
        for (name, response) in responses {
            if self.components.responses.insert(name.clone(), response.clone()).is_some_and(|known| known != response) {
                return Err(Error::new(format!("two different responses are called {name}")));
            }
        }
        self.paths.entry(path.to_owned()).or_default().insert(method.to_ascii_lowercase(), operation);

        Ok(())
    }

    /// The same without the operator's operations and what they alone refer to.
    pub(crate) fn for_callers(&self) -> Self {
        let mut document = self.clone();
        document.paths.retain(|path, _| !path.starts_with("/operator/"));
        let reached = document.reached();
        let Components { security_schemes, schemas, responses } = &mut document.components;
        for (kind, components) in
            [("securitySchemes", security_schemes), ("schemas", schemas), ("responses", responses)]
        {
            components.retain(|name, _| reached.contains(&format!("#/components/{kind}/{name}")));
        }

        document
    }

    /// The references to components that the operations make, and those that these make in turn.
    fn reached(&self) -> BTreeSet<String> {
        let Components { schemas, responses, .. } = &self.components;
        let mut reached = BTreeSet::new();
        let mut left: Vec<&Value> = self.paths.values().flat_map(BTreeMap::values).collect();
        while let Some(value) = left.pop() {
            for reference in references(value) {
                let component = match reference.rsplit_once('/') {
                    Some(("#/components/schemas", name)) => schemas.get(name),
                    Some(("#/components/responses", name)) => responses.get(name),
                    _ => None,
                };
                if reached.insert(reference) {
                    left.extend(component);
                }
            }
        }

        reached
    }
}

/// What `value` refers to, in so many words or, as security schemes, by name.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let named = members.get("$ref").and_then(Value::as_str).map(str::to_owned);
            let ways = members.get("security").and_then(Value::as_array).into_iter().flatten();
            let schemes = ways.filter_map(Value::as_object).flat_map(Map::keys);
            let schemes = schemes.map(|name| format!("#/components/securitySchemes/{name}"));
            named.into_iter().chain(schemes).chain(members.values().flat_map(references)).collect()
        }
        Value::Array(values) => values.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
