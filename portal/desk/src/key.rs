//! One key: facts, limits, usage, and what can be done with it.

use jiff::Timestamp;
use portal::{Actions, Control, Depth, Exposure, KeyPage, Limit, Notice, Replacement, Rotation, SetBy};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::InForce;
use shared::contract::limit::{self, Limits};
use shared::contract::portal::{Field, Operation};
use shared::http::visitor::List;
use shared::registry::ask::Ask;
use shared::registry::counts::Counts;
use shared::registry::key::{self, Filter, Id, Key, Standing, Status};
use shared::registry::organization::Organization;
use shared::store::{Reach, Remains};
use shared::{Denial, Page, Result, Visitor};

use crate::create::blank;
use crate::frame::{barred, control, frame, shown};
use crate::list::creating;
use crate::regenerate::secrets_of;
use crate::{mute, usage, view};

/// What of the key is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Shown {
    range: Option<String>,
    done: Option<String>,
}

/// The page of the key `id`.
///
/// # Errors
/// There is no such key, or the store does not answer.
pub async fn show(app: &App, visitor: &Visitor<List>, id: &Id, asked: Shown, now: Timestamp) -> Result<Page> {
    let Visitor { session, org, .. } = visitor;
    let key = view::find(app, &org.slug, id).await?;
    let (counted, plan) = tokio::try_join!(app.passes.counted(&key.digest), app.plan_of(org))?;
    let Remains { counts, last_used_at } = counted;
    let shares = org.shared_on(&plan).is_some();
    let together = if shares { app.passes.counted_together(&org.slug).await? } else { Counts::default() };
    let can = |operation, when_locked| control(app, session, org, operation, when_locked);
    let may_see_usage = session.may(app.portal()?, Operation::Usage);
    let range = usage::range(asked.range.as_deref());
    let overlap = key.overlap(now);
    let made = if may_see_usage || overlap.is_some() {
        // Whether the old secret can go is asked from the moment on when there were two, whatever range is shown.
        let since = overlap.and(key.predecessor).map(|predecessor| predecessor.at);
        Some(usage::of(app, session, &key, range, since, now).await?)
    } else {
        None
    };

    let (frame, once) = frame(app, visitor, Depth::Key, now)?;
    let alerts = mute::of_key(app, visitor, &key, once, now).await?;
    let muting = alerts.as_ref().zip(asked.done.as_deref()).and_then(|(alerts, done)| mute::notice(done, alerts));
    let regenerate = can(Operation::Regenerate, false);
    let days = made.as_ref().map(|made| made.days.as_slice()).unwrap_or_default();
    let rotation = secrets_of(&key, days, now).map(|secrets| Rotation { secrets, end: regenerate.clone() });
    let heard = alerts.iter().filter(|alerts| alerts.muted.is_none());
    let kinds = heard.flat_map(|alerts| alerts.open.iter().map(|(kind, _)| *kind)).collect();
    let is_barred = barred(app, org).is_some();
    let page = KeyPage {
        frame,
        notice: asked.done.as_deref().and_then(|done| notice(done, &key, is_barred, now)).or(muting),
        expiring: key.expires_at.is_some() || app.portal()?.form.contains(&Field::Expiration),
        refused: match key.standing(now) {
            Standing::Active | Standing::Quarantined => None,
            Standing::Inactive => Some(view::answer(app, &Denial::InactiveKey)),
            Standing::Expired => Some(view::answer(app, &Denial::ExpiredKey)),
        },
        exposure: key
            .exposed(now)
            .map(|leak| Exposure { since: leak.at, place: leak.place.as_ref().map(|place| place.as_str().to_owned()) }),
        limits: limits((org, &plan), &key, &counts, &together, now),
        rotation,
        replacement: if regenerate.is_absent() { replacement(app, visitor, (&key, &plan), now).await? } else { None },
        usage: made.map(|made| made.usage).filter(|_| may_see_usage),
        actions: Actions {
            edit: can(Operation::Update, false),
            regenerate,
            // To switch it on, the organization must be open.
            status: can(Operation::Deactivate, key.status != Status::Inactive),
            delete: can(Operation::Delete, true),
        },
        key: portal::Key { alerts: kinds, ..view::key(app, &key, last_used_at, now) },
        alerts,
    };

    shown(page.render())
}

/// What has just been done, as far as the key bears it out: anybody can write an address.
fn notice(done: &str, key: &Key, is_barred: bool, now: Timestamp) -> Option<Notice> {
    match (done, key.status) {
        ("edited", _) => Some(Notice::Edited),
        ("same", _) => Some(Notice::Same),
        ("deactivated", Status::Inactive) => Some(Notice::Deactivated),
        ("activated", Status::Active) if is_barred || key.standing(now) == Standing::Expired => {
            Some(Notice::ActivatedStill)
        }
        ("activated", Status::Active) => Some(Notice::Activated),
        ("ended", _) if key.overlap(now).is_none() => Some(Notice::OldEnded),
        _ => None,
    }
}

/// The limits of `key` on the `plan` of `org`, and what `counts` say is used of them; and those that all keys of `org` share, of which they
/// have used what `together` says.
fn limits(
    (org, plan): (&Organization, &InForce<'_>),
    key: &Key,
    counts: &Counts,
    together: &Counts,
    now: Timestamp,
) -> Vec<Limit> {
    let own = key.limits_on(plan, org.limits.as_ref()).unwrap_or_default();
    let ask = Ask::once(now);
    let limit = |limits: &Limits, counts: &Counts, (window, requests): (limit::Window, u32)| Limit {
        requests: u64::from(requests),
        window: view::window(window),
        used: u64::try_from(counts.used(limits, window, &ask)).unwrap_or_default(),
        resets: Timestamp::from_second(counts.resets(limits, window, &ask)).unwrap_or(now),
        set_by: None,
        slides: limits.slides(window),
        is_shared: false,
    };
    let set_by = |(window, requests)| {
        key.limits.set_by(window, requests).map(|by| match by {
            key::SetBy::Operator => SetBy::Operator,
            key::SetBy::Manager => SetBy::Manager,
        })
    };
    let shared = org.shared_on(plan).unwrap_or_default();
    let own = own.iter().map(|each| Limit { set_by: set_by(each), ..limit(&own, counts, each) });
    let shared = shared.iter().map(|each| Limit { is_shared: true, ..limit(&shared, together, each) });

    own.chain(shared).collect()
}

/// How `key` is replaced by another one, where it cannot be given a new secret: the key that was made after it under its
/// name, if there is one.
async fn replacement(
    app: &App,
    visitor: &Visitor<List>,
    (key, plan): (&Key, &InForce<'_>),
    now: Timestamp,
) -> Result<Option<Replacement>> {
    let Visitor { session, org, .. } = visitor;
    let create = creating(app, session, org, plan);
    if create == Control::Absent {
        return Ok(None);
    }
    let filter = Filter { text: Some(key.name.as_str().to_owned()), kind: key.kind.clone(), ..Filter::default() };
    let found = app.keys.search(&org.slug, &filter, (50, None), Reach::Page, now).await?;
    let is_next = |other: &&Key| other.name == key.name && other.id.as_str() > key.id.as_str();
    let new = match found.keys.iter().find(is_next) {
        Some(next) => Some(view::key(app, next, app.passes.last_used(next).await?, now)),
        None => None,
    };

    let sheet = blank(app, org, session, now)?;
    let gets = match sheet.kind_of(key.kind.as_deref()) {
        Some(kind) => sheet.gives(kind, &key.scopes),
        None => key.scopes.clone(),
    };
    let mut fill = vec![("name", key.name.as_str().to_owned())];
    fill.extend(key.kind.clone().map(|kind| ("type", kind)));
    let is_same = gets == key.scopes;
    if is_same && app.portal()?.form.contains(&Field::Permissions) {
        fill.push(("scopes", key.scopes.iter().collect::<Vec<_>>().join(",")));
    }
    let gets = (!is_same).then(|| gets.iter().map(str::to_owned).collect());

    Ok(Some(Replacement { create, fill, gets, new }))
}
