//! Webhooks: making, changing, rotating and removing them, and trying one out.

use jiff::{SignedDuration, Timestamp};

use crate::contract::denial::{Denial, Violation};
use crate::gate::app::App;
use crate::management::settle::is_done;
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::event;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::registry::webhook::{Address, Change, Id, MOST, OVERLAP_SECS, Order, TestHosts, Webhook, Why};
use crate::store::{Remembered, Replaced};

/// How often a webhook can be tried out within an hour.
const TESTS: i64 = 10;

/// The webhooks of `slug`, and the organization.
///
/// # Errors
/// There is no such organization.
pub async fn all(app: &App, slug: &Slug) -> Result<(Remembered<Vec<Webhook>>, Organization)> {
    let org = app.keys.organization(slug).await?.ok_or(Denial::OrganizationNotFound)?;

    Ok((app.keys.webhooks(slug).await?, org))
}

/// The webhook `id` of `slug`.
///
/// # Errors
/// There is no such organization or webhook.
pub async fn one(app: &App, slug: &Slug, id: &Id) -> Result<Webhook> {
    let (webhooks, _) = all(app, slug).await?;

    Ok(find(&webhooks.value, id)?.clone())
}

/// The webhook `id` among `webhooks`.
///
/// # Errors
/// There is no such webhook.
pub fn find<'a>(webhooks: &'a [Webhook], id: &Id) -> Result<&'a Webhook> {
    let found = webhooks.iter().find(|webhook| webhook.id == *id);

    found.ok_or_else(gone)
}

fn check(url: &Address, test_hosts: &TestHosts) -> Result<()> {
    url.check(test_hosts).map_err(|what| Violation::new("url", what).into())
}

/// Makes a webhook for `slug`, on behalf of `author`. Where it is given which version of the webhooks was `seen`, as in the
/// changes below, it is made beside those and no others.
///
/// # Errors
/// Its address is none that can be allowed, the organization has as many as it can have, or others than were seen.
pub async fn create(
    app: &App,
    slug: &Slug,
    order: &Order,
    author: &Author,
    test_hosts: &TestHosts,
    seen: Option<i64>,
) -> Result<Webhook> {
    check(&order.url, test_hosts)?;
    let webhook = Webhook {
        id: Id::new(author.at, app.entropy)?,
        url: order.url.clone(),
        kinds: order.kinds.clone(),
        disabled: None,
        created_at: author.at,
        generation: 1,
        previous_until: None,
    };
    write(app, slug, (author, Action::WebhookCreated), seen, |before| {
        if before.len() >= MOST {
            let reason = format!("An organization can have {MOST} webhooks");
            return Err(Denial::Conflict { reason }.into());
        }
        Ok((None, Some(webhook.clone())))
    })
    .await?;

    Ok(webhook)
}

/// Makes `change` to the webhook `id` of `slug`, on behalf of `author`. A change that changes nothing leaves nothing behind.
///
/// # Errors
/// There is no such webhook, its address is none that can be allowed, or the webhooks are others than were `seen`.
pub async fn change(
    app: &App,
    slug: &Slug,
    id: &Id,
    change: &Change,
    author: &Author,
    test_hosts: &TestHosts,
    seen: Option<i64>,
) -> Result<Webhook> {
    if let Some(url) = &change.url {
        check(url, test_hosts)?;
    }
    let changed = write(app, slug, (author, Action::WebhookChanged), seen, |before| {
        let before = find(before, id)?;
        Ok((Some(before.clone()), Some(change.apply(before))))
    });

    changed.await?.ok_or_else(gone)
}

/// Gives the webhook `id` of `slug` a new secret, on behalf of `author`. The one before signs, too, for another day.
///
/// # Errors
/// There is no such webhook, or the webhooks are others than were `seen`.
pub async fn rotate(app: &App, slug: &Slug, id: &Id, author: &Author, seen: Option<i64>) -> Result<Webhook> {
    let until = author.at.saturating_add(SignedDuration::from_secs(OVERLAP_SECS));
    let until = until.unwrap_or(author.at);
    let rotated = write(app, slug, (author, Action::WebhookRotated), seen, |before| {
        let before = find(before, id)?;
        let generation = before.generation.saturating_add(1);
        let after = Webhook { generation, previous_until: Some(until), ..before.clone() };
        Ok((Some(before.clone()), Some(after)))
    });

    rotated.await?.ok_or_else(gone)
}

/// Removes the webhook `id` of `slug`, on behalf of `author`. What is on its way there is not sent any more.
///
/// # Errors
/// There is no such webhook.
pub async fn delete(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<()> {
    let deleted =
        write(app, slug, (author, Action::WebhookDeleted), None, |before| Ok((Some(find(before, id)?.clone()), None)));

    deleted.await.map(drop)
}

/// Sends nothing more to `tried`, a webhook of `slug`, because of `why`. Nobody has asked for that: it is an event of its own.
/// Returns whether it is disabled for that: it is not where it has another address by now, is switched off, or is gone.
///
/// # Errors
/// The store's.
pub async fn disable(app: &App, slug: &Slug, tried: &Webhook, why: Why, now: Timestamp) -> Result<bool> {
    let author = Author::stack(now);
    let disabled = write(app, slug, (&author, Action::WebhookDisabled), None, |before| {
        let before = find(before, &tried.id)?;
        let is_other = before.url != tried.url;
        let disabled = before.disabled.or((!is_other).then_some(why));
        Ok((Some(before.clone()), Some(Webhook { disabled, ..before.clone() })))
    });
    match disabled.await {
        Err(crate::Error::Denied(Denial::ResourceNotFound { .. } | Denial::OrganizationNotFound)) => Ok(false),
        after => Ok(after?.is_some_and(|after| after.disabled == Some(why) && after.url == tried.url)),
    }
}

/// Sends an event to the webhook `id` of `slug`, to try it out, on behalf of `author`: with the next delivery. Returns the
/// event's id.
///
/// # Errors
/// There is no such webhook, it is switched off, or it was tried out ten times in this hour.
pub async fn test(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<event::Id> {
    let (webhooks, org) = all(app, slug).await?;
    let webhook = find(&webhooks.value, id)?;
    author.may_go_on(&app.contract, &org, None)?;
    if webhook.disabled.is_some() {
        return Err(Denial::Conflict { reason: "The webhook is disabled".to_owned() }.into());
    }
    match app.keys.count_test(&org, id, TESTS, author).await? {
        Replaced::Yes => Ok(app.outbox.test(slug, id, author.at, app.entropy).await?),
        Replaced::Unauthorized => Err(Denial::UnknownKey.into()),
        Replaced::Changed => {
            // Unless the organization is gone.
            all(app, slug).await?;
            let reason = format!("A webhook can be tested {TESTS} times an hour");
            Err(Denial::Conflict { reason }.into())
        }
    }
}

fn gone() -> crate::Error {
    Denial::ResourceNotFound { resource: "Webhook" }.into()
}

/// Writes one webhook of `slug` as `change` says: from what it was before, if it was, to what it is after, if it is. Returns the
/// latter. Where it is given which version of the webhooks was `seen`, nothing is written over another one.
async fn write(
    app: &App,
    slug: &Slug,
    (author, action): (&Author, Action),
    seen: Option<i64>,
    change: impl Fn(&[Webhook]) -> Result<(Option<Webhook>, Option<Webhook>)> + Send,
) -> Result<Option<Webhook>> {
    let mut tries = app.keys.tries();
    loop {
        let (read, org) = all(app, slug).await?;
        author.may_go_on(&app.contract, &org, None)?;
        if seen.is_some_and(|seen| seen != read.version()) {
            return Err(Denial::Conflict { reason: "The webhooks have changed meanwhile".to_owned() }.into());
        }
        let (before, after) = change(&read.value)?;
        if before == after {
            return Ok(after);
        }
        let mut webhooks = read.value.clone();
        webhooks.retain(|webhook| before.as_ref().is_none_or(|before| webhook.id != before.id));
        webhooks.extend(after.clone());
        webhooks.sort_by(|one, other| one.id.cmp(&other.id));
        let states = [&before, &after].map(|webhook| webhook.as_ref().map(|webhook| webhook.in_full(author.at)));
        let entry = author.did(action, slug, None, states);
        let replaced = app.keys.put_webhooks(&org, &read.with(webhooks), author, &entry, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(after);
        }
    }
}
