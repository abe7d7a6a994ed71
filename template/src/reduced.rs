//! A template without what its conditions leave out. SAM builds and uploads every function that a template has, whether or
//! not its `Condition` holds: what a stack does not need must not be in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::lines::Lines;
use crate::node::{Entry, Node};
use crate::scope::Scope;
use crate::{Error, Template, conditions, names, parameters as declared, resources};

/// A resource's attribute for which CloudFormation by itself takes no function.
const POLICY: &str = "DeletionPolicy";

/// What gives a function an alias, for which SAM takes no condition.
const ALIAS: [&str; 5] = [
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "DeploymentPreference",
    "VersionDeletionPolicy",
    "VersionDescription",
];

/// The deployment that needs no alias.
const AT_ONCE: &str = "AllAtOnce";

/// What CloudFormation says of a parameter that is given another value.
pub(crate) const MADE_FOR: &str =
    "ConstraintDescription: the value that this template was made for (docs/deploying.md)";

impl Template {
    /// `yaml`, reduced to what a stack with these `parameters` needs. They become its defaults, and those that decide what
    /// is in it can have no other value.
    pub fn reduced(yaml: &str, parameters: &BTreeMap<String, String>) -> Result<String, Error> {
        let whole = Self::read(yaml, parameters)?;
        let root = Node::parse(yaml)?;
        let nothing = Node::nothing();
        declared::refuse_secrets(root.get("Parameters").unwrap_or(&nothing), parameters)?;
        let conditions = root.get("Conditions").unwrap_or(&nothing);
        let scope = Scope {
            parameters: &whole.parameters,
            conditions: conditions::evaluate(conditions, &whole.parameters)?,
            tables: BTreeMap::new(),
            by_id: BTreeSet::new(),
        };
        let deciding = names::behind(deciding(&root), conditions);
        let reduction = Reduction { root: &root, conditions, scope, deciding };

        let mut lines = Lines::new(yaml);
        reduction.write_policies(&mut lines)?;
        reduction.write_parameters(parameters, &mut lines)?;
        for line in reduction.left_out() {
            lines.remove(line);
        }
        let functions = reduction.take_aliases(&mut lines)?;
        let reduced = functions.iter().fold(lines.into_text(), |text, function| {
            text.replace(&format!("!Ref {function}.Alias"), &format!("!GetAtt {function}.Arn"))
        });

        let again = Self::read(&reduced, &BTreeMap::new()).map_err(|error| error.within("reduced"))?;
        if again != whole {
            return Err(Error::nowhere("reduced, it would mean something else"));
        }
        Ok(reduced)
    }
}

/// The entries of a section; none if it is not there.
fn section<'n>(root: &'n Node, name: &str) -> &'n [Entry] {
    root.get(name).and_then(|section| section.entries().ok()).unwrap_or_default()
}

/// The names that decide which functions there are, what they are built for, and what becomes of what they keep.
fn deciding(root: &Node) -> BTreeSet<&str> {
    let architectures = root.get("Globals").and_then(|globals| globals.get("Function")?.get("Architectures"));
    let mut names = architectures.map(names::mentioned).unwrap_or_default();
    for resource in section(root, "Resources") {
        let is_function = resource.value.get("Type").is_some_and(|kind| kind.text() == Ok(resources::FUNCTION));
        names.extend(condition(resource).filter(|_| is_function));
        names.extend(resource.value.get(POLICY).map(names::mentioned).unwrap_or_default());
        names.extend(preference(resource).map(names::mentioned).unwrap_or_default());
    }

    names
}

/// The name of the condition of a resource or an output.
fn condition(entry: &Entry) -> Option<&str> {
    entry.value.get("Condition").and_then(|name| name.text().ok())
}

/// How the new code of a function comes to serve, if that is said.
fn preference(resource: &Entry) -> Option<&Node> {
    resource.value.get("Properties")?.get("DeploymentPreference")?.get("Type")
}

struct Reduction<'n> {
    root: &'n Node,
    conditions: &'n Node,
    scope: Scope<'n>,
    /// The parameters and conditions that decide what is there.
    deciding: BTreeSet<&'n str>,
}

impl<'n> Reduction<'n> {
    /// The lines of the resources and outputs that are left out: those whose condition does not hold, whatever the other
    /// parameters are, unless a resource that stays mentions them.
    fn left_out(&self) -> BTreeSet<usize> {
        let is_absent = |entry: &&Entry| condition(entry).is_some_and(|name| self.never_holds(name));
        let outputs = section(self.root, "Outputs").iter();
        let (absent_outputs, outputs): (Vec<_>, Vec<_>) = outputs.partition(is_absent);
        let all = section(self.root, "Resources");
        let mut absent: Vec<&Entry> = all.iter().filter(is_absent).collect();
        loop {
            let stays = all.iter().filter(|entry| !absent.iter().any(|other| other.line == entry.line));
            let stays = stays.chain(outputs.iter().copied()).map(|entry| &entry.value).chain(self.root.get("Globals"));
            let mentioned: BTreeSet<_> = stays.flat_map(names::mentioned).collect();
            let before = absent.len();
            // What SAM makes of a function is called as the function is, and more.
            absent.retain(|entry| !mentioned.iter().any(|name| name.starts_with(&entry.key)));
            if absent.len() == before {
                return absent.iter().chain(&absent_outputs).map(|entry| entry.line).collect();
            }
        }
    }

    /// Whether the condition is false, by parameters that can have no other value.
    fn never_holds(&self, condition: &str) -> bool {
        let behind = names::behind(BTreeSet::from([condition]), self.conditions);
        let mut parameters = behind.iter().filter(|name| self.scope.parameters.contains_key(**name));

        parameters.all(|name| self.deciding.contains(name)) && self.scope.conditions.get(condition) == Some(&false)
    }

    /// Takes away the aliases of functions whose new code is to serve at once. Returns these functions.
    fn take_aliases(&self, lines: &mut Lines<'_>) -> Result<Vec<&'n str>, Error> {
        let mut functions = Vec::new();
        for resource in section(self.root, "Resources") {
            let Some(preference) = preference(resource) else { continue };
            if self.scope.text(preference)? != AT_ONCE {
                continue;
            }
            functions.push(resource.key.as_str());
            for property in section(&resource.value, "Properties").iter().filter(|it| ALIAS.contains(&it.key.as_str()))
            {
                lines.remove(property.line);
            }
        }

        Ok(functions)
    }

    fn write_policies(&self, lines: &mut Lines<'_>) -> Result<(), Error> {
        for resource in section(self.root, "Resources") {
            let attributes = resource.value.entries()?;
            if let Some(policy) = attributes.iter().find(|attribute| attribute.key == POLICY) {
                lines.replace(policy.line, &format!("{POLICY}: {}", self.scope.text(&policy.value)?));
            }
        }

        Ok(())
    }

    fn write_parameters(&self, given: &BTreeMap<String, String>, lines: &mut Lines<'_>) -> Result<(), Error> {
        for parameter in section(self.root, "Parameters") {
            let name = parameter.key.as_str();
            let Some(value) = self.scope.parameters.get(name) else { continue };
            let value = format!("'{}'", value.replace('\'', "''"));
            let mut written = Vec::new();
            if given.contains_key(name) {
                written.push(("Default", format!("Default: {value}")));
            }
            if self.deciding.contains(name) {
                written.push(("AllowedValues", format!("AllowedValues: [{value}]")));
                written.push(("ConstraintDescription", MADE_FOR.to_owned()));
            }
            for entry in parameter.value.entries()? {
                if written.iter().any(|(key, _)| *key == entry.key) {
                    lines.remove(entry.line);
                }
            }
            let written: Vec<_> = written.into_iter().map(|(_, line)| line).collect();
            lines.insert_below(parameter.line, &written);
        }

        Ok(())
    }
}
