//! An HTTP request as the event that a function gets: API Gateway's payload format 2.0.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use serde::{Serialize, Serializer};

use super::text::query_parameters;
use crate::clock::written;
use crate::credential::ACCOUNT;

/// The parts that an event is made of.
pub(super) struct Arrival<'a> {
    pub(super) head: &'a Parts,
    /// As it was routed by.
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
    pub(super) route_key: &'a str,
    pub(super) path_parameters: &'a BTreeMap<String, String>,
    /// The access key that signed, on an `AWS_IAM` route.
    pub(super) signed_by: Option<&'a str>,
    pub(super) source_ip: &'a str,
    pub(super) request_id: &'a str,
    pub(super) now_millis: i64,
}

impl Arrival<'_> {
    /// The event as JSON.
    pub(super) fn event(&self) -> serde_json::Result<Vec<u8>> {
        let Arrival { head, path, route_key, request_id, .. } = *self;
        let host = text(head, HOST.as_str());
        let (body, is_base64_encoded) = self.body();
        let http = Http {
            method: head.method.as_str(),
            path,
            protocol: "HTTP/1.1",
            source_ip: self.source_ip,
            user_agent: text(head, USER_AGENT.as_str()),
        };
        let event = Event {
            version: "2.0",
            route_key,
            raw_path: path,
            raw_query_string: head.uri.query().unwrap_or_default(),
            cookies: cookies(&head.headers),
            headers: Headers(&head.headers),
            query_string_parameters: Pairs(query_parameters(head.uri.query().unwrap_or_default())),
            path_parameters: self.path_parameters,
            request_context: Context {
                account_id: ACCOUNT,
                api_id: "local",
                authorizer: self.signed_by.map(Authorizer::of),
                domain_name: &without_port(&host),
                domain_prefix: host.split(['.', ':']).next().unwrap_or_default(),
                http,
                request_id,
                route_key,
                stage: "$default",
                time: written(self.now_millis),
                time_epoch: self.now_millis,
            },
            body,
            is_base64_encoded,
        };

        let mut json = Vec::with_capacity(self.body.len().saturating_add(2_048));
        serde_json::to_writer(&mut json, &event)?;
        Ok(json)
    }

    /// The body as text, or in base64 where it is not text.
    fn body(&self) -> (Option<Cow<'_, str>>, bool) {
        if self.body.is_empty() {
            return (None, false);
        }
        match std::str::from_utf8(self.body) {
            Ok(text) if is_text(&self.head.headers) => (Some(Cow::Borrowed(text)), false),
            Ok(_) | Err(_) => (Some(Cow::Owned(BASE64.encode(self.body))), true),
        }
    }
}

/// Whether API Gateway hands over a body of this content type as it is.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();

    essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
        || ["+json", "+xml"].iter().any(|suffix| essence.ends_with(suffix))
}

/// The cookies of all `Cookie` headers.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    let all = headers.get_all(COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    all.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn text<'a>(head: &'a Parts, name: &str) -> Cow<'a, str> {
    head.headers.get(name).map_or(Cow::Borrowed(""), |value| String::from_utf8_lossy(value.as_bytes()))
}

fn without_port(host: &str) -> String {
    host.parse::<http::uri::Authority>().map_or_else(|_| host.to_owned(), |authority| authority.host().to_owned())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: Headers<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    query_string_parameters: Pairs,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<String, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'static str,
    api_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorizer<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: &'a str,
    user_agent: Cow<'a, str>,
}

#[derive(Serialize)]
struct Authorizer<'a> {
    iam: Iam<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Iam<'a> {
    access_key: &'a str,
    account_id: &'static str,
    caller_id: &'static str,
    cognito_identity: Option<()>,
    principal_org_id: &'static str,
    user_arn: &'static str,
    user_id: &'static str,
}

impl<'a> Authorizer<'a> {
    fn of(access_key: &'a str) -> Self {
        Self {
            iam: Iam {
                access_key,
                account_id: ACCOUNT,
                caller_id: "LOCALOPERATOR",
                cognito_identity: None,
                principal_org_id: "o-local",
                user_arn: "arn:aws:iam::000000000000:user/operator",
                user_id: "LOCALOPERATOR",
            },
        }
    }
}

/// Headers as a JSON object: lower-case names, values of the same name joined by commas, cookies kept apart.
struct Headers<'a>(&'a HeaderMap);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.keys().filter(|name| **name != COOKIE);
        serializer.collect_map(names.map(|name| {
            let mut values = self.0.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let first = values.next().unwrap_or_default();
            let joined = values.fold(first, |joined, value| Cow::Owned(format!("{joined},{value}")));
            (name.as_str(), joined)
        }))
    }
}

/// A JSON object out of pairs, in their order.
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
