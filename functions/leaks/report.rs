//! `POST /leaks/report`: report a key that you have found. Having it is all the proof there is, and all that is needed: what the policy
//! of its organization says is done when this returns. The answer is the same whatever was sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::contract::secret::Plain;
use shared::management::leak::{Found, deal_with};
use shared::{Accepted, App, Body, Exit, Finder, Result};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LeakReport")]
struct Report {
    /// The key that was found.
    key: Plain,
    /// Where it was found. What is no address of the web is not kept.
    url: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Thanks {
    /// `true`. Whether it is a key is not said.
    received: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(take).await
}

async fn take(app: &'static App, Finder(teller): Finder, Body(report): Body<Report>) -> Result<Accepted<Thanks>> {
    let found = Found::read(app, report.key.as_bytes(), report.url.as_deref());
    deal_with(app, &[found], &teller).await?;

    Ok(Accepted(Thanks { received: true }))
}
