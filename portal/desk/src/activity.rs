//! Who changed what: the audit trail, as an organization's people may see it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portal::{ActivityPage, Depth, Detail, Event, KeyRef, What, Who};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use shared::App;
use shared::contract::alerts::Kind;
use shared::environment::clock;
use shared::http::visitor::Activity;
use shared::registry::audit::{Action, Row};
use shared::registry::author::Plane;
use shared::registry::key::Id;
use shared::registry::session::Session;
use shared::registry::webhook::Address;
use shared::{Page, Result, Visitor};

use crate::frame::{frame, shown};
use crate::named::{Names, kind, names, of_key};

/// How many rows a page shows.
const SHOWN: u32 = 25;

/// How many keys of a change of alerts a row names.
const MUTED: usize = 3;

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
    let (mut rows, last) = app.keys.audit(&org.slug, SHOWN, after.as_deref()).await?;
    // What another organization of this slug has left behind is none of these people's business.
    let (since, count) = (clock::millis(org.created_at), rows.len());
    rows.retain(|row| row.at >= since);
    let last = last.filter(|_| rows.len() == count);
    let mut mentioned: Vec<Id> = rows.iter().filter_map(|row| row.key_id.clone()).collect();
    let actors = rows.iter().filter(|row| row.plane == Plane::Key);
    mentioned.extend(actors.filter_map(|row| Id::try_from(row.actor.clone()).ok()));
    mentioned.extend(rows.iter().flat_map(muting).map(|(key, _)| key));
    let names = names(app, &org.slug, mentioned).await?;

    let (frame, _) = frame(app, visitor, Depth::Top, now)?;
    let people = people(&visitor.session, &rows);
    let events = rows.into_iter().map(|row| event(row, &names, &people, now)).collect();
    let older = last.map(|position| org.seal.seal("portal-activity", &position));

    shown(ActivityPage { frame, events, first: after.is_none(), older }.render())
}

/// What people are called, as far as it is known here: the visitor, and those whose links and sessions are among `rows`.
fn people(session: &Session, rows: &[Row]) -> BTreeMap<String, String> {
    let mut people = BTreeMap::new();
    for state in rows.iter().flat_map(|row| [&row.before, &row.after]).flatten() {
        if let (Some(subject), Some(name)) = (text(state, "subject"), text(state, "name")) {
            people.insert(subject, name);
        }
    }
    if let Some(name) = &session.name {
        people.insert(session.subject.as_str().to_owned(), name.as_str().to_owned());
    }

    people
}

fn text(state: &Value, member: &str) -> Option<String> {
    state.get(member)?.as_str().map(str::to_owned)
}

fn event(row: Row, names: &Names, people: &BTreeMap<String, String>, now: Timestamp) -> Event {
    let person = |subject: String| Who::Person { name: people.get(&subject).cloned(), subject };
    let known = [&row.after, &row.before].into_iter().flatten().find_map(|state| state.get("name")?.as_str());
    let known = known.map(str::to_owned);
    let key = |id: String, known: Option<String>| {
        let name = names.get(&id).cloned();
        KeyRef { exists: name.is_some(), name: known.or(name), id }
    };
    let who = match row.plane {
        Plane::Operator => Who::Operator,
        Plane::Stack => Who::Nobody,
        Plane::Portal => person(row.actor.clone()),
        Plane::Key => Who::Key(key(row.actor.clone(), None)),
    };

    Event {
        at: row.at.parse().unwrap_or(now),
        who,
        details: details(&row, names, &person),
        what: what(&row),
        key: row.key_id.map(|id| key(id.to_string(), known)),
        request: Some(row.request_id),
    }
}

/// What was different afterwards.
fn details(row: &Row, names: &Names, person: &dyn Fn(String) -> Who) -> Vec<Detail> {
    let (before, after) = (row.before.as_ref(), row.after.as_ref());
    match row.action {
        Action::SessionCreated | Action::SessionEnded => {
            let subject = after.or(before).and_then(|state| text(state, "subject"));
            subject
                .filter(|subject| *subject != row.actor)
                .map(|subject| Detail::For(person(subject)))
                .into_iter()
                .collect()
        }
        Action::KeyChanged | Action::OrganizationChanged => {
            let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
            let changes = changes(before, after);
            if before == after { vec![Detail::Nothing] } else { changes }
        }
        Action::OrganizationCreated
        | Action::OrganizationReset
        | Action::OrganizationDeleted
        | Action::KeyCreated
        | Action::KeyRegenerated
        | Action::KeyReset
        | Action::KeyImported
        | Action::KeyLeaked
        | Action::KeyDeleted
        | Action::SessionEntered => Vec::new(),
        Action::WebhookCreated
        | Action::WebhookChanged
        | Action::WebhookRotated
        | Action::WebhookDeleted
        | Action::WebhookDisabled => after.or(before).and_then(host).map(Detail::Host).into_iter().collect(),
        Action::AlertsChanged => {
            let muting = muting(row).into_iter().map(|(key, until)| (of_key(&key, names, None), until));
            let muting = muting.map(|(key, until)| match until {
                Some(until) => Detail::Muted { key, until },
                None => Detail::Unmuted(key),
            });
            let nothing = (before == after).then_some(Detail::Nothing);
            rules(row).into_iter().chain(muting).chain(nothing).collect()
        }
    }
}

/// Where a webhook leads, without what may be a secret between it and the other side.
fn host(webhook: &Value) -> Option<String> {
    let (_, host, _) = Address::try_from(text(webhook, "url")?).ok()?.parts()?;

    Some(host)
}

/// The kinds of alert whose rules `row` has changed.
fn rules(row: &Row) -> Option<Detail> {
    let [before, after] = [&row.before, &row.after].map(|state| state.as_ref()?.get("kinds"));
    let differs = |named: &Kind| {
        let [before, after] = [before, after].map(|kinds| kinds?.get(named.name()));
        before != after
    };
    let changed: Vec<_> = Kind::ALL.into_iter().filter(differs).map(kind).collect();

    (!changed.is_empty()).then_some(Detail::Rules(changed))
}

/// The first keys that `row` has muted, and until when, or not muted any more.
fn muting(row: &Row) -> Vec<(Id, Option<Timestamp>)> {
    let muted = |state: &Option<Value>| -> BTreeSet<(String, String)> {
        let muted = state.as_ref().and_then(|state| state.get("muted")?.as_array().cloned()).unwrap_or_default();
        muted.iter().filter_map(|muted| Some((text(muted, "keyId")?, text(muted, "until")?))).collect()
    };
    let [before, after] = [&row.before, &row.after].map(muted);
    let is_in = |key: &String| after.iter().any(|(known, _)| known == key);
    let begun = after.difference(&before).map(|(key, until)| (key, until.parse().ok()));
    let ended = before.iter().filter(|(key, _)| !is_in(key)).map(|(key, _)| (key, None));
    let both = begun.chain(ended).filter_map(|(key, until)| Some((Id::try_from(key.clone()).ok()?, until)));

    both.take(MUTED).collect()
}

fn changes(before: &Value, after: &Value) -> Vec<Detail> {
    let both = |member: &str| text(before, member).zip(text(after, member)).filter(|(from, to)| from != to);
    let scopes = |state: &Value| -> Option<Vec<String>> {
        let scopes = state.get("scopes")?.as_array()?.iter();
        Some(scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
    };
    let mut details = Vec::new();
    details.extend(both("name").map(|(from, to)| Detail::Name { from, to }));
    details.extend(both("plan").map(|(from, to)| Detail::Plan { from, to }));
    if let Some((had, has)) = scopes(before).zip(scopes(after)) {
        let beyond = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|scope| !those.contains(scope)).cloned().collect()
        };
        let (added, removed) = (beyond(&has, &had), beyond(&had, &has));
        details.extend(Some(added).filter(|scopes| !scopes.is_empty()).map(Detail::Added));
        details.extend(Some(removed).filter(|scopes| !scopes.is_empty()).map(Detail::Removed));
    }
    if before.get("expiresAt") != after.get("expiresAt") {
        details.push(Detail::Expires(text(after, "expiresAt").and_then(|at| at.parse().ok())));
    }
    if ["limits", "sharedLimits"].iter().any(|member| before.get(member) != after.get(member)) {
        details.push(Detail::Limits);
    }
    if before.get("allowedAddresses") != after.get("allowedAddresses") {
        details.push(Detail::Addresses);
    }
    let locked = both("status").filter(|(from, to)| [from, to].iter().any(|status| *status == "locked"));
    details.extend(locked.map(|(_, to)| Detail::Locked(to == "locked")));

    details
}

/// What was done. A change of a key says what it was by what is different.
fn what(row: &Row) -> What {
    if row.action == Action::KeyChanged { changed(row.before.as_ref(), row.after.as_ref()) } else { done(row.action) }
}

/// The same, as far as the action tells.
pub(crate) const fn done(action: Action) -> What {
    match action {
        Action::OrganizationCreated => What::OrganizationCreated,
        Action::OrganizationChanged => What::OrganizationChanged,
        Action::OrganizationReset => What::OrganizationReset,
        Action::OrganizationDeleted => What::OrganizationDeleted,
        Action::KeyCreated => What::KeyCreated,
        Action::KeyChanged => What::KeyChanged,
        Action::KeyRegenerated => What::KeyRegenerated,
        Action::KeyReset => What::KeyReset,
        Action::KeyImported => What::KeyImported,
        Action::KeyLeaked => What::KeyLeaked,
        Action::KeyDeleted => What::KeyDeleted,
        Action::AlertsChanged => What::AlertsChanged,
        Action::WebhookCreated => What::WebhookCreated,
        Action::WebhookChanged => What::WebhookChanged,
        Action::WebhookRotated => What::WebhookRotated,
        Action::WebhookDeleted => What::WebhookDeleted,
        Action::WebhookDisabled => What::WebhookDisabled,
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
