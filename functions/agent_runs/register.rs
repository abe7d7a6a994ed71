//! `POST /v1/register-agent-run`: an agent has begun to run. The reply names the trace of the run, without an envelope.

use reference::agent_runs::{AgentRuns, NewRun, Registered};
use shared::contract::scope::RegisterRuns;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Exit, Json, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(register).await
}

async fn register(
    app: &'static App,
    caller: Caller<RegisterRuns>,
    At(now): At,
    Body(run): Body<NewRun>,
) -> Result<Json<Registered>> {
    let trace_id = dated_uuid(now, app.entropy)?;

    Ok(Json(AgentRuns::new(app.reference()?).register(caller.org().as_str(), trace_id.into(), run, now).await?))
}
