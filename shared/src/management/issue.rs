//! Issuing a key: first what the contract and the organization's plan allow, and then the key itself.

mod issued;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use issued::{Issued, IssuedBefore};

use crate::contract::denial::Denial;
use crate::contract::scope::Scopes;
use crate::contract::secret::{Digest, Secret};
use crate::contract::{InForce, KeyType};
use crate::gate::app::App;
use crate::management::repeat::{Done, done_before};
use crate::management::terms::{Order, Terms, cycle, orderable, own_limits, type_of};
use crate::registry::attempt::Attempt;
use crate::registry::author::Author;
use crate::registry::error::{Error, Result, both};
use crate::registry::key::{Id, Key, Status};
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::store::{Adding, Inserted, Keep};

/// Issues a key to the organization `slug`, on behalf of `author`. The secret is in the returned value, and kept
/// nowhere. Where this is to be done `once`, a repeat issues nothing.
///
/// # Errors
/// There is no such organization, the contract does not allow the order, or the plan's cap is reached.
pub async fn issue(
    app: &App,
    slug: &Slug,
    order: Order,
    author: &Author,
    once: Option<&Attempt>,
) -> Result<Done<Issued, IssuedBefore>> {
    let now = author.at;
    let mut tries = app.keys.tries();
    loop {
        let org = tries.run(|| app.keys.organization(slug)).await?.ok_or(Denial::OrganizationNotFound)?;
        author.may_go_on(&app.contract, &org, None)?;
        if let Some(before) = done_before(app, slug, once, author, &mut tries).await? {
            return issued_before(app, slug, author, before).await.map(Done::Before);
        }
        let terms = both(orderable(app, &org, &order, author), own_limits(app, &order, author));
        let ((Terms { scopes, expires_at }, limits), cycle) = both(terms, cycle(app, &order, author))?;
        let Minted { secret, digest, hint } = mint(app, type_of(app, order.kind.as_deref())?)?;
        let key = Key {
            id: Id::new(now, app.entropy)?,
            org: slug.clone(),
            name: order.name.clone(),
            external_id: order.external_id.clone(),
            metadata: order.metadata.clone().unwrap_or_default(),
            kind: order.kind.clone(),
            scopes,
            limits,
            addresses: order.allowed_addresses.clone().unwrap_or_default(),
            status: Status::Active,
            expires_at,
            cycle,
            created_at: now,
            digest,
            hint,
            previous: None,
            predecessor: None,
            leak: None,
            version: 1,
        };
        let issued = Issued::new(key.clone(), secret);
        let reply = issued.without_secret()?;
        let keep = once.map(|attempt| Keep { attempt, reply: &reply });
        let plan = tries.run(|| app.plan_of(&org)).await?;
        match app
            .keys
            .insert(std::slice::from_ref(&key), &org, plan.keys(), author, Adding::New(keep), &mut tries)
            .await?
        {
            Inserted::Yes => return Ok(Done::Now(issued)),
            Inserted::Full(_) => return Err(full(&org, &plan).into()),
            Inserted::Unauthorized => return Err(Denial::UnknownKey.into()),
            Inserted::Changed | Inserted::Taken | Inserted::Revoked | Inserted::IdTaken => {
                tries.again(dynamodb::Error::Contended).await?;
            }
        }
    }
}

/// The `reply` that was given when the key was issued, for an author who could issue it now.
///
/// # Errors
/// The key holds what `author` may not give, or is gone.
async fn issued_before(app: &App, slug: &Slug, author: &Author, reply: Box<RawValue>) -> Result<IssuedBefore> {
    #[derive(Deserialize)]
    struct Told {
        id: Id,
        scopes: Scopes,
    }
    let Told { id, scopes } = serde_json::from_str(reply.get()).map_err(Error::failed)?;
    author.can_give(&app.contract, scopes.iter())?;
    let (key, _) = app.keys.find(slug, &id).await?;
    key.ok_or(Denial::ResourceNotFound { resource: "API key" })?;

    Ok(IssuedBefore::new(reply))
}

/// A new secret, and what is kept of it.
#[derive(Debug)]
pub(crate) struct Minted {
    /// The secret.
    pub(crate) secret: Secret,
    /// What stands for it.
    pub(crate) digest: Digest,
    /// What people recognise it by, where the contract has hints.
    pub(crate) hint: Option<String>,
}

/// A new secret for a key of the type `kind`.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn mint(app: &App, kind: &KeyType) -> Result<Minted> {
    let secret = kind.format.mint(app.entropy)?;
    let digest = secret.digest().ok_or_else(|| Error::failed("a new secret was shown already"))?;

    let hint = kind.format.hint(&secret);

    Ok(Minted { secret, digest, hint })
}

/// Why `org` cannot have one more key on its `plan`, if it cannot.
pub fn no_room(org: &Organization, plan: &InForce<'_>) -> Option<Denial> {
    if !plan.api {
        return Some(Denial::NoApiOnPlan);
    }
    let is_full = plan.keys().is_some_and(|cap| org.keys >= i64::from(cap));

    is_full.then(|| full(org, plan))
}

/// The denial of one more key of `org` on its `plan`.
pub(crate) fn full(org: &Organization, plan: &InForce<'_>) -> Denial {
    let cap = plan.keys().unwrap_or_default();

    Denial::PlanLimit { reason: format!("The plan {} allows {cap} API keys", org.plan) }
}
