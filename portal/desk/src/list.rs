//! The list of keys.

use jiff::Timestamp;
use portal::{Choice, Control, Depth, Filters, Key, KeysPage, Notice, Status};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::leaks::Policy;
use shared::contract::portal::{Column, Operation};
use shared::contract::{Contract, InForce};
use shared::http::visitor::List;
use shared::management::issue::no_room;
use shared::registry::key::{Filter, Id};
use shared::registry::organization::Organization;
use shared::registry::session::Session;
use shared::store::Reach;
use shared::{Page, Result, Visitor};

use crate::alerts::open_by_key;
use crate::create::why_not;
use crate::frame::{control, frame, shown};
use crate::identify::may_be_secret;
use crate::view;

/// How many keys a page shows.
const SHOWN: u32 = 25;

/// What is looked for, and from where on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Search {
    q: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    cursor: Option<String>,
    /// What has led here.
    done: Option<String>,
    /// The sealed name of a key that was just deleted.
    deleted: Option<String>,
}

/// The list of keys, as far as `search` asks for it.
///
/// # Errors
/// The store does not answer, or the cursor is none of ours.
pub async fn list(app: &App, visitor: &Visitor<List>, search: Search, now: Timestamp) -> Result<Page> {
    let portal = app.portal()?;
    let Visitor { session, org, .. } = visitor;
    let after = search.cursor.as_deref().map(|cursor| org.seal.open("portal-keys", cursor)).transpose()?;
    let (after, before) = after.as_deref().and_then(last_shown).unzip();
    let deleted = search.deleted.as_deref().and_then(|name| org.seal.open("deleted", name).ok());
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let status = search.status.as_deref().and_then(Status::parse);
    // It is neither looked for nor shown again.
    let pasted = search.q.as_deref().is_some_and(|text| may_be_secret(&app.contract, text));
    let filter = Filter {
        text: given(search.q).filter(|_| !pasted),
        kind: given(search.kind).filter(|kind| app.contract.key_type(Some(kind)).is_some()),
        standing: status.map(view::standing),
        ..Filter::default()
    };
    // How many there are is said on the first page.
    let reach = if filter.is_empty() || after.is_some() { Reach::Page } else { Reach::All };
    let found = app.keys.search(&org.slug, &filter, (SHOWN, after.as_ref()), reach, now);
    let (found, plan) = tokio::try_join!(found, app.plan_of(org))?;
    let used = app.passes.last_used_of(&found.keys).await?;
    let open = open_by_key(app, session, org, now).await?;

    let shown_here = u64::try_from(found.keys.len()).unwrap_or_default();
    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let total =
        if filter.is_empty() { u64::try_from(org.keys).ok() } else { found.total.and_then(|all| all.try_into().ok()) };
    let linked = search.done.as_deref().filter(|done| *done == "link").map(|_| Notice::Link);
    let page = KeysPage {
        frame,
        notice: deleted.map(|name| Notice::Deleted { name }).or(linked),
        create: creating(app, session, org, &plan),
        filters: Filters {
            query: filter.text.unwrap_or_default(),
            prefixes: app.contract.prefixes().map(str::to_owned).collect(),
            forms: app.contract.legacy.iter().map(|form| form.pattern.to_string()).collect(),
            types: types(&app.contract),
            chosen_type: filter.kind,
            quarantine: app.contract.leaks.has(Policy::Quarantine),
            by_status: portal.columns.contains(&Column::Status),
            status,
        },
        columns: portal.columns.iter().map(|column| view::column(*column)).collect(),
        keys: found
            .keys
            .iter()
            .map(|key| Key {
                alerts: open.get(&key.id).cloned().unwrap_or_default(),
                ..view::key(app, key, used.get(&key.digest).copied(), now)
            })
            .collect(),
        alerts: u64::try_from(open.len()).unwrap_or_default(),
        total,
        cap: view::cap(org, &plan),
        before: before.unwrap_or(0),
        older: found.goes_on.map(|id| {
            org.seal.seal("portal-keys", &format!("{id}@{}", before.unwrap_or(0).saturating_add(shown_here)))
        }),
        pasted,
        identify_once: Some(once),
    };

    shown(page.render())
}

/// The types of `contract` to choose from.
fn types(contract: &Contract) -> Vec<Choice> {
    let names = contract.types.iter().filter_map(|kind| kind.name.as_deref());

    names.map(|kind| Choice { value: kind.to_owned(), label: view::label(kind) }).collect()
}

/// The last key of the page before, and how many there were up to it, of which `after` tells.
fn last_shown(after: &str) -> Option<(Id, u64)> {
    let (id, before) = after.split_once('@')?;

    Some((Id::try_from(id.to_owned()).ok()?, before.parse().ok()?))
}

/// Whether somebody in `session` can make one more key for `org` on its `plan`.
pub(crate) fn creating(app: &App, session: &Session, org: &Organization, plan: &InForce<'_>) -> Control {
    let control = control(app, session, org, Operation::Create, false);
    if !control.is_open() {
        return control;
    }
    let no_room = no_room(org, plan);

    no_room.map_or(control, |denial| Control::Shut(why_not(app, &denial)))
}
