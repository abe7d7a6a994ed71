//! One webhook: what is known of it, and what can be done with it.

use jiff::Timestamp;
use payload::Field;
use portal::{Depth, Notice, Problem, WebhookPage};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::portal::Operation;
use shared::http::visitor::Webhooks;
use shared::management::webhooks;
use shared::registry::author::Author;
use shared::registry::webhook::{Change, Id, Status};
use shared::{Denial, Error, Form, Page, Result, Visitor};
use vault::{Vault, test_hosts};

use crate::frame::{check_open, control, frame, shown_with, status};
use crate::sending::{Typed, kept};
use crate::view;
use crate::webhooks::{Led, hand_over, hook_of};

/// The webhook that a path names.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Hook {
    /// Its id.
    pub id: Id,
}

/// The page of the webhook `id`.
///
/// # Errors
/// There is no such webhook, or the store does not answer.
pub async fn show(app: &App, visitor: &Visitor<Webhooks>, id: &Id, led: &Led, now: Timestamp) -> Result<Page> {
    page(app, visitor, (id, Depth::Key), None, Told { done: led.done.clone(), ..Told::default() }, now).await
}

/// What is said on the page.
#[derive(Default)]
struct Told {
    /// What has led here.
    done: Option<String>,
    problems: Vec<Problem>,
    /// The version that a form was made from which did nothing: there may be another one by now.
    seen: Option<i64>,
}

async fn page(
    app: &App,
    visitor: &Visitor<Webhooks>,
    (id, depth): (&Id, Depth),
    typed: Option<&Typed>,
    Told { done, problems, seen }: Told,
    now: Timestamp,
) -> Result<Page> {
    let slug = &visitor.org.slug;
    let (read, _) = webhooks::all(app, slug).await?;
    let webhook = webhooks::find(&read.value, id)?;
    let sent = app.keys.sent_to(slug, id, now).await?;
    let (frame, once) = frame(app, visitor, depth, now)?;
    let notice = match done.as_deref() {
        Some("saved") => Some(Notice::Edited),
        Some("same") => Some(Notice::Same),
        Some("tested") => Some(Notice::Tested),
        Some("enough") if webhook.disabled.is_none() => Some(Notice::TestedEnough),
        Some(_) | None => None,
    };
    let changed = seen.is_some_and(|seen| seen != read.version());
    let status = status(&problems, changed);
    let own = Typed::as_it_is(webhook);
    let page = WebhookPage {
        frame,
        notice,
        changed,
        change: control(app, &visitor.session, &visitor.org, Operation::Webhooks, false),
        form: typed.unwrap_or(&own).form(app, once, read.version(), kept(app, webhook), problems),
        webhook: hook_of(webhook, &sent, now),
    };

    shown_with(status, page.render())
}

/// Changes the webhook `id` as `form` says, or switches it on or off, and leads back to it; or shows the form again, with what
/// is wrong. A form that was made from other webhooks than there are now changes nothing. Switching off can be done
/// while the organization is locked.
///
/// # Errors
/// There is no such webhook, the organization is locked, the visitor may not, or the store does not answer.
pub async fn update(app: &App, visitor: &Visitor<Webhooks>, id: &Id, form: &Form, now: Timestamp) -> Result<Page> {
    let status = match form.text("status") {
        "active" => Some(Status::Active),
        "disabled" => Some(Status::Disabled),
        _ => None,
    };
    let test_hosts = test_hosts()?;
    let slug = &visitor.org.slug;
    let before = webhooks::one(app, slug, id).await?;
    if let Some(status) = status {
        let author: Author = if status == Status::Disabled { visitor.author() } else { visitor.author_unless_locked() };
        let wanted = Change { url: None, kinds: Field::LeftOut, status: Some(status) };
        webhooks::change(app, slug, id, &wanted, &author, &test_hosts, None).await?;
        let done = if before.disabled.is_some() == (status == Status::Disabled) { "same" } else { "saved" };
        return Ok(Page::see_other(&format!("{id}?done={done}")));
    }
    check_open(visitor)?;
    let (typed, seen) = (Typed::of(form), view::seen(form));
    // The form was sent to the webhook's own address.
    let again = |problems| {
        let told = Told { problems, seen: Some(seen), ..Told::default() };
        page(app, visitor, (id, Depth::Key), Some(&typed), told, now)
    };
    let wanted = match typed.read(&test_hosts, kept(app, &before)) {
        Ok(wanted) => wanted,
        Err(problems) => return again(problems).await,
    };
    if before.url == wanted.url && before.kinds == wanted.kinds {
        return Ok(Page::see_other(&format!("{id}?done=same")));
    }
    let wanted = Change { url: Some(wanted.url), kinds: wanted.kinds.map_or(Field::Null, Field::Value), status: None };
    let author = visitor.author_unless_locked();
    match webhooks::change(app, slug, id, &wanted, &author, &test_hosts, Some(seen)).await {
        Ok(_) => Ok(Page::see_other(&format!("{id}?done=saved"))),
        Err(Error::Denied(Denial::Conflict { .. })) => again(Vec::new()).await,
        Err(error) => Err(error),
    }
}

/// Gives the webhook `id` a new secret, and shows it. A form that was made from other webhooks than there are now does nothing:
/// so it is carried out once, however often it is sent.
///
/// # Errors
/// There is no such webhook, the organization is locked, the visitor may not, or a store does not answer.
pub async fn rotate(app: &App, visitor: &Visitor<Webhooks>, id: &Id, form: &Form, now: Timestamp) -> Result<Page> {
    check_open(visitor)?;
    let master = Vault::shared().await?.master().await?;
    let (author, seen) = (visitor.author_unless_locked(), Some(view::seen(form)));
    match webhooks::rotate(app, &visitor.org.slug, id, &author, seen).await {
        Ok(webhook) => hand_over(app, visitor, Depth::Action, master, &webhook, now),
        Err(Error::Denied(Denial::Conflict { .. })) => {
            page(app, visitor, (id, Depth::Action), None, Told { seen, ..Told::default() }, now).await
        }
        Err(error) => Err(error),
    }
}

/// Sends a test to the webhook `id`, and leads back to it.
///
/// # Errors
/// There is no such webhook, the organization is locked, the visitor may not, or the store does not answer.
pub async fn test(app: &App, visitor: &Visitor<Webhooks>, id: &Id) -> Result<Page> {
    check_open(visitor)?;
    let done = match webhooks::test(app, &visitor.org.slug, id, &visitor.author_unless_locked()).await {
        Ok(_) => "tested",
        // The page says why where it is switched off, and offers no test then.
        Err(Error::Denied(Denial::Conflict { .. })) => "enough",
        Err(error) => return Err(error),
    };

    Ok(Page::see_other(&format!("../{id}?done={done}")))
}

/// Removes the webhook `id`, and leads to the list. That can be done while the organization is locked.
///
/// # Errors
/// The visitor may not, or the store does not answer.
pub async fn delete(app: &App, visitor: &Visitor<Webhooks>, id: &Id) -> Result<Page> {
    match webhooks::delete(app, &visitor.org.slug, id, &visitor.author()).await {
        // It is gone: what was asked for.
        Ok(()) | Err(Error::Denied(Denial::ResourceNotFound { .. })) => {
            Ok(Page::see_other("../../webhooks?done=removed"))
        }
        Err(error) => Err(error),
    }
}
