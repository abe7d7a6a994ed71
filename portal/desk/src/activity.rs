//! Who changed what: the audit trail, as an organization's people may see it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::{ActivityPage, Depth, Event, KeyRef, What, Who};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use shared::gate::app::App;
use shared::http::visitor::Activity;
use shared::registry::audit::{Action, Plane, Row};
use shared::registry::key::Id;
use shared::{Page, Result, Visitor};

use crate::frame::{frame, shown};

/// How many rows a page shows.
const SHOWN: u32 = 25;

/// From where on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Older {
    cursor: Option<String>,
}

/// A page of the audit trail, newest first.
///
/// # Errors
/// The store does not answer, or the cursor is none of ours.
pub async fn activity(app: &App, visitor: &Visitor<Activity>, older: Older, now: Timestamp) -> Result<Page> {
    let org = &visitor.org;
    let after = older.cursor.as_deref().map(|cursor| org.seal.open("portal-activity", cursor)).transpose()?;
    let (rows, last) = app.keys.audit(&org.slug, SHOWN, after.as_deref()).await?;
    let mut mentioned: Vec<Id> = rows.iter().filter_map(|row| row.key_id.clone()).collect();
    let actors = rows.iter().filter(|row| row.plane == Plane::Key);
    mentioned.extend(actors.filter_map(|row| Id::try_from(row.actor.clone()).ok()));
    let names = app.keys.names(&org.slug, &mentioned).await?;

    let (frame, _) = frame(app, visitor, Depth::Top, now)?;
    let events = rows.into_iter().map(|row| event(row, &names, now)).collect();
    let older = last.map(|position| org.seal.seal("portal-activity", &position));

    shown(ActivityPage { frame, events, first: after.is_none(), older }.render())
}

fn event(row: Row, names: &BTreeMap<String, String>, now: Timestamp) -> Event {
    let known = [&row.after, &row.before].into_iter().flatten().find_map(|state| state.get("name")?.as_str());
    let known = known.map(str::to_owned);
    let key = |id: String, known: Option<String>| {
        let name = names.get(&id).cloned();
        KeyRef { exists: name.is_some(), name: known.or(name), id }
    };
    let who = match row.plane {
        Plane::Operator => Who::Operator,
        Plane::Portal => Who::Person { subject: row.actor.clone(), name: None },
        Plane::Key => Who::Key(key(row.actor.clone(), None)),
    };

    Event {
        at: row.at.parse().unwrap_or(now),
        who,
        what: what(&row),
        key: row.key_id.map(|id| key(id.to_string(), known)),
        request: Some(row.request_id),
    }
}

/// What was done. A change of a key says what it was by what is different.
fn what(row: &Row) -> What {
    match row.action {
        Action::OrganizationCreated => What::OrganizationCreated,
        Action::OrganizationChanged => What::OrganizationChanged,
        Action::KeyCreated => What::KeyCreated,
        Action::KeyChanged => changed(row.before.as_ref(), row.after.as_ref()),
        Action::KeyRegenerated => What::KeyRegenerated,
        Action::KeyImported => What::KeyImported,
        Action::KeyDeleted => What::KeyDeleted,
        Action::SessionCreated => What::SessionCreated,
        Action::SessionEntered => What::SessionEntered,
        Action::SessionEnded => What::SessionEnded,
    }
}

fn changed(before: Option<&Value>, after: Option<&Value>) -> What {
    let member = |state: Option<&Value>, name: &str| state.and_then(|state| state.get(name)).cloned();
    let [was, is] = [before, after].map(|state| member(state, "status"));
    let is_inactive = |status: &Option<Value>| status.as_ref().is_some_and(|status| status == "inactive");
    if is_inactive(&is) && !is_inactive(&was) {
        What::KeyDeactivated
    } else if is_inactive(&was) && !is_inactive(&is) {
        What::KeyActivated
    } else if member(before, "overlapEndsAt").is_some() && member(after, "overlapEndsAt").is_none() {
        What::KeyOldEnded
    } else {
        What::KeyChanged
    }
}
