//! `POST /operator/v1/verify`: is this key let in, with these scopes? For services that are not behind this API. It counts
//! like a request, and a refusal brings the answer that the contract gives to such a caller.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Scopes;
use shared::contract::secret::Plain;
use shared::gate::verify::{Verdict, verify};
use shared::{App, At, Body, Data, Exit, Operator, Result};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Without one, the verdict is `missing_credential`.
    key: Option<Plain>,
    scopes: Option<Scopes>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(answer).await
}

async fn answer(app: &'static App, _: Operator, At(now): At, Body(question): Body<Question>) -> Result<Data<Verdict>> {
    Ok(Data(verify(app, question.key.as_ref(), &question.scopes.unwrap_or_default(), now).await?))
}
