//! `POST /api/consumers`: register a consumer. No two consumers of an organization have the same email, whatever its
//! case.

use reference::launch::{Consumer, Consumers, NewConsumer};
use shared::contract::scope::WriteConsumers;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Denial, Exit, Handler, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::Conflict])).await
}

async fn create(
    app: &'static App,
    caller: Caller<WriteConsumers>,
    At(now): At,
    Body(new): Body<NewConsumer>,
) -> Result<Created<Consumer>> {
    let consumer = Consumer::new(new, dated_uuid(now, app.entropy)?.into(), now)?;
    if Consumers::new(app.reference()?).insert(caller.org().as_str(), &consumer).await? {
        return Ok(Created(consumer));
    }

    Err(Denial::Conflict { reason: "There is a consumer with this email".to_owned() }.into())
}
