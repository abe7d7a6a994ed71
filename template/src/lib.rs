//! `template.yaml`, read: which functions a stack has, their routes, settings and permissions, and its tables.
//!
//! A local stack executes what is read. A setting that would change a stack's behaviour and is not understood here is
//! refused, with its line: a template that runs locally must mean the same when it is deployed.

mod api;
mod conditions;
mod error;
mod functions;
mod lines;
mod model;
mod names;
mod node;
mod parameters;
mod path;
mod paths;
pub mod pattern;
mod policies;
mod reduced;
mod resources;
mod routes;
mod schedules;
mod scope;
mod tables;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use model::{Auth, Function, KeyAttribute, KeyKind, Method, Route, Schedule, Statement, Table, Target, Template};
pub use paths::Paths;
pub use routes::{Match, Routes};

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Api;
use crate::functions::Surroundings;
use crate::node::Node;
use crate::path::Pattern;
use crate::resources::Resource;
use crate::scope::Scope;

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
];

impl Template {
    /// Reads `yaml`, with `parameters` in place of the template's defaults.
    pub fn read(yaml: &str, parameters: &BTreeMap<String, String>) -> Result<Self, Error> {
        let root = Node::parse(yaml)?;
        root.only(&SECTIONS)?;
        let nothing = Node::nothing();
        let section = |name: &str| root.get(name).unwrap_or(&nothing);
        match root.get("Transform") {
            Some(transform) if transform.text()? != "AWS::Serverless-2016-10-31" => {
                return Err(Error::at(transform.line, format!("transform {} is not supported", transform.text()?)));
            }
            Some(_) | None => {}
        }

        let parameters = parameters::read(section("Parameters"), parameters)?;
        let conditions = conditions::evaluate(section("Conditions"), &parameters)?;
        let resources = resources::present(root.need("Resources")?, &conditions)?;
        let by_id = by_id(&resources);
        let mut scope = Scope { parameters: &parameters, conditions, tables: BTreeMap::new(), by_id };
        let tables = read_tables(&resources, &mut scope)?;
        let functions = read_functions(&resources, section("Globals"), &scope)?;

        Ok(Self { functions, tables, parameters })
    }
}

/// Event buses and secrets. What they are called here nobody sees: the stand-ins take any name.
fn by_id(resources: &[Resource<'_>]) -> BTreeSet<String> {
    resources
        .iter()
        .filter(|resource| [resources::EVENT_BUS, resources::SECRET].contains(&resource.kind))
        .map(|resource| resource.id.to_owned())
        .collect()
}

fn read_tables(resources: &[Resource<'_>], scope: &mut Scope<'_>) -> Result<Vec<Table>, Error> {
    let mut tables: Vec<Table> = Vec::new();
    for resource in resources.iter().filter(|resource| resource.kind == resources::TABLE) {
        let name = tables::name(resource, scope)?;
        if tables.iter().any(|other| other.name == name) {
            return Err(Error::at(resource.line, format!("{}: a second table named {name}", resource.id)));
        }
        tables.push(tables::read(resource, &name, scope)?);
        scope.tables.insert(resource.id.to_owned(), name);
    }
    Ok(tables)
}

fn read_functions(resources: &[Resource<'_>], globals: &Node, scope: &Scope<'_>) -> Result<Vec<Function>, Error> {
    globals.only(&["Function", "HttpApi"]).map_err(|error| error.within("Globals"))?;
    let nothing = Node::nothing();
    let api = Api::read(resources, globals.get("HttpApi").unwrap_or(&nothing), scope)?;
    let mut managed = policies::Managed::new();
    for resource in resources.iter().filter(|resource| resource.kind == resources::POLICY) {
        managed.insert(resource.id.to_owned(), policies::managed(resource, scope)?);
    }
    let globals = globals.get("Function").unwrap_or(&nothing);
    functions::check_globals(globals)?;

    let surroundings = Surroundings { scope, globals, api: &api, managed: &managed };
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut functions = Vec::new();
    for resource in resources.iter().filter(|resource| resource.kind == resources::FUNCTION) {
        let (function, lines) = surroundings.read(resource)?;
        for (route, line) in function.routes.iter().zip(lines) {
            if let Some(other) = taken.insert(shape(route), function.name.clone()) {
                let key = route.key();
                return Err(Error::at(line, format!("{}: {key} is already a route of {other}", function.name)));
            }
        }
        functions.push(function);
    }
    Ok(functions)
}

/// A text that is the same for two routes that take the same requests.
fn shape(route: &Route) -> String {
    match &route.target {
        Target::Default => route.key(),
        Target::Path { method, path } => {
            let path = Pattern::parse(path).map_or_else(|_| path.clone(), |pattern| pattern.shape());
            format!("{method} {path}")
        }
    }
}
