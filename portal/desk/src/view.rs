//! What there is, as pages show it.

use jiff::Timestamp;
use portal::{Answer, Cap, Column, Key, Status, Window};
use shared::App;
use shared::Denial;
use shared::contract::InForce;
use shared::contract::limit;
use shared::contract::portal::Column as Named;
use shared::registry::key;
use shared::registry::organization::Organization;
use shared::registry::session::Session;
use shared::registry::slug::Slug;
use shared::{Error, Form, Result};

/// `key` at `now`, with as much of it as the contract shows; it was last used at `last_used`.
pub(crate) fn key(app: &App, key: &key::Key, last_used: Option<Timestamp>, now: Timestamp) -> Key {
    Key {
        id: key.id.to_string(),
        name: key.name.as_str().to_owned(),
        kind: key.kind.as_deref().map(label),
        scopes: Some(key.scopes.iter().map(str::to_owned).collect()),
        fingerprint: key.digest.fingerprint(),
        hint: key.hint.clone().filter(|_| app.contract.management.hints),
        status: status(key.standing(now)),
        created: key.created_at,
        last_used,
        expires: key.expires_at,
        old_until: key.overlap(now).map(|previous| previous.until),
        alerts: Vec::new(),
        version: key.version,
    }
}

pub(crate) const fn status(standing: key::Standing) -> Status {
    match standing {
        key::Standing::Active => Status::Active,
        key::Standing::Inactive => Status::Inactive,
        key::Standing::Quarantined => Status::Quarantined,
        key::Standing::Expired => Status::Expired,
    }
}

pub(crate) const fn standing(status: Status) -> key::Standing {
    match status {
        Status::Active => key::Standing::Active,
        Status::Inactive => key::Standing::Inactive,
        Status::Quarantined => key::Standing::Quarantined,
        Status::Expired => key::Standing::Expired,
    }
}

pub(crate) const fn window(window: limit::Window) -> Window {
    match window {
        limit::Window::Second => Window::Second,
        limit::Window::Minute => Window::Minute,
        limit::Window::Hour => Window::Hour,
        limit::Window::Day => Window::Day,
        limit::Window::Week => Window::Week,
        limit::Window::Month => Window::Month,
    }
}

/// A type's name, as people read it: `Secret`.
pub(crate) fn label(kind: &str) -> String {
    let words = kind.replace(['_', '-'], " ");
    let mut letters = words.chars();

    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) const fn column(column: Named) -> Column {
    match column {
        Named::Name => Column::Name,
        Named::Type => Column::Type,
        Named::Permissions => Column::Permissions,
        Named::Fingerprint => Column::Fingerprint,
        Named::Created => Column::Created,
        Named::LastUsed => Column::LastUsed,
        Named::Expires => Column::Expires,
        Named::Status => Column::Status,
    }
}

/// How many keys `org` has and may have on its `plan`.
pub(crate) fn cap(org: &Organization, plan: &InForce<'_>) -> Option<Cap> {
    let cap = |most: u32| Cap { used: u64::try_from(org.keys).unwrap_or_default(), most: u64::from(most) };

    plan.keys().map(cap)
}

/// What callers get for `denial`.
pub(crate) fn answer(app: &App, denial: &Denial) -> Answer {
    let (status, message) = app.contract.sentence(denial);

    Answer { status, message }
}

/// The key `id` of `org`.
///
/// # Errors
/// There is none.
pub(crate) async fn find(app: &App, org: &Slug, id: &key::Id) -> Result<key::Key> {
    let (found, _) = app.keys.find(org, id).await?;

    found.ok_or_else(|| Error::from(Denial::ResourceNotFound { resource: "API key" }))
}

/// What was typed into the field `name` of `form`, as far as a page shows it again: at most so many bytes.
pub(crate) fn typed(form: &Form, name: &str, most: usize) -> String {
    let typed = form.text(name);

    typed.get(..typed.floor_char_boundary(most)).unwrap_or_default().to_owned()
}

/// The version of the key that `form` was made from. One that names none was made from no version that there is.
pub(crate) fn seen(form: &Form) -> i64 {
    form.text("version").parse().unwrap_or_default()
}

/// Whether `session` was made with `key`, and ends with it.
pub(crate) fn is_own(session: &Session, key: &key::Key) -> bool {
    session.bearer.as_ref().is_some_and(|bearer| bearer.key == key.id)
}
