//! Alerts: what is open, what people were told of, and the form with what is watched for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::{
    AlertForm, AlertKind, AlertNews, AlertsPage, Depth, History, MutedKey, Notice, OpenAlert, Told as Row, Turn,
};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::alerts::Kind;
use shared::contract::portal::Operation;
use shared::http::visitor::Alerts;
use shared::registry::alert::{Mutes, View, Watched};
use shared::registry::event::AlertRow;
use shared::registry::key::Id;
use shared::registry::organization::Organization;
use shared::registry::session::Session;
use shared::registry::slug::Slug;
use shared::store::Remembered;
use shared::{Error, Page, Result, Visitor};

use crate::figures;
use crate::frame::{control, frame, shown};
use crate::named::{NAMES_MOST, Names, kind, names, of_key};
use crate::watching;

/// How many rows of the history a page shows.
const SHOWN: u32 = 15;

/// How many open alerts, and how many muted keys, a page shows.
const LISTED: usize = 15;

/// From where on, and what has led here.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Told {
    cursor: Option<String>,
    done: Option<String>,
}

/// An alert that is open: since when, about which key, and of which kind.
type Open = (Timestamp, Id, Kind);

/// The alerts of the organization: with how things are now on the first page, and a page of the history.
///
/// # Errors
/// The store does not answer, or the cursor is none of ours.
pub async fn show(app: &App, visitor: &Visitor<Alerts>, asked: Told, now: Timestamp) -> Result<Page> {
    let org = &visitor.org;
    let after = asked.cursor.as_deref().map(|cursor| org.seal.open("portal-alerts", cursor)).transpose()?;
    let (rows, last) = app.keys.alert_history(&org.slug, SHOWN, after.as_deref()).await?;
    let first = after.is_none();
    let current = if first { Some(current(app, org, now).await?) } else { None };

    let told = rows.iter().flat_map(figures::mentioned);
    let open = current.iter().flat_map(|now| now.open.iter().take(NAMES_MOST).map(|(_, key, _)| key.clone()));
    let muted = current.iter().flat_map(|now| now.view.muted.iter().map(|muted| muted.key_id.clone()));
    let names = names(app, &org.slug, told.chain(open).chain(muted).collect()).await?;

    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let save = control(app, &visitor.session, org, Operation::Alerts, false);
    let form = current.as_ref().map(|now| AlertForm {
        once: once.clone(),
        version: now.version,
        now: None,
        save: save.clone(),
        settings: watching::shown_rules(&now.view.kinds, None, frame.language),
        problems: Vec::new(),
    });
    let news = current.map(|Current { open, view, .. }| {
        let (open, more_open) = listed(open, &names);
        let (muted, more_muted) = muted_keys(&view, &names, now);
        AlertNews { open, more_open, muted, more_muted, mute: save, once }
    });
    let notice = asked.done.as_deref().and_then(|done| match done {
        "saved" => Some(Notice::Edited),
        "same" => Some(Notice::Same),
        "unmuted" => Some(Notice::Unmuted),
        _ => None,
    });
    let history = History {
        told: rows.into_iter().map(|row| told_row(row, &names, now)).collect(),
        first,
        older: last.map(|position| org.seal.seal("portal-alerts", &position)),
    };

    shown(AlertsPage { frame, notice, news, form, history: Some(history) }.render())
}

/// How things are now.
struct Current {
    /// The alerts that are open, the last one first.
    open: Vec<Open>,
    /// The settings, and their version.
    view: View,
    version: i64,
}

async fn current(app: &App, org: &Organization, now: Timestamp) -> Result<Current> {
    let settings = app.keys.alert_settings(&org.slug).await?;
    let watched = app.keys.all_watched(&org.slug).await?;
    let open = watched
        .iter()
        .flat_map(|(key, memory)| memory.value.open().map(move |(kind, since)| (since, key.clone(), kind)));
    let mut open: Vec<Open> = open.collect();
    open.sort_by(|one, other| other.cmp(one));

    Ok(Current { open, view: settings.value.view(&app.contract.alerts, now), version: settings.version() })
}

/// The first of the alerts that are open, and how many more there are. Of a key that is gone nothing is said.
fn listed(mut open: Vec<Open>, names: &Names) -> (Vec<OpenAlert>, u64) {
    let beyond = open.split_off(open.len().min(NAMES_MOST));
    open.retain(|(_, key, _)| names.contains_key(key.as_str()));
    let more = open.len().saturating_sub(LISTED).saturating_add(beyond.len());
    let alert = |(since, key, named): Open| OpenAlert { key: of_key(&key, names, None), kind: kind(named), since };

    (open.into_iter().take(LISTED).map(alert).collect(), u64::try_from(more).unwrap_or(u64::MAX))
}

/// The keys that are muted, the one whose time ends first first, and how many more there are.
fn muted_keys(view: &View, names: &Names, now: Timestamp) -> (Vec<MutedKey>, u64) {
    let muted = view
        .muted
        .iter()
        .map(|muted| MutedKey { key: of_key(&muted.key_id, names, None), until: muted.until.parse().unwrap_or(now) });
    let mut muted: Vec<_> = muted.collect();
    muted.sort_by_key(|muted| muted.until);
    let more = muted.len().saturating_sub(LISTED);
    muted.truncate(LISTED);

    (muted, u64::try_from(more).unwrap_or(u64::MAX))
}

fn told_row(row: AlertRow, names: &Names, now: Timestamp) -> Row {
    Row {
        at: row.at.parse().unwrap_or(now),
        kind: kind(row.kind),
        turn: match row.state {
            shared::registry::alert::Turn::Opened => Turn::Opened,
            shared::registry::alert::Turn::Escalated => Turn::Escalated,
            shared::registry::alert::Turn::Recovered => Turn::Recovered,
        },
        figures: figures::read(&row, names),
        key: row.key_id.map(|key| of_key(&key, names, None)),
    }
}

/// Whether somebody in `session` may see alerts.
///
/// # Errors
/// There are no pages.
pub(crate) fn may_see(app: &App, session: &Session) -> Result<bool> {
    Ok(session.may(app.portal()?, Operation::Alerts))
}

/// What a page about keys has `read` of alerts; nothing where that failed, which the log is told: the page comes without.
pub(crate) fn as_read<T>(read: Result<T>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(Error::Failed { cause, .. }) => {
            tracing::error!("alerts cannot be read, and a page comes without them: {cause}");
            None
        }
        Err(Error::Denied(_) | Error::FailedAgain(_)) => None,
    }
}

/// The alerts that are open, by key, of keys that are not muted at `now`; none where `session` may not see them, or where they
/// cannot be read.
///
/// # Errors
/// There are no pages.
pub(crate) async fn open_by_key(
    app: &App,
    session: &Session,
    org: &Organization,
    now: Timestamp,
) -> Result<BTreeMap<Id, Vec<AlertKind>>> {
    if !may_see(app, session)? {
        return Ok(BTreeMap::new());
    }

    Ok(as_read(open(app, &org.slug, now).await).unwrap_or_default())
}

async fn open(app: &App, org: &Slug, now: Timestamp) -> Result<BTreeMap<Id, Vec<AlertKind>>> {
    let open = |(id, memory): (Id, Remembered<Watched>)| {
        let kinds: Vec<_> = memory.value.open().map(|(named, _)| kind(named)).collect();
        (!kinds.is_empty()).then_some((id, kinds))
    };
    let open: Vec<_> = app.keys.all_watched(org).await?.into_iter().filter_map(open).collect();
    let mutes = if open.is_empty() { Mutes::default() } else { app.keys.mutes(org).await? };

    Ok(open.into_iter().filter(|(key, _)| mutes.until(key, now).is_none()).collect())
}
