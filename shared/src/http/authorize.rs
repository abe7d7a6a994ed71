//! Verification as a Lambda authorizer: for an API that a team has in an API Gateway of its own, HTTP or REST.
//!
//! An authorizer cannot answer 429, and has no body of its own: a gateway turns each of its refusals into a 401 or 403.
//! So there are two ways to refuse. An API that is known to answer refusals itself is told of them; any other API never
//! sees the request. The verdict is never cached. A gateway must ask for every request (TTL 0); otherwise it would
//! neither count nor notice that a key was revoked.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use lambda_http::LambdaEvent;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::contract::Contract;
use crate::environment::clock;
use crate::gate;
use crate::gate::app::App;
use crate::gate::verify::{Verdict, verdict};
use crate::http::call::place;
use crate::http::lambda::{self, Exit};
use crate::http::serve::{log_failure, start};
use crate::registry::ask::Ask;
use crate::registry::error::{Error, Result};

/// The only action that a policy here is about: invoking the API.
const ACTION: &str = "execute-api:Invoke";

/// A gateway's question: an event for an authorizer of an HTTP API (payload format 1.0 or 2.0) or a REST API (`REQUEST`
/// or `TOKEN`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    version: Option<String>,
    /// `TOKEN` or `REQUEST`.
    r#type: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, Option<String>>>,
    /// From a REST API, and from an HTTP API, 1.0: `headers` has only the last value of each.
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Option<Vec<String>>>>,
    /// A `TOKEN` authorizer gets this header alone. To one of an HTTP API, 1.0, it repeats the identity sources.
    authorization_token: Option<String>,
    /// The method that is called, `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`. A policy in the answer is
    /// about it.
    method_arn: Option<String>,
    /// The same for an HTTP API, 2.0.
    route_arn: Option<String>,
    #[serde(default)]
    request_context: Context,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    /// From an HTTP API, 2.0.
    time_epoch: Option<i64>,
    /// From a REST API, and from an HTTP API, 1.0.
    request_time_epoch: Option<i64>,
    /// From an HTTP API, 2.0.
    http: Option<Source>,
    /// From a REST API, and from an HTTP API, 1.0.
    identity: Option<Source>,
}

/// From where a request comes.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Source {
    source_ip: Option<String>,
}

/// The answer, in the form that fits the question.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// For an HTTP API with payload format 2.0.
    #[serde(rename_all = "camelCase")]
    Simple {
        /// Whether the request goes on to the API.
        is_authorized: bool,
        /// What the API is told.
        context: Map<String, Value>,
    },
    /// For any other.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// The key.
        principal_id: String,
        /// An IAM policy about this very request.
        policy_document: Value,
        /// What the API is told.
        context: Map<String, Value>,
    },
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("method_arn", &self.method_arn).finish_non_exhaustive()
    }
}

impl Question {
    /// The question in `event`.
    ///
    /// # Errors
    /// It is not a question: nobody is let in.
    pub fn read(event: &str) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(event)
    }

    fn headers(&mut self, name: &HeaderName) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut add = |name: &str, value: &str| {
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return };
            let Ok(value) = HeaderValue::from_str(value) else { return };
            headers.append(name, value);
        };
        let all = self.multi_value_headers.take().unwrap_or_default();
        for (name, values) in &all {
            values.iter().flatten().for_each(|value| add(name, value));
        }
        for (name, value) in self.headers.take().unwrap_or_default() {
            let is_told = all.get(&name).is_some_and(|values| {
                value.as_ref().is_none_or(|value| values.iter().flatten().any(|told| told == value))
            });
            if let Some(value) = value.filter(|_| !is_told) {
                add(&name, &value);
            }
        }
        if let Some(token) = self.authorization_token.take().filter(|_| self.r#type.as_deref() == Some("TOKEN")) {
            add(name.as_str(), &token);
        }

        headers
    }

    /// The id of the API that asks.
    fn api(&self) -> Option<&str> {
        let arn = self.route_arn.as_ref().or(self.method_arn.as_ref())?;

        arn.splitn(6, ':').nth(5)?.split('/').next()
    }

    fn answer(self, goes_on: bool, verdict: &Verdict, contract: &Contract) -> Answer {
        let context = verdict.as_context(contract);
        let Some(arn) = self.method_arn.filter(|_| self.version.as_deref() != Some("2.0")) else {
            return Answer::Simple { is_authorized: goes_on, context };
        };
        let principal = match verdict {
            Verdict::Yes { key_id, .. } => key_id.as_str(),
            Verdict::No { .. } => "nobody",
        };

        Answer::Policy {
            principal_id: principal.to_owned(),
            policy_document: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": if goes_on { "Allow" } else { "Deny" },
                    "Action": ACTION,
                    "Resource": arn,
                }],
            }),
            context,
        }
    }

    /// From where the request comes. `TOKEN` events do not say.
    fn address(&self) -> Option<IpAddr> {
        let Context { http, identity, .. } = &self.request_context;

        http.as_ref().or(identity.as_ref())?.source_ip.as_ref()?.parse().ok()
    }

    /// When the gateway took the request in. `TOKEN` events do not say.
    fn stamped(&self) -> Option<Timestamp> {
        let Context { time_epoch, request_time_epoch, .. } = self.request_context;

        Timestamp::from_millisecond(time_epoch.or(request_time_epoch)?).ok()
    }
}

/// Whether the request goes on, and what its API is told. A request that is let in is counted. `platform` is when the
/// platform handed the question over, if it has said so.
///
/// # Errors
/// The verdict cannot be written: nobody is let in.
pub async fn authorize(app: &App, mut question: Question, platform: Option<Timestamp>) -> Result<Answer> {
    let headers = question.headers(&app.contract.credential.header);
    let times = clock::judging(question.stamped(), platform);
    let ask = Ask { address: question.address(), ..Ask::once(times) };
    let admitted = match gate::credential(&app.contract, &headers) {
        // The routes behind it are not ours: they check the scopes themselves.
        Ok(credential) => gate::admit(app, credential, &[], &ask).await,
        Err(denial) => Err(denial.into()),
    };
    let request_id = question.request_context.request_id.take().unwrap_or_default();
    let verdict = verdict(app, admitted, &ask, &request_id)?;
    let goes_on = match verdict {
        Verdict::Yes { .. } => true,
        Verdict::No { .. } => question.api().is_some_and(|api| app.told_apis.iter().any(|told| told == api)),
    };

    Ok(question.answer(goes_on, &verdict, &app.contract))
}

/// Serves the authorizer until the process is to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> Exit {
    let app = start(true).await?;

    let answer = move |event: LambdaEvent<Box<RawValue>>| async move {
        let platform = clock::of_platform(event.context.deadline, app.timeout);
        answer(app, event.payload.get(), platform).await.map_err(|error| {
            log_failure("the authorizer", "the gate gave no verdict", &error);
            // A gateway answers 500 to an error of any kind.
            lambda_http::Error::from("no verdict")
        })
    };

    lambda::run(answer, Some(&app.meter)).await
}

async fn answer(app: &App, event: &str, platform: Option<Timestamp>) -> Result<Answer> {
    let unreadable =
        |error: serde_json::Error| Error::failed(format!("a question that cannot be read: {}", place(&error)));
    let question = Question::read(event).map_err(unreadable)?;

    authorize(app, question, platform).await
}
