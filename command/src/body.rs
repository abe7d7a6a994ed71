//! The body of a request, of what a command line says and nothing else: what it leaves out stays as it is.

use serde_json::{Map, Value};

/// A body in the making.
#[derive(Default)]
pub(crate) struct Body(Map<String, Value>);

impl Body {
    /// With a member, if there is a value for it.
    pub(crate) fn with(mut self, member: &str, value: Option<impl Into<Value>>) -> Self {
        self.0.extend(value.map(|value| (member.to_owned(), value.into())));
        self
    }

    /// With a list, if something is in it.
    pub(crate) fn list(self, member: &str, list: Vec<impl Into<Value>>) -> Self {
        let list = list.into_iter().map(Into::into).collect::<Vec<Value>>();

        self.with(member, (!list.is_empty()).then_some(list))
    }

    /// With a member that is `null`, if what it stands for is to be taken away.
    pub(crate) fn without(self, member: &str, is_taken: bool) -> Self {
        self.with(member, is_taken.then_some(Value::Null))
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Body> for Value {
    fn from(body: Body) -> Self {
        Self::Object(body.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Body;
    use serde_json::{Value, json};

    #[test]
    fn what_is_not_said_is_not_there() {
        let body = Body::default().with("name", Some("web")).with("type", None::<&str>);
        let body = body.list("scopes", vec!["read"]).list("limits", Vec::<Value>::new());
        let body = body.without("expiresAt", true).without("leaks", false);
        assert_eq!(Value::from(body), json!({"name": "web", "scopes": ["read"], "expiresAt": null}));
    }
}
