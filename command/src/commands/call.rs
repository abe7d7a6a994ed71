//! `latchkey call`: any route of the stack, signed, for what has no command of its own.

use clap::Args;
use http::Method;
use serde_json::Value;

use crate::client::Call as Request;
use crate::error::{Error, Exit};
use crate::input;
use crate::output::Output;
use crate::place::Target;
use crate::session::Session;

/// Call a route of the stack, signed, and print what it answers as JSON
#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  latchkey call GET /operator/v1/plans
  latchkey call PUT /operator/v1/plans/pro '{"keys": 50}'
  latchkey call GET '/operator/v1/organizations/acme/alerts/history?limit=5'
  latchkey call POST /operator/v1/organizations/acme/webhooks - < webhook.json

All routes: latchkey call GET /operator/v1/openapi.json

A body is an argument or, as -, comes from standard input. Others can see arguments: what is secret comes from there.
A list is one page; meta.pagination.cursor of it leads to the next, as the parameter cursor."#)]
pub(crate) struct Call {
    /// GET, PUT, POST, PATCH or DELETE
    #[arg(value_parser = method, value_name = "METHOD")]
    method: Method,

    /// The route, and its query if it has one
    #[arg(value_parser = route, value_name = "PATH")]
    route: Route,

    /// What is sent, as JSON; - for standard input
    #[arg(value_name = "BODY")]
    body: Option<String>,
}

/// A path and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Route {
    path: String,
    query: Vec<(String, String)>,
}

impl Call {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        // A body that is not right is no reason to look for a stack.
        let body = self.body.as_deref().map(json).transpose()?;
        let Route { path, query } = &self.route;
        let request = Request::any(self.method, path, body);
        let request = query.iter().fold(request, |request, (name, value)| request.with(name, Some(value)));
        let session = Session::open(target, output).await?;
        let answer = session.client.json(request).await?;
        session.output.document(&answer)?;

        Ok(Exit::Done)
    }
}

/// The body that `text` is, or that comes on standard input.
fn json(text: &str) -> Result<Value, Error> {
    let from = if text == "-" { input::standard()? } else { text.to_owned() };

    // What is wrong is not quoted: it may be secret.
    serde_json::from_str(&from).map_err(|error| {
        Error::Usage(format!("the body is not JSON: line {}, column {}", error.line(), error.column()))
    })
}

/// A method that routes have.
fn method(text: &str) -> Result<Method, String> {
    let known = [Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE];

    known
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "a method is GET, PUT, POST, PATCH or DELETE".to_owned())
}

/// A route: `/operator/v1/plans?limit=5`. Nothing in it leads to another host.
fn route(text: &str) -> Result<Route, String> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~%@".contains(&byte);
    if !path.starts_with('/') || !path.bytes().all(is_plain) {
        return Err(
            "a path begins with / and has letters, digits and -_.~@; anything else is written as %XX".to_owned()
        );
    }

    Ok(Route { path: path.to_owned(), query: form_urlencoded::parse(query.as_bytes()).into_owned().collect() })
}

#[cfg(test)]
mod tests {
    use super::{Route, route};

    #[test]
    fn a_route_is_a_path_and_its_query() {
        let query = vec![("limit".to_owned(), "5".to_owned()), ("name".to_owned(), "a b".to_owned())];
        assert_eq!(route("/v1/x?limit=5&name=a%20b"), Ok(Route { path: "/v1/x".to_owned(), query }));
        for wrong in ["", "v1/x", "https://example.com/", "@example.com/", "/v1/a b", "/v1/ü", "/v1/x#y", "/v1/{org}"]
        {
            assert!(route(wrong).is_err(), "{wrong}");
        }
    }
}
