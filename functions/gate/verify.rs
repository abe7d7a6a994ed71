//! `POST /operator/v1/verify`: is this key let in, with these scopes? For services that are not behind this API. It counts
//! like a request, and a refusal brings the answer that the contract gives to such a caller.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::cost::Cost;
use shared::contract::scope::Scopes;
use shared::contract::secret::Plain;
use shared::gate::verify::{Verdict, verify};
use shared::registry::ask::Ask;
use shared::{App, Body, Data, Exit, Operator, Result, Within};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Without one, the verdict is `missing_credential`.
    key: Option<Plain>,
    scopes: Option<Scopes>,
    /// How much the request counts in every window: 1 where it is left out. 0 only asks: it counts nothing, and passes where nothing
    /// is left.
    cost: Option<Cost>,
    /// From where the request comes. A key that may be used from some addresses alone is refused without one.
    #[schemars(with = "Option<String>", extend("format" = "ip"))]
    address: Option<IpAddr>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(answer).await
}

async fn answer(
    app: &'static App,
    Operator { author }: Operator,
    Within(times): Within,
    Body(question): Body<Question>,
) -> Result<Data<Verdict>> {
    let ask = Ask { times, cost: question.cost.unwrap_or(Cost::ONE), address: question.address };

    Ok(Data(verify(app, question.key.as_ref(), &question.scopes.unwrap_or_default(), &ask, &author.request).await?))
}
