//! `POST /operator/v1/keys/find`: whose is this key? By the key, its SHA-256, its id, or its fingerprint in an organization. Counts
//! nothing, and keeps nothing.

use shared::management::find::{Match, Question, find};
use shared::registry::page::Pagination;
use shared::{App, At, Body, Exit, Handler, Listed, Operator, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(answer.may_refuse(&[Reason::NotFound("API key"), Reason::NoOrganization])).await
}

async fn answer(app: &'static App, _: Operator, At(now): At, Body(question): Body<Question>) -> Result<Listed<Match>> {
    let (found, cursor) = find(app, &question, now).await?;

    Ok(Listed(found, Pagination::new(question.limit, cursor)))
}
