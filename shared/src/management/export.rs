//! Handing on the keys of an organization as another stack takes them over: everything that [`import`](super::import) takes, and no
//! secret, which nobody has.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::denial::Denial;
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::gate::app::App;
use crate::registry::addresses::Addresses;
use crate::registry::error::{Error, Result};
use crate::registry::external_id::ExternalId;
use crate::registry::key::{Id, Key, Status};
use crate::registry::leak;
use crate::registry::leak::{Leak, Source, Url};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::page::Page;
use crate::registry::slug::Slug;

/// What cursors of this list are sealed with.
const LIST: &str = "export";

/// A key as `import` takes it over. A secret that works beside a new one for a while is not in it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ExportedKey")]
pub struct Exported {
    /// The SHA-256 of its secret.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    sha256: String,
    id: Id,
    name: Name,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-contract" = "type"))]
    kind: Option<String>,
    /// What it was given: its type, or its organization's plan, may allow it less by now.
    scopes: Scopes,
    /// Limits of its own that the operator has set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Limits")]
    limits: Option<Limits>,
    /// Limits of its own that a manager of its organization has set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Limits")]
    manager_limits: Option<Limits>,
    /// From where it may be used; left out where that is everywhere.
    #[serde(skip_serializing_if = "Addresses::is_empty")]
    allowed_addresses: Addresses,
    /// What it belongs to in the operator's own system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ExternalId")]
    external_id: Option<ExternalId>,
    /// What is written down beside it.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    /// When it stops working, or has; left out where that is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Option<Timestamp>,
    status: Status,
    #[schemars(with = "String", extend("format" = "date-time"))]
    created_at: Timestamp,
    /// What people recognise its secret by, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    hint: Option<String>,
    /// The leak of its secret, if it has leaked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ExportedLeak")]
    leak: Option<ExportedLeak>,
}

/// The leak of a key's secret.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ExportedLeak {
    /// When it was told of.
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Timestamp,
    source: Source,
    /// Where the key was found, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Url")]
    url: Option<Url>,
    /// By which policy something was done about it.
    done: Policy,
    /// Whether the key was let out of quarantine since, and then switched off: it is not put there again.
    #[serde(skip_serializing_if = "leak::is_not")]
    #[schemars(default)]
    settled: bool,
}

impl From<Key> for Exported {
    fn from(key: Key) -> Self {
        // Every field by its name: what a key has is exported, or is named here as what is not.
        let Key {
            id,
            org: _,
            name,
            external_id,
            metadata,
            kind,
            scopes,
            limits,
            addresses,
            status,
            expires_at,
            leak,
            created_at,
            digest,
            hint,
            previous: _,
            predecessor: _,
            cycle: _,
            version: _,
        } = key;
        let leak = leak.filter(|leak| leak.digest == digest);

        Self {
            sha256: digest.to_string(),
            id,
            name,
            kind,
            scopes,
            limits: limits.operator,
            manager_limits: limits.manager,
            allowed_addresses: addresses,
            external_id,
            metadata,
            expires_at,
            status,
            created_at,
            hint,
            leak: leak.map(|Leak { at, source, place, policy, settled, .. }| ExportedLeak {
                at,
                source,
                url: place,
                done: policy,
                settled,
            }),
        }
    }
}

/// The `page` of the keys of the organization `slug`, newest first, and where the list goes on.
///
/// # Errors
/// There is no such organization, the cursor is none of this list, or the store does not answer.
pub async fn export(app: &App, slug: &Slug, page: Page) -> Result<(Vec<Exported>, Option<String>)> {
    let org = app.keys.organization(slug).await?.ok_or(Denial::OrganizationNotFound)?;
    let after = page.cursor.map(|cursor| org.seal.open(LIST, &cursor)).transpose()?;
    let after = after.map(Id::try_from).transpose().map_err(Error::failed)?;
    let (keys, has_more) = app.keys.list(slug, page.limit.get(), after.as_ref()).await?;
    let last = keys.last().filter(|_| has_more).map(|key| org.seal.seal(LIST, key.id.as_str()));

    Ok((keys.into_iter().map(Exported::from).collect(), last))
}
