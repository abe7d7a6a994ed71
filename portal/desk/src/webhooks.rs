//! Webhooks: where events are sent, and one more address.

use jiff::Timestamp;
use portal::{Attempted, Depth, Halt, Notice, Problem, Secret, WebhookSecretPage, WebhooksPage};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::portal::Operation;
use shared::http::visitor::Webhooks;
use shared::management::webhooks;
use shared::registry::webhook::{MOST, Master, Order, Sent, Webhook, Why};
use shared::{Denial, Error, Form, Page, Result, Visitor};
use vault::Vault;

use crate::frame::{check_open, control, frame, shown, shown_with, status};
use crate::sending::Typed;
use crate::view;

/// What has led to the list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Led {
    pub(crate) done: Option<String>,
}

/// The webhooks of the organization, and a form for one more.
///
/// # Errors
/// The store does not answer.
pub async fn list(app: &App, visitor: &Visitor<Webhooks>, led: &Led, now: Timestamp) -> Result<Page> {
    let notice = match led.done.as_deref() {
        Some("removed") => Some(Notice::WebhookRemoved),
        Some(_) | None => None,
    };

    page(app, visitor, &Typed::blank(), Told { notice, ..Told::default() }, now).await
}

/// What is said on the page.
#[derive(Default)]
struct Told {
    notice: Option<Notice>,
    problems: Vec<Problem>,
    /// The version that a form was made from which did nothing: there is another one by now, or there are as many webhooks as there may be.
    outdated: Option<i64>,
}

async fn page(app: &App, visitor: &Visitor<Webhooks>, typed: &Typed, told: Told, now: Timestamp) -> Result<Page> {
    let Told { notice, problems, outdated } = told;
    let slug = &visitor.org.slug;
    let (read, org) = webhooks::all(app, slug).await?;
    let mut sent = app.keys.sent(slug, now).await?;
    let webhooks =
        read.value.iter().map(|hook| hook_of(hook, &sent.remove(&hook.id).unwrap_or_default(), now)).collect();
    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let changed = outdated.is_some_and(|seen| seen != read.version());
    let status = status(&problems, outdated.is_some());
    let page = WebhooksPage {
        frame,
        notice,
        changed,
        full: read.value.len() >= MOST,
        add: control(app, &visitor.session, &org, Operation::Webhooks, false),
        form: typed.form(app, once, read.version(), Vec::new(), problems),
        webhooks,
    };

    shown_with(status, page.render())
}

/// A webhook, as pages show it at `now`.
pub(crate) fn hook_of(webhook: &Webhook, sent: &Sent, now: Timestamp) -> portal::Webhook {
    portal::Webhook {
        id: webhook.id.to_string(),
        url: webhook.url.as_str().to_owned(),
        kinds: webhook.kinds.as_ref().map(|kinds| u64::try_from(kinds.count()).unwrap_or(u64::MAX)),
        halted: webhook.disabled.map(|why| match why {
            Why::Asked => Halt::Asked,
            Why::Gone => Halt::Gone,
            Why::Failing => Halt::Failing,
        }),
        created: webhook.created_at,
        old_until: webhook.previous_until.filter(|until| *until > now),
        last: webhook.attempted(sent).map(|last| Attempted {
            at: last.at.parse().unwrap_or(now),
            taken: last.taken,
            outcome: last.outcome,
        }),
        given_up: sent.dead_letter_at,
    }
}

/// Makes the webhook that `form` asks for, and shows its secret; or the form again, with what is wrong. A form that was made
/// from other webhooks than there are now makes none: so it is carried out once, however often it is sent.
///
/// # Errors
/// The organization is locked, the visitor may not, or a store does not answer.
pub async fn create(app: &App, visitor: &Visitor<Webhooks>, form: &Form, now: Timestamp) -> Result<Page> {
    check_open(visitor)?;
    let vault = Vault::shared().await?;
    let typed = Typed::of(form);
    let order = match typed.read(&vault.test_hosts, Vec::new()) {
        Ok(wanted) => Order { url: wanted.url, kinds: wanted.kinds },
        Err(problems) => return page(app, visitor, &typed, Told { problems, ..Told::default() }, now).await,
    };
    // Before anything is made: whoever cannot be told the secret is not given one.
    let master = vault.master().await?;
    let (slug, author, seen) = (&visitor.org.slug, visitor.author_unless_locked(), view::seen(form));
    match webhooks::create(app, slug, &order, &author, &vault.test_hosts, Some(seen)).await {
        Ok(webhook) => hand_over(app, visitor, Depth::Top, master, &webhook, now),
        Err(Error::Denied(Denial::Conflict { .. })) => {
            page(app, visitor, &typed, Told { outdated: Some(seen), ..Told::default() }, now).await
        }
        Err(error) => Err(error),
    }
}

/// The one page that shows the current secret of `webhook`.
///
/// # Errors
/// There is no randomness.
pub(crate) fn hand_over(
    app: &App,
    visitor: &Visitor<Webhooks>,
    depth: Depth,
    master: &Master,
    webhook: &Webhook,
    now: Timestamp,
) -> Result<Page> {
    let (frame, _) = frame(app, visitor, depth, now)?;
    let secret = master.secret(&visitor.org.slug, &webhook.id, webhook.generation).text();

    shown(
        WebhookSecretPage { frame, webhook: hook_of(webhook, &Sent::default(), now), secret: Secret::new(secret) }
            .render(),
    )
}
