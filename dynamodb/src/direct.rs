//! Updates by the shortest way: written, signed and sent here, once each, over the connections that the SDK's clients have
//! too. The SDK's way spends twice as much of a processor on a call as everything else that a verification is made of
//! (docs/decisions/0023). This is for counting, and for what is done to thousands of passes; all other calls go that way.
//!
//! What a failure means is [`Error`]'s to say, as for the SDK's calls.

mod signing;
mod wire;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::body::SdkBody;
use connect::{Connections, Pool, by_attempt};
use http::response::Parts;
use http::{Request, Uri};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use hyper_util::client::legacy::connect::capture_connection;
use tokio::sync::OnceCell;

use crate::update::repeated;
use crate::{Error, Item, Refused, Result, Tries, Updated};
use signing::Signer;

/// What an update tells of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Nothing.
    Nothing,
    /// As it is then, where it was made.
    New,
    /// That, or as it was where the condition failed.
    Either,
}

/// An update of one item, made where its condition is true.
#[derive(Debug)]
pub struct Change<'a> {
    /// The table.
    pub table: &'a str,
    /// The name of the table's key, and the item's.
    pub key: (&'a str, &'a AttributeValue),
    /// What must be true.
    pub condition: &'a str,
    /// What is changed.
    pub update: &'a str,
    /// What stands for which name in both, each once.
    pub names: &'a [(Cow<'a, str>, Cow<'a, str>)],
    /// What stands for which value in both, each once.
    pub values: &'a [(Cow<'a, str>, AttributeValue)],
    /// What is told of the item.
    pub tells: Tells,
}

/// What sends such updates.
#[derive(Clone, Debug)]
pub struct Direct(Arc<Way>);

#[derive(Debug)]
struct Way {
    pool: Arc<Pool>,
    signer: std::result::Result<Signer, String>,
    /// Where it is, if not where AWS has it.
    endpoint: Option<String>,
    found: OnceCell<Uri>,
    /// How long a call may take, connecting included.
    patience: Duration,
}

impl Direct {
    /// Updates of items in `region`, or at `endpoint`, by `connections`. Each takes at most `patience`.
    pub(crate) fn new(
        connections: &Connections,
        (region, credentials): (Option<String>, std::result::Result<Credentials, String>),
        endpoint: Option<&str>,
        patience: Duration,
    ) -> Self {
        let region = region.ok_or_else(|| "no region is in the environment".to_owned());
        let signer = region.and_then(|region| Ok(Signer::new(credentials?, region)));
        let pool = connections.pool(by_attempt(patience));

        Self(Arc::new(Way { pool, signer, endpoint: endpoint.map(str::to_owned), found: OnceCell::new(), patience }))
    }

    /// Updates of items in an emulator at `endpoint`, to which everybody is the same: for tests.
    pub fn emulated(endpoint: &str) -> Self {
        let anybody = Credentials::new("anybody", "anybody", None, None, "emulator");
        let whose = (Some("us-east-1".to_owned()), Ok(anybody));

        Self::new(&Connections::to_aws(), whose, Some(endpoint), Duration::from_secs(10))
    }

    /// Makes `change`, once: an attempt without an answer may have been made. Returns what it tells of the item.
    ///
    /// # Errors
    /// It was not made, or nobody knows.
    pub async fn update(&self, change: &Change<'_>) -> std::result::Result<Item, Refused> {
        let way = &*self.0;
        let signer = way.signer.as_ref().map_err(|why| Error::Fault(why.clone()))?;
        let request = signer.signed(way.uri(signer).await?, wire::request(change)?)?;
        let within = tokio::time::timeout(way.patience, way.exchange(request)).await;
        let late = |_| Error::Unavailable(format!("no answer within {:?}", way.patience));
        let (parts, body) = within.map_err(late)??;

        if parts.status.is_success() { Ok(wire::made(&body)?) } else { Err(wire::refused(&parts, &body)) }
    }

    /// Makes `change`, waiting for conflicts and throttling. An attempt without an answer is made again, so its condition
    /// must make a second time harmless.
    ///
    /// # Errors
    /// The time of `tries` is over, or DynamoDB does not answer or does not take the call.
    pub async fn repeat(&self, change: &Change<'_>, tries: &mut Tries) -> Result<Updated> {
        let attempt = || async {
            match self.update(change).await {
                // The connection went stale while the process was frozen, or on its way: another one need not wait.
                Err(Refused::Failed(Error::Disconnected(_))) => self.update(change).await,
                answered => answered,
            }
        };

        repeated(attempt, tries).await
    }
}

impl Way {
    /// Where DynamoDB is: the SDK knows the regions.
    async fn uri(&self, signer: &Signer) -> Result<&Uri> {
        let find = || async {
            let params = Params::builder().region(signer.region()).set_endpoint(self.endpoint.clone()).build();
            let params = params.map_err(|error| Error::Fault(error.to_string()))?;
            let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
            let endpoint = endpoint.map_err(|error| Error::Fault(format!("no endpoint: {error}")))?;

            endpoint.url().parse().map_err(|error| Error::Fault(format!("the endpoint {}: {error}", endpoint.url())))
        };

        self.found.get_or_try_init(find).await
    }

    /// The answer, all of it.
    async fn exchange(&self, mut request: Request<SdkBody>) -> Result<(Parts, Bytes)> {
        let used = capture_connection(&mut request);
        let answer = self.pool.send(request).await.map_err(|error| {
            let cause = DisplayErrorContext(&error).to_string();
            if error.is_timeout() || error.is_user() { Error::Unavailable(cause) } else { Error::Disconnected(cause) }
        })?;
        let (parts, body) = answer.into_parts();
        // The SDK gives a connection up as well that leads to somebody who is not well.
        if parts.status.is_server_error()
            && let Some(connection) = used.connection_metadata().as_ref()
        {
            connection.poison();
        }
        let body = body.collect().await.map_err(|error| Error::Unavailable(DisplayErrorContext(&error).to_string()))?;

        Ok((parts, body.to_bytes()))
    }
}
