//! Changing what an organization is told of.

use crate::contract::denial::{Denial, Violation};
use crate::contract::reading::FAULTS_MAX;
use crate::gate::app::App;
use crate::management::settle::is_done;
use crate::registry::alert::{Change, Settings, View};
use crate::registry::audit::Action;
use crate::registry::author::{Author, Plane};
use crate::registry::error::{Error, Result, both};
use crate::registry::key;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::store::Remembered;

/// What `slug` is told of, and the organization as it is now.
///
/// # Errors
/// There is no such organization.
pub async fn settings(app: &App, slug: &Slug) -> Result<(Remembered<Settings>, Organization)> {
    let org = app.keys.organization(slug).await?.ok_or(Denial::OrganizationNotFound)?;

    Ok((app.keys.alert_settings(slug).await?, org))
}

/// Makes `change` to what `slug` is told of, on behalf of `author`. A change that changes nothing leaves nothing behind. Where
/// it is given which version of the settings was `seen`, it is made to those and no others.
///
/// # Errors
/// As for [`settings`], every member of `change` that is wrong, or the settings are others than were seen. Nothing is kept
/// then.
pub async fn change(app: &App, slug: &Slug, change: &Change, author: &Author, seen: Option<i64>) -> Result<View> {
    let (alerts, now) = (&app.contract.alerts, author.at);
    let mut tries = app.keys.tries();
    loop {
        let (read, org) = settings(app, slug).await?;
        author.may_go_on(&app.contract, &org, None)?;
        if seen.is_some_and(|seen| seen != read.version()) {
            return Err(Denial::Conflict { reason: "The settings of alerts have changed meanwhile".to_owned() }.into());
        }
        let after = read.value.after(change, alerts, author.plane == Plane::Operator, now).map_err(Error::from);
        let own = check_own(app, slug, &read.value.newly_muted(change)).await;
        let (after, ()) = both(after, own)?;
        if after == read.value {
            return Ok(after.view(alerts, now));
        }
        let states = [&read.value, &after].map(|settings| Some(settings.in_full(alerts, now)));
        let entry = author.did(Action::AlertsChanged, slug, None, states);
        let view = after.view(alerts, now);
        let replaced = app.keys.put_alert_settings(&org, &read.with(after), author, &entry, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(view);
        }
    }
}

/// Whether the keys `muted` are all the organization's.
async fn check_own(app: &App, slug: &Slug, muted: &[key::Id]) -> Result<()> {
    if muted.is_empty() {
        return Ok(());
    }
    let known = app.keys.names(slug, muted).await?;
    let foreign = muted.iter().map(key::Id::as_str).filter(|key| !known.contains_key(*key));
    let foreign: Vec<_> = foreign.take(FAULTS_MAX).collect();
    if foreign.is_empty() {
        return Ok(());
    }

    Err(Violation::new("muted", format!("must name the organization's keys, not {}", foreign.join(", "))).into())
}
