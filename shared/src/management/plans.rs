//! Overriding the numbers of plans: for the whole stack, without a build.

use jiff::Timestamp;

use crate::contract::Override;
use crate::contract::denial::{Denial, Violation};
use crate::gate::app::App;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::plan::{Entry, Name, Overridden, Row, View};
use crate::store::{After, Remembered};

/// Every plan of the contract, and every other one that is overridden, as they are at `now`.
///
/// # Errors
/// The store does not answer.
pub async fn all(app: &App, now: Timestamp) -> Result<Vec<View>> {
    let mut kept = app.keys.plan_overrides().await?;
    kept.retain(|name, kept| app.contract.plans.contains_key(name) || !kept.value.numbers.is_empty());
    for name in app.contract.plans.keys() {
        kept.entry(name.clone()).or_default();
    }
    let views = kept.into_iter().map(|(name, kept)| View::new(&name, kept.value, &app.contract, now));

    Ok(views.collect())
}

/// The plan `name` at `now`.
///
/// # Errors
/// The contract has no such plan, and it was never overridden either.
pub async fn one(app: &App, name: &Name, now: Timestamp) -> Result<View> {
    let kept = app.keys.plan_override(name.as_str()).await?;
    check_known(app, name, &kept)?;

    Ok(View::new(name.as_str(), kept.value, &app.contract, now))
}

/// Who has overridden the plan `name` or taken that back: at most `limit` rows after the one that is named, newest first; and the
/// last one, if there are more.
///
/// # Errors
/// The contract has no such plan, and it was never overridden either.
pub async fn audit(app: &App, name: &Name, limit: u32, after: Option<After>) -> Result<(Vec<Row>, Option<After>)> {
    check_known(app, name, &app.keys.plan_override(name.as_str()).await?)?;

    Ok(app.keys.plan_audit(name.as_str(), limit, after).await?)
}

/// Puts `said` in the place of the numbers of the plan `name`, and of all that was said of it before, on behalf of `author`. What
/// changes nothing leaves nothing behind.
///
/// # Errors
/// The contract has no such plan, or has no room for what is said: all that is wrong is told, and nothing is kept.
pub async fn put(app: &App, name: &Name, said: Override, author: &Author) -> Result<View> {
    if !app.contract.plans.contains_key(name.as_str()) {
        return Err(unknown().into());
    }
    if said.is_empty() {
        return Err(Violation::new("body", "must say a number that is to stand in place of the contract's").into());
    }
    let flaws = app.contract.in_force(name.as_str(), said.clone()).flaws().to_vec();
    if !flaws.is_empty() {
        return Err(flaws.into());
    }

    change(app, name, said, author).await
}

/// Takes back what is said of the plan `name`, on behalf of `author`: its numbers are the contract's.
///
/// # Errors
/// The contract has no such plan, and it was never overridden either.
pub async fn take_back(app: &App, name: &Name, author: &Author) -> Result<View> {
    change(app, name, Override::default(), author).await
}

async fn change(app: &App, name: &Name, said: Override, author: &Author) -> Result<View> {
    let mut tries = app.keys.tries();
    loop {
        let read = tries.run(|| app.keys.plan_override(name.as_str())).await?;
        check_known(app, name, &read)?;
        let view = |kept| View::new(name.as_str(), kept, &app.contract, author.at);
        if read.value.numbers == said {
            return Ok(view(read.value));
        }
        let entry = Entry::of(author, &read.value.numbers, &said);
        let now = read.with(Overridden { numbers: said.clone(), changed_at: Some(author.at) });
        if app.keys.override_plan(name.as_str(), &now, &entry, &mut tries).await? {
            return Ok(view(now.value));
        }
        tries.again(dynamodb::Error::Contended).await?;
    }
}

/// A plan that the contract has dropped is still shown, and what is said of it can be taken back.
fn check_known(app: &App, name: &Name, kept: &Remembered<Overridden>) -> Result<()> {
    if app.contract.plans.contains_key(name.as_str()) || kept.is_there() {
        return Ok(());
    }

    Err(unknown().into())
}

const fn unknown() -> Denial {
    Denial::ResourceNotFound { resource: "Plan" }
}
