//! The pages on which an organization's people see and change its keys: a contract's section `[portal]`. It says what
//! is open there and what it is called; how a page looks is the crate `portal`'s.

mod brand;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cors::is_origin;
use super::{Flaw, check_scopes, flaw};
use crate::contract::management;
use crate::contract::scope::Scopes;
use brand::BrandFile;

pub use brand::Brand;

/// The longest word or title of a contract, in characters.
const WORDS_MAX: usize = 60;

/// Something that a page lets people do with their organization's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PortalOperation")]
pub enum Operation {
    /// See the keys, and find the one that a secret belongs to.
    List,
    /// See how they were used.
    Usage,
    /// See who changed what.
    Activity,
    /// Issue one.
    Create,
    /// Change one's name, scopes and expiry.
    Update,
    /// Switch one off, and on again.
    Deactivate,
    /// Give one a new secret.
    Regenerate,
    /// Revoke one, for good.
    Delete,
    /// See what they are told of, and change it.
    Alerts,
    /// See where their events are sent, and change it.
    Webhooks,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::Usage,
        Self::Activity,
        Self::Create,
        Self::Update,
        Self::Deactivate,
        Self::Regenerate,
        Self::Delete,
        Self::Alerts,
        Self::Webhooks,
    ];

    /// Its name in contracts and requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Usage => "usage",
            Self::Activity => "activity",
            Self::Create => "create",
            Self::Update => "update",
            Self::Deactivate => "deactivate",
            Self::Regenerate => "regenerate",
            Self::Delete => "delete",
            Self::Alerts => "alerts",
            Self::Webhooks => "webhooks",
        }
    }

    /// The operation of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// What a key must be able to do to let somebody do this on a page. No key sees who changed what, or has what happens sent
    /// somewhere.
    pub const fn managed_by(self) -> Option<management::Operation> {
        match self {
            Self::List => Some(management::Operation::List),
            Self::Usage => Some(management::Operation::Usage),
            Self::Activity | Self::Webhooks => None,
            Self::Create => Some(management::Operation::Create),
            Self::Update | Self::Deactivate => Some(management::Operation::Update),
            Self::Regenerate => Some(management::Operation::Regenerate),
            Self::Delete => Some(management::Operation::Delete),
            Self::Alerts => Some(management::Operation::UpdateAlerts),
        }
    }
}

/// A column of the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// What people call the key.
    Name,
    /// Its type.
    Type,
    /// What it may do.
    Permissions,
    /// The first digits of its digest.
    Fingerprint,
    /// When it was made.
    Created,
    /// When it was last used.
    LastUsed,
    /// When it stops working.
    Expires,
    /// Whether it works.
    Status,
}

/// Something that the form for a new key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// What people are to call it.
    Name,
    /// Its type.
    Type,
    /// What it may do.
    Permissions,
    /// When it is to stop working.
    Expiration,
    /// How often it may call at most.
    Limits,
}

/// The section as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortalFile {
    title: String,
    section: Option<String>,
    organization: Option<String>,
    operations: Vec<Operation>,
    columns: Vec<Column>,
    form: Vec<Field>,
    scopes: Option<Scopes>,
    expires_days: Option<u16>,
    overlap_seconds: Option<i64>,
    #[serde(default)]
    return_origins: Vec<String>,
    example: Option<Example>,
    #[serde(default)]
    verbs: BTreeMap<String, String>,
    #[serde(default)]
    headings: BTreeMap<Column, String>,
    #[serde(default)]
    types: BTreeMap<String, String>,
    brand: BrandFile,
}

/// A call that works with a key, for whoever has just got one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The method.
    pub method: String,
    /// The path; `{org}` stands for the organization.
    pub path: String,
    /// The JSON body.
    pub body: Option<String>,
    /// What a key must be able to do for the call to be let in.
    pub scope: Option<String>,
}

/// The pages of a contract.
#[derive(Clone, Debug)]
pub struct Portal {
    /// What the list of keys is called.
    pub title: String,
    /// What the list is a part of: `Settings`.
    pub section: Option<String>,
    /// What an organization is called.
    pub organization: Option<String>,
    /// What people can do.
    pub operations: Vec<Operation>,
    /// The columns of the list.
    pub columns: Vec<Column>,
    /// What the form for a new key asks for, in this order.
    pub form: Vec<Field>,
    /// The scopes that the form ticks; those that a type has by default where there are none.
    pub scopes: Option<Scopes>,
    /// In how many days a new key expires if nobody says otherwise.
    pub expires_days: Option<u16>,
    /// How long the old secret works after a new one was made, if nobody says otherwise, in seconds.
    pub overlap_seconds: i64,
    /// The origins that a page may lead back to.
    pub return_origins: Vec<String>,
    /// A call to try a new key with.
    pub example: Option<Example>,
    /// What the buttons are called, where that is not what the pages call them.
    pub verbs: BTreeMap<String, String>,
    /// What columns are called, where that is not what the pages call them.
    pub headings: BTreeMap<Column, String>,
    /// What each type of key is for.
    pub types: BTreeMap<String, String>,
    /// Whose pages they are.
    pub brand: Brand,
}

/// The overlaps that pages offer, in seconds: none, an hour, a day, a week.
pub const OVERLAPS: [i64; 4] = [0, 3_600, 86_400, 604_800];

/// In how many days pages let a key expire.
pub const EXPIRES_DAYS: [u16; 4] = [7, 30, 90, 365];

impl PortalFile {
    /// What people can do, see and fill in.
    fn check_lists(&self, types: &[Option<String>]) -> Result<(), Flaw> {
        let has_types = types.iter().any(Option::is_some);
        check_list("portal.operations", &self.operations)?;
        check_list("portal.columns", &self.columns)?;
        check_list("portal.form", &self.form)?;
        if !self.operations.contains(&Operation::List) {
            return flaw("portal.operations", "must have list: every page leads to the list");
        }
        if !self.columns.contains(&Column::Name) {
            return flaw("portal.columns", "must have name: it leads to the key's page");
        }
        if !self.form.contains(&Field::Name) || self.form.contains(&Field::Type) != has_types {
            return flaw("portal.form", "must have name, and type exactly where keys have types");
        }
        if self.columns.contains(&Column::Type) && !has_types {
            return flaw("portal.columns", "has type, and keys have no types");
        }

        Ok(())
    }

    /// What is filled in beforehand, and where pages lead.
    fn check_defaults(&self, scopes: &BTreeMap<String, String>) -> Result<(), Flaw> {
        if let Some(named) = &self.scopes {
            check_scopes("portal.scopes", named, scopes)?;
        }
        if self.expires_days.is_some_and(|days| !EXPIRES_DAYS.contains(&days)) {
            return flaw("portal.expires_days", "must be one of 7, 30, 90, 365, or left out");
        }
        if self.overlap_seconds.is_some_and(|seconds| !OVERLAPS.contains(&seconds)) {
            return flaw("portal.overlap_seconds", "must be one of 0, 3600, 86400, 604800");
        }
        if let Some(origin) = self.return_origins.iter().find(|origin| !is_origin(origin) || !is_safe(origin)) {
            return flaw("portal.return_origins", format!("{origin:?} is not an origin like https://app.example"));
        }
        if let Some(Example { method, path, body, scope }) = &self.example {
            let is_method = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str());
            let is_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\'');
            let is_json = body.as_ref().is_none_or(|body| serde_json::from_str::<serde_json::Value>(body).is_ok());
            if !is_method || !is_path || !is_json {
                return flaw("portal.example", "must have a method, a path and, if any, a body of JSON");
            }
            check_scopes("portal.example.scope", &scope.iter().map(String::as_str).collect(), scopes)?;
        }

        Ok(())
    }

    /// The words.
    fn check_texts(&self, types: &[Option<String>]) -> Result<(), Flaw> {
        for (verb, word) in &self.verbs {
            if !["create", "submit", "update", "regenerate", "deactivate", "activate", "delete"]
                .contains(&verb.as_str())
            {
                return flaw("portal.verbs", format!("there is no verb {verb}"));
            }
            check_words(&format!("portal.verbs.{verb}"), word)?;
        }
        for (column, word) in &self.headings {
            check_words(&format!("portal.headings.{column:?}"), word)?;
        }
        for (kind, words) in &self.types {
            if !types.iter().any(|known| known.as_ref() == Some(kind)) {
                return flaw("portal.types", format!("there is no type {kind}"));
            }
            if words.is_empty() || words.chars().count() > 200 || words.chars().any(char::is_control) {
                return flaw(format!("portal.types.{kind}"), "must have 1 to 200 printable characters");
            }
        }
        check_words("portal.title", &self.title)?;
        for (place, words) in [("portal.section", &self.section), ("portal.organization", &self.organization)] {
            words.as_ref().map_or(Ok(()), |words| check_words(place, words))?;
        }

        Ok(())
    }
}

impl Portal {
    /// Whether people can do this.
    pub fn opens(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }

    /// Whether a page may lead back to `url`: an address without a user, whose origin is one of the contract's.
    pub fn leads_to(&self, url: &str) -> bool {
        let path_of = |origin: &String| url.strip_prefix(origin.as_str());
        let is_ascii = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`{}|^".contains(&byte));

        is_ascii
            && self
                .return_origins
                .iter()
                .filter_map(path_of)
                .any(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?') || rest.starts_with('#'))
    }

    pub(super) fn check(
        file: PortalFile,
        types: &[Option<String>],
        scopes: &BTreeMap<String, String>,
    ) -> Result<Self, Flaw> {
        file.check_lists(types)?;
        file.check_defaults(scopes)?;
        file.check_texts(types)?;

        Ok(Self {
            title: file.title,
            section: file.section,
            organization: file.organization,
            operations: file.operations,
            columns: file.columns,
            form: file.form,
            scopes: file.scopes,
            expires_days: file.expires_days,
            overlap_seconds: file.overlap_seconds.unwrap_or(86_400),
            return_origins: file.return_origins,
            example: file.example,
            verbs: file.verbs,
            headings: file.headings,
            types: file.types,
            brand: Brand::check(file.brand)?,
        })
    }
}

/// Whether pages may send people there: only on one machine without encryption.
fn is_safe(origin: &str) -> bool {
    origin.starts_with("https://") || origin == "http://localhost" || origin.starts_with("http://localhost:")
}

fn check_words(place: &str, words: &str) -> Result<(), Flaw> {
    let fits = words.chars().count() <= WORDS_MAX && !words.chars().any(char::is_control) && !words.trim().is_empty();

    if fits { Ok(()) } else { flaw(place, format!("must have 1 to {WORDS_MAX} printable characters")) }
}

fn check_list<T: PartialEq>(place: &str, list: &[T]) -> Result<(), Flaw> {
    let twice = list
        .iter()
        .enumerate()
        .any(|(place, item)| list.iter().skip(place.saturating_add(1)).any(|other| other == item));

    if twice || list.is_empty() { flaw(place, "must name at least one, and none twice") } else { Ok(()) }
}

#[cfg(test)]
mod tests;
