//! What alerts are about, by the names that pages have for it: keys, and kinds of alert.

use std::collections::BTreeMap;

use portal::{AlertKind, KeyRef};
use shared::App;
use shared::Result;
use shared::contract::alerts::Kind;
use shared::registry::key::Id;
use shared::registry::slug::Slug;

/// How many names are asked for at once.
pub(crate) const NAMES_MOST: usize = 100;

/// What people call keys, by id: those that there are.
pub(crate) type Names = BTreeMap<String, String>;

/// The names of those of `keys` that there are.
///
/// # Errors
/// The store does not answer.
pub(crate) async fn names(app: &App, org: &Slug, mut keys: Vec<Id>) -> Result<Names> {
    keys.sort();
    keys.dedup();
    let mut names = Names::new();
    for some in keys.chunks(NAMES_MOST) {
        names.extend(app.keys.names(org, some).await?);
    }

    Ok(names)
}

/// A key; `known` is what it was called.
pub(crate) fn of_key(key: &Id, names: &Names, known: Option<String>) -> KeyRef {
    let name = names.get(key.as_str()).cloned();

    KeyRef { id: key.to_string(), exists: name.is_some(), name: name.or(known) }
}

/// The kind as pages show it.
pub(crate) const fn kind(kind: Kind) -> AlertKind {
    match kind {
        Kind::LimitApproaching => AlertKind::LimitApproaching,
        Kind::LimitReached => AlertKind::LimitReached,
        Kind::ErrorsHigh => AlertKind::ErrorsHigh,
        Kind::ActivityUnusual => AlertKind::ActivityUnusual,
        Kind::ActivityWoke => AlertKind::ActivityWoke,
        Kind::ActivityProbing => AlertKind::ActivityProbing,
        Kind::KeyUnused => AlertKind::KeyUnused,
        Kind::KeyExpiring => AlertKind::KeyExpiring,
        Kind::KeyExposed => AlertKind::KeyExposed,
        Kind::RotationLingering => AlertKind::RotationLingering,
    }
}
