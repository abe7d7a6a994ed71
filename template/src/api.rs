//! The one HTTP API of a stack, and which of its functions' events are routes of it.

use crate::node::{Node, Value};
use crate::path::Pattern;
use crate::resources::{self, Resource};
use crate::schedules;
use crate::scope::Scope;
use crate::{Auth, Error, Method, Route, Target};

/// The properties that are read, and those that make no difference to a single request.
const KNOWN: [&str; 12] = [
    "AccessLogSettings",
    "Auth",
    "DefaultRouteSettings",
    "Description",
    // There is one address here, the machine's.
    "DisableExecuteApiEndpoint",
    "Domain",
    "FailOnWarnings",
    "Name",
    "PropagateTags",
    "RouteSettings",
    "StageName",
    "Tags",
];
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The API that the routes belong to.
#[derive(Debug)]
pub(crate) struct Api {
    /// Its logical id; none where SAM would make one of its own.
    id: Option<String>,
    iam_enabled: bool,
    default: Auth,
}

impl Api {
    pub(crate) fn read(all: &[Resource<'_>], globals: &Node, scope: &Scope<'_>) -> Result<Self, Error> {
        globals.only(&KNOWN).map_err(|error| error.within("Globals.HttpApi"))?;
        let mut found = all.iter().filter(|resource| resource.kind == resources::API);
        let resource = found.next();
        if let Some(second) = found.next() {
            return Err(Error::at(second.line, format!("{}: a second HttpApi is not supported", second.id)));
        }
        let Some(resource) = resource else {
            return Self::settings(None, &Node::nothing(), globals, scope);
        };
        Self::settings(Some(resource.id), &resource.properties(), globals, scope)
            .map_err(|error| error.within(resource.id))
    }

    fn settings(id: Option<&str>, properties: &Node, globals: &Node, scope: &Scope<'_>) -> Result<Self, Error> {
        properties.only(&KNOWN)?;
        let get = |key| match scope.get(properties, key)? {
            Some(own) => Ok(Some(own)),
            None => scope.get(globals, key),
        };
        if let Some(stage) = get("StageName")?
            && stage.text()? != "$default"
        {
            return Err(Error::at(stage.line, format!("stage {} is not supported, only $default", stage.text()?)));
        }
        let mut api = Self { id: id.map(str::to_owned), iam_enabled: false, default: Auth::Open };
        if let Some(auth) = get("Auth")? {
            auth.only(&["DefaultAuthorizer", "EnableIamAuthorizer"])?;
            api.iam_enabled = auth.get("EnableIamAuthorizer").map_or(Ok(false), Node::bool)?;
            if let Some(default) = auth.get("DefaultAuthorizer") {
                api.default = api.authorizer(default)?;
            }
        }
        Ok(api)
    }

    fn authorizer(&self, name: &Node) -> Result<Auth, Error> {
        match name.text()? {
            "NONE" => Ok(Auth::Open),
            "AWS_IAM" if self.iam_enabled => Ok(Auth::Iam),
            "AWS_IAM" => Err(Error::at(name.line, "AWS_IAM needs Auth.EnableIamAuthorizer on the HttpApi")),
            other => Err(Error::at(name.line, format!("authorizer {other} is not supported"))),
        }
    }

    /// The routes that a function's `Events` make.
    pub(crate) fn routes(&self, events: &Node, scope: &Scope<'_>) -> Result<Vec<(usize, Route)>, Error> {
        events
            .entries()?
            .iter()
            .filter(|event| !schedules::is_one(&event.value))
            .map(|event| {
                let route = self.route(&event.value, scope);
                route.map(|route| (event.line, route)).map_err(|error| error.within(&format!("event {}", event.key)))
            })
            .collect()
    }

    fn route(&self, event: &Node, scope: &Scope<'_>) -> Result<Route, Error> {
        event.only(&["Type", "Properties"])?;
        let kind = event.need("Type")?;
        if kind.text()? != "HttpApi" {
            return Err(Error::at(kind.line, format!("unknown type {:?}", kind.text()?)));
        }
        let nothing = Node::nothing();
        let properties = event.get("Properties").unwrap_or(&nothing);
        properties.only(&["ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings"])?;
        self.belongs(event.line, properties)?;
        if let Some(version) = scope.get(properties, "PayloadFormatVersion")?
            && version.text()? != "2.0"
        {
            return Err(Error::at(version.line, format!("payload format {} is not supported", version.text()?)));
        }
        let auth = match scope.get(properties, "Auth")? {
            Some(auth) => {
                auth.only(&["Authorizer"])?;
                auth.get("Authorizer").map_or(Ok(self.default), |name| self.authorizer(name))?
            }
            None => self.default,
        };
        let target = match (scope.get(properties, "Method")?, scope.get(properties, "Path")?) {
            (None, None) => Target::Default,
            (Some(method), Some(path)) => {
                Pattern::parse(path.text()?).map_err(|why| Error::at(path.line, why))?;
                Target::Path { method: read_method(&method)?, path: path.text()?.to_owned() }
            }
            (Some(_), None) => return Err(Error::at(properties.line, "Method needs a Path")),
            (None, Some(_)) => return Err(Error::at(properties.line, "Path needs a Method")),
        };
        Ok(Route { target, auth })
    }

    /// Refuses an event of another API than the stack's: SAM would make one, or it is somewhere else.
    fn belongs(&self, line: usize, properties: &Node) -> Result<(), Error> {
        let referred = match properties.get("ApiId").map(|node| &node.value) {
            None => None,
            Some(Value::Call { function, argument }) if function == "Ref" => Some(argument.text()?.to_owned()),
            Some(_) => return Err(Error::at(line, "ApiId must be a !Ref to the HttpApi")),
        };
        match (referred, &self.id) {
            (None, Some(id)) => {
                Err(Error::at(line, format!("ApiId is missing: without {id} it gets an API of its own")))
            }
            (Some(referred), id) if id.as_ref() != Some(&referred) => {
                Err(Error::at(line, format!("{referred} is not the HttpApi of this stack")))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
}

fn read_method(node: &Node) -> Result<Method, Error> {
    let name = node.text()?.to_ascii_uppercase();
    match name.as_str() {
        "ANY" | "*" => Ok(Method::Any),
        known if METHODS.contains(&known) => Ok(Method::Named(name)),
        _ => Err(Error::at(node.line, format!("unknown method {name}"))),
    }
}
