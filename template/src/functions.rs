//! The `AWS::Serverless::Function` resources, with what `Globals` adds to each.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::Api;
use crate::node::{Entry, Node, Value};
use crate::policies::{self, Managed};
use crate::resources::Resource;
use crate::schedules;
use crate::scope::Scope;
use crate::{Error, Function, Route};

/// The properties that are read, and those that make no difference to a function's answers. Not among them: `Role`,
/// whose rights would be unknown, and `Layers` and `FunctionUrlConfig`, which would be missing.
const KNOWN: [&str; 29] = [
    "Architectures",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "CodeUri",
    "DeploymentPreference",
    "Description",
    "Environment",
    "EphemeralStorage",
    "EventInvokeConfig",
    "Events",
    "FunctionName",
    "Handler",
    "KmsKeyArn",
    "LoggingConfig",
    "MemorySize",
    "PermissionsBoundary",
    "Policies",
    "PropagateTags",
    "ProvisionedConcurrencyConfig",
    "ReservedConcurrentExecutions",
    "RolePath",
    "Runtime",
    "RuntimeManagementConfig",
    "Tags",
    "Timeout",
    "Tracing",
    "VersionDeletionPolicy",
    "VersionDescription",
    "VpcConfig",
];

/// Names that Lambda keeps for itself and refuses at deployment.
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// All that functions are read with.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) globals: &'a Node,
    pub(crate) api: &'a Api,
    pub(crate) managed: &'a Managed,
}

impl Surroundings<'_> {
    /// Reads a function; each of its routes comes with its line.
    pub(crate) fn read(&self, resource: &Resource<'_>) -> Result<(Function, Vec<usize>), Error> {
        self.function(resource).map_err(|error| error.within(resource.id))
    }

    fn function(&self, resource: &Resource<'_>) -> Result<(Function, Vec<usize>), Error> {
        let properties = resource.properties();
        properties.only(&KNOWN)?;
        let binary = binary(resource)?;
        let setting = |key: &str| self.setting(&properties, key);
        // Native binaries are executed here, as on this runtime and on no other.
        if let Some(runtime) = setting("Runtime")?.filter(|runtime| runtime.text().ok() != Some("provided.al2023")) {
            return Err(Error::at(runtime.line, "the Runtime must be provided.al2023"));
        }

        let environment = match setting("Environment")? {
            Some(environment) => variables(&environment)?,
            None => BTreeMap::new(),
        };
        let seconds = number(setting("Timeout")?.as_ref(), 3, 1..=900)?;
        let memory_mb = number(setting("MemorySize")?.as_ref(), 128, 128..=10_240)?;
        let logging = setting("LoggingConfig")?;
        let logging = |key: &str| logging.as_ref().and_then(|config| config.get(key)).map(Node::text).transpose();
        let json_logs = logging("LogFormat")? == Some("JSON");
        let log_level = logging("ApplicationLogLevel")?.unwrap_or("INFO").to_owned();
        let statements = match properties.get("Policies") {
            Some(policies) => policies::of_function(policies, self.managed, self.scope)?,
            None => Vec::new(),
        };
        let (lines, routes): (Vec<usize>, Vec<Route>) = match properties.get("Events") {
            Some(events) => self.api.routes(events, self.scope)?.into_iter().unzip(),
            None => (Vec::new(), Vec::new()),
        };
        let schedules =
            properties.get("Events").map_or(Ok(Vec::new()), |events| schedules::read(events, self.scope))?;

        let function = Function {
            name: resource.id.to_owned(),
            binary,
            routes,
            schedules,
            environment,
            timeout: Duration::from_secs(seconds.into()),
            memory_mb,
            json_logs,
            log_level,
            statements,
        };
        Ok((function, lines))
    }

    /// A property as SAM merges it: the function's own over that of `Globals`. Only what is asked for is resolved: a
    /// log group or a tag that cannot be resolved here makes no difference.
    fn setting(&self, properties: &Node, key: &str) -> Result<Option<Node>, Error> {
        let read = |node: &Node| match key {
            "LoggingConfig" => {
                let mut entries = Vec::new();
                for key in ["LogFormat", "ApplicationLogLevel"] {
                    let Some(value) = node.get(key) else { continue };
                    if let Some(settled) = self.scope.settle(value)? {
                        entries.push(Entry { key: key.to_owned(), line: value.line, value: settled });
                    }
                }
                Ok(Some(Node { line: node.line, value: Value::Map(entries) }))
            }
            _ => self.scope.settle(node),
        };
        let global =
            self.globals.get(key).map_or(Ok(None), read).map_err(|error: Error| error.within("Globals.Function"))?;
        let own = properties.get(key).map_or(Ok(None), read)?;
        Ok(match (global, own) {
            (Some(global), Some(own)) => Some(merge(global, own)),
            (global, own) => own.or(global),
        })
    }
}

/// Refuses a `Globals.Function` with properties that are not understood.
pub(crate) fn check_globals(globals: &Node) -> Result<(), Error> {
    globals.only(&KNOWN).map_err(|error| error.within("Globals.Function"))?;
    // SAM does not know these here.
    match ["Events", "FunctionName", "Policies"].iter().find(|key| globals.get(key).is_some()) {
        None => Ok(()),
        Some(key) => Err(Error::at(globals.line, format!("Globals.Function: {key} is not supported"))),
    }
}

/// Maps are merged key by key; anything else is replaced.
fn merge(below: Node, above: Node) -> Node {
    match (below.value, above.value) {
        (Value::Map(mut entries), Value::Map(over)) => {
            for entry in over {
                match entries.iter_mut().find(|other| other.key == entry.key) {
                    Some(other) => other.value = merge(other.value.clone(), entry.value),
                    None => entries.push(entry),
                }
            }
            Node { line: above.line, value: Value::Map(entries) }
        }
        (_, value) => Node { line: above.line, value },
    }
}

fn binary(resource: &Resource<'_>) -> Result<String, Error> {
    let missing = || Error::at(resource.line, "Metadata.BuildProperties.Binary is missing");
    let metadata = resource.node.get("Metadata").ok_or_else(missing)?;
    let method = metadata.need("BuildMethod")?;
    if method.text()? != "rust-cargolambda" {
        return Err(Error::at(method.line, format!("build method {} is not supported", method.text()?)));
    }
    let binary = metadata.get("BuildProperties").and_then(|properties| properties.get("Binary")).ok_or_else(missing)?;
    Ok(binary.text()?.to_owned())
}

fn variables(environment: &Node) -> Result<BTreeMap<String, String>, Error> {
    environment.only(&["Variables"])?;
    let mut variables = BTreeMap::new();
    for entry in environment.need("Variables")?.entries()? {
        let name = &entry.key;
        let sound = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
        if RESERVED.contains(&name.as_str()) || !sound {
            return Err(Error::at(entry.line, format!("Lambda does not allow the variable {name}")));
        }
        let value = entry.value.text().map_err(|error| error.within(&format!("variable {name}")))?;
        variables.insert(name.clone(), value.to_owned());
    }
    Ok(variables)
}

fn number(node: Option<&Node>, default: u32, allowed: std::ops::RangeInclusive<u32>) -> Result<u32, Error> {
    let Some(node) = node else { return Ok(default) };
    node.text()?
        .parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| Error::at(node.line, format!("expected a number from {} to {}", allowed.start(), allowed.end())))
}
