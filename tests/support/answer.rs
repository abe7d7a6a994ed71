//! An answer, as tests look at it.

use hyper::HeaderMap;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The headers that the function set, less those that each answer is held to have, and those that are for browsers, in
    /// the order of their names: `retry-after: 30`.
    pub(crate) fn own_headers(&self) -> Vec<String> {
        let not_ours = ["apigw-requestid", "cache-control", "connection", "content-length", "content-type", "date"];
        let ours = self
            .headers
            .iter()
            .filter(|(name, _)| !not_ours.contains(&name.as_str()) && !name.as_str().starts_with("access-control-"));
        let ours = ours.filter(|(name, _)| self.status != 401 || *name != "www-authenticate");
        let mut lines: Vec<_> = ours.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();

        lines
    }

    /// Status, the function's headers, and the body's very bytes.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, headers: &[&str], body: &str) {
        assert_eq!(
            (self.status, self.own_headers(), self.body.as_str()),
            (status, headers.iter().map(ToString::to_string).collect(), body)
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
    }
}

impl From<local::Reply> for Answer {
    fn from(reply: local::Reply) -> Self {
        Self { status: reply.status, headers: reply.headers, body: String::from_utf8(reply.body.to_vec()).unwrap() }
    }
}
