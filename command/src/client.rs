//! The operator's routes of a stack, as calls: signed, repeated where the stack asks for it or its answer is lost, and with refusals in one line.

pub(crate) mod pages;
mod patience;
mod refusal;

use std::fmt;

use http::Method;
use serde_json::Value;

use crate::error::Error;
use crate::place::Place;
use crate::wire::signing::{Signature, signed};
use crate::wire::{Http, Reply, Request};
use patience::Patience;

pub(crate) use patience::rest;
pub(crate) use refusal::message;

/// A stack that can be called.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) place: Place,
    pub(crate) http: Http,
}

/// What is asked of the stack. Its body can have a secret, so it is not shown.
pub(crate) struct Call<'a> {
    method: Method,
    path: String,
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    once: Option<String>,
    /// Whether twice does no more than once.
    is_harmless: bool,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> Call<'a> {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let is_harmless = method.is_idempotent();

        Self { method, path: path.into(), query: Vec::new(), body: None, once: None, is_harmless }
    }

    /// Any call, with a body if there is one.
    pub(crate) fn any(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { body, ..Self::new(method, path) }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn put(path: impl Into<String>, body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::PUT, path) }
    }

    pub(crate) fn post(path: impl Into<String>, body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::POST, path) }
    }

    pub(crate) fn patch(path: impl Into<String>, body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::PATCH, path) }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// The same with a body.
    pub(crate) fn delete_as(path: impl Into<String>, body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::DELETE, path) }
    }

    /// With a parameter, if there is a value for it.
    pub(crate) fn with(mut self, name: &'a str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// To be carried out once, however often it is sent.
    pub(crate) fn once(mut self) -> Self {
        self.once = Some(uuid::Uuid::new_v4().to_string());
        self.harmless()
    }

    /// Twice does no more than once, though its method does not say so.
    pub(crate) fn harmless(mut self) -> Self {
        self.is_harmless = true;
        self
    }
}

impl Client {
    pub(crate) const fn new(place: Place, http: Http) -> Self {
        Self { place, http }
    }

    /// What the stack answers, under `data`.
    pub(crate) async fn data(&self, call: Call<'_>) -> Result<Value, Error> {
        let mut answer = self.json(call).await?;

        Ok(answer.get_mut("data").map(Value::take).unwrap_or(answer))
    }

    /// What the stack answers, all of it.
    pub(crate) async fn json(&self, call: Call<'_>) -> Result<Value, Error> {
        let path = call.path.clone();
        let (reply, was_lost) = self.send(call).await?;
        if let Some(refused) = refusal::of(&reply, &path, was_lost) {
            return Err(refused);
        }

        // The answer may have a secret in it, so it is not quoted.
        serde_json::from_slice(&reply.body).or(Err(Error::Failed("the stack's answer is not JSON".to_owned())))
    }

    /// What the stack answers, whatever it is, once it is not busy; and whether an answer before it was lost, by
    /// which something may have been done. What does harm twice is sent again only if the stack says that it has done nothing: that
    /// there were too many requests (429).
    async fn send(&self, call: Call<'_>) -> Result<(Reply, bool), Error> {
        let (is_harmless, is_safe) = (call.is_harmless, call.method.is_safe());
        let request = self.request(call);
        let (mut patience, mut may_be_done) = (Patience::default(), false);
        loop {
            let lost = match self.http.send(&self.with_signature(&request).await?).await {
                Ok(reply) if (is_harmless || reply.status == 429) && patience.wait(&reply).await => {
                    // API Gateway says 503 as well when it has not waited for what was done.
                    may_be_done |= reply.status == 503;
                    continue;
                }
                Ok(reply) => return Ok((reply, may_be_done && !is_safe)),
                Err(lost) => lost,
            };
            // Where nothing listens, waiting changes nothing.
            may_be_done |= lost.may_have_arrived;
            if may_be_done && is_harmless && patience.wait_for_another().await {
                continue;
            }
            return Err(if may_be_done && !is_safe { Error::Unanswered(lost.to_string()) } else { lost.into() });
        }
    }

    /// What the stack answers at `path` to whoever does not sign.
    pub(crate) async fn unsigned(&self, path: &str) -> Result<Reply, Error> {
        Ok(self.http.send(&self.request(Call::get(path))).await?)
    }

    fn request(&self, call: Call<'_>) -> Request {
        let Call { method, path, mut query, body, once, is_harmless: _ } = call;
        // The order that a signature has them in.
        query.sort();
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let json = body.is_some().then(|| ("content-type".to_owned(), "application/json".to_owned()));
        let once = once.map(|key| ("idempotency-key".to_owned(), key));

        Request {
            method,
            url: format!("{}{path}{mark}{query}", self.place.url),
            headers: json.into_iter().chain(once).collect(),
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        }
    }

    /// The request with a signature of this moment.
    async fn with_signature(&self, request: &Request) -> Result<Request, Error> {
        let credentials = self.place.signer.credentials().await?;
        let signature = Signature { credentials: &credentials, region: &self.place.region, service: "execute-api" };
        let mut request = request.clone();
        request.headers.extend(signed(&request, &signature)?);

        Ok(request)
    }
}
