//! Sessions of the portal: who may see and change an organization's keys on its pages, and until when.
//!
//! A session begins with a link that somebody was given. The link holds a code, and a browser exchanges it, once, for a
//! cookie. Only the digests of both are kept.

mod member;
mod token;

use jiff::Timestamp;
use payload::{TimeZone, or_default};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::denial::Violation;
use crate::contract::portal::{Operation, Portal};
use crate::environment::clock;
use crate::environment::clock::Moment;
use crate::registry::author::Bearer;
use crate::registry::id::dated_id;
use crate::registry::key;
use crate::registry::name::Name;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;

pub use member::{Locale, Seconds, Subject};
pub use token::{Once, Token};

/// How long a link can be used: 5 minutes.
pub const LINK_SECS: i64 = 300;

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// What it is called: safe to log.
    pub id: Id,
    /// Whose keys.
    pub org: Slug,
    /// Who it is, by the name that the team knows them by.
    #[serde(deserialize_with = "Subject::stored")]
    pub subject: Subject,
    /// What people call them.
    #[serde(default, deserialize_with = "stored_name")]
    pub name: Option<Name>,
    /// What they may do.
    pub operations: Vec<Operation>,
    /// Where a page leads back to.
    pub return_url: Option<String>,
    /// The language that they read.
    pub locale: Option<Locale>,
    /// The time zone that they live in.
    pub time_zone: Option<TimeZone>,
    /// How long it lasts from the moment when the link is used.
    pub seconds: Seconds,
    /// When the link was made.
    pub created_at: Moment,
    /// The key that it was made with. What that key cannot do, the session cannot, and it ends with it.
    pub bearer: Option<Bearer>,
}

dated_id! {
    /// `portal_` and 26 characters, as in the id of a key: ids sort by the time they were made.
    "portal_", "a portal session"
}

fn stored_name<'de, D: serde::Deserializer<'de>>(stored: D) -> Result<Option<Name>, D::Error> {
    Ok(Option::<String>::deserialize(stored)?.map(Name::stored))
}

impl Session {
    /// Whether it lets its subject do this, under `portal`.
    pub fn may(&self, portal: &Portal, operation: Operation) -> bool {
        portal.opens(operation) && self.operations.contains(&operation)
    }

    /// Whether its link was made to `org`: the slug of an organization that is gone may be another's by now.
    pub fn is_of(&self, org: &Organization) -> bool {
        self.org == org.slug && self.created_at.0 >= org.created_at
    }

    /// When it ends, if its link is used at `now`.
    pub fn ends(&self, now: Timestamp) -> Timestamp {
        now.checked_add(jiff::SignedDuration::from_secs(self.seconds.get())).unwrap_or(now)
    }
}

/// What is asked for with a link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PortalSessionOrder")]
pub struct Order {
    /// Whom it is for, by the team's own name for them.
    pub subject: Subject,
    /// What people call them.
    pub name: Option<Name>,
    /// What they may do; by default everything that the contract's pages and the maker can.
    #[schemars(extend("minItems" = 1, "contains" = {"const": "list"}))]
    pub operations: Option<Vec<Operation>>,
    /// Where the pages lead back to; its origin must be one of the contract's.
    #[schemars(extend("maxLength" = 2_048, "x-contract" = "returnUrl"))]
    pub return_url: Option<String>,
    /// The language of the pages; by default the browser's.
    pub locale: Option<Locale>,
    /// The time zone of the pages; by default UTC.
    pub time_zone: Option<TimeZone>,
    /// How long the session lasts.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Seconds>")]
    pub seconds: Seconds,
}

impl Order {
    /// Whether the pages of `portal` can lead back where they are to.
    ///
    /// # Errors
    /// Says why not.
    pub fn check_return(&self, portal: &Portal) -> Result<(), Violation> {
        if self.return_url.as_ref().is_none_or(|url| url.len() <= 2_048 && portal.leads_to(url)) {
            return Ok(());
        }
        let origins = portal.return_origins.join(", ");
        let what = match origins.as_str() {
            "" => "cannot be used: the contract's return_origins name none".to_owned(),
            origins => format!("must begin with one of the contract's return_origins: {origins}"),
        };

        Err(Violation::new("returnUrl", what))
    }

    /// The session that is asked for, in which its subject may do `operations`.
    pub fn session(
        self,
        id: Id,
        org: Slug,
        operations: Vec<Operation>,
        bearer: Option<Bearer>,
        now: Timestamp,
    ) -> Session {
        Session {
            id,
            org,
            subject: self.subject,
            name: self.name,
            operations,
            return_url: self.return_url,
            locale: self.locale,
            time_zone: self.time_zone,
            seconds: self.seconds,
            created_at: Moment(now),
            bearer,
        }
    }
}

/// A session as it is listed.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The session.
    pub session: Session,
    /// When its link was used, if it was.
    pub entered_at: Option<Timestamp>,
    /// When it ends; before it was entered, when its link does.
    pub expires_at: Timestamp,
}

/// A session as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PortalSession")]
pub struct View {
    id: Id,
    subject: Subject,
    name: Option<Name>,
    operations: Vec<Operation>,
    /// The key that it was made with; `null` where the operator has made it.
    key_id: Option<key::Id>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When the link was used; `null` before that.
    #[schemars(extend("format" = "date-time"))]
    entered_at: Option<String>,
    /// When the session ends; before its link was used, when the link does.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
}

impl View {
    /// What is shown of `entered`.
    pub fn new(entered: Entered) -> Self {
        let Entered { session, entered_at, expires_at } = entered;

        Self {
            id: session.id,
            subject: session.subject,
            name: session.name,
            operations: session.operations,
            key_id: session.bearer.map(|bearer| bearer.key),
            created_at: clock::seconds(session.created_at.0),
            entered_at: entered_at.map(clock::seconds),
            expires_at: clock::seconds(expires_at),
        }
    }

    /// The same as a value, for the audit trail.
    pub fn in_full(entered: Entered) -> Value {
        serde_json::to_value(Self::new(entered)).unwrap_or_default()
    }
}
