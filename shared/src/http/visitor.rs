//! Visitors of the portal: people with a browser, whom a link has let in. Their cookie is nothing anywhere else, and a key
//! is nothing here. [`browser`]: what every browser is asked, in a session or not.

pub mod browser;

use std::marker::PhantomData;

use browser::{check_origin, check_path, cookie, here, languages};

use crate::contract::denial::Denial;
use crate::contract::portal;
use crate::contract::secret::Digest;
use crate::gate::app::App;
use crate::http::call::{Call, Guest};
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::registry::author::{Author, Visit};
use crate::registry::error::Result;
use crate::registry::organization::{Organization, Status};
use crate::registry::session::{Once, Session};
use crate::registry::slug::Slug;

/// What a page lets people do, given by the type of its function's argument: `Visitor<Create>`.
pub trait Opens: Send + 'static {
    /// The operation.
    const OPERATION: portal::Operation;
    /// Whether it can be done while the organization is locked.
    const WHEN_LOCKED: bool;
}

macro_rules! operations {
    ($($name:ident: $when_locked:expr),*) => {$(
        #[doc = concat!("[`portal::Operation::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub enum $name {}

        impl Opens for $name {
            const OPERATION: portal::Operation = portal::Operation::$name;
            const WHEN_LOCKED: bool = $when_locked;
        }
    )*};
}

operations!(
    List: true, Usage: true, Activity: true, Create: false, Update: false, Deactivate: true, Regenerate: false, Delete: true,
    Alerts: true, Webhooks: true
);

/// Somebody in a session of the organization that the path names, who may do `O`.
#[derive(Debug)]
pub struct Visitor<O> {
    /// The session.
    pub session: Session,
    /// Its organization, as it is now.
    pub org: Organization,
    /// When the session ends.
    pub ends: jiff::Timestamp,
    /// The digest of its cookie.
    cookie: Digest,
    /// Where the browser has found us: `https://keys.example.com`.
    pub here: String,
    /// The languages that the browser asks for: `de-AT,de;q=0.9`.
    pub languages: String,
    request: String,
    at: jiff::Timestamp,
    may: PhantomData<fn() -> O>,
}

impl<O: Opens> Visitor<O> {
    /// The author of what the visitor changes.
    pub fn author(&self) -> Author {
        self.author_if(O::WHEN_LOCKED)
    }

    /// The author of a change that is not made while the organization is locked, whatever the page says.
    pub fn author_unless_locked(&self) -> Author {
        self.author_if(false)
    }

    fn author_if(&self, when_locked: bool) -> Author {
        let visit = Visit { session: Some(self.cookie), when_locked };
        let subject = self.session.subject.as_str().to_owned();

        Author::visitor(subject, self.session.bearer.clone(), visit, self.request.clone(), self.at)
    }

    /// A name for a form on the page.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn once(&self, app: &App) -> Result<Once> {
        Ok(Once::new(&self.cookie, app.entropy)?)
    }
}

impl<O: Opens> FromCall for Visitor<O> {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let portal = call.app.portal()?;
        check_path(call)?;
        let org = call.path_parameters.remove("org").unwrap_or_default();
        let org = Slug::try_from(org).or(Err(Denial::UnknownRoute))?;
        check_origin(call)?;
        let token = cookie(call)?.ok_or(Denial::MissingCredential)?;
        let (digest, bearer) = (token.digest(), token.bearer());
        let visited = call.app.keys.visited(&digest, &org, bearer.as_ref()).await?;
        let (session, over) = visited.session.ok_or(Denial::UnknownKey)?;
        // Who was in is led back to where they came from, even once the session is over.
        let guest = Guest { session: session.clone(), cookie: digest, ends: over, home: None, organization: None };
        let guest = call.guest.insert(Box::new(guest));
        if over <= call.now {
            return Err(Denial::ExpiredKey.into());
        }
        if session.org != org {
            let home = call.app.keys.organization(&session.org).await?;
            guest.home = home.filter(|home| session.is_of(home));
            let reason = "The page is another organization's than the session".to_owned();
            return Err(Denial::Conflict { reason }.into());
        }
        let organization = visited.organization.ok_or(Denial::UnknownKey)?;
        if !session.is_of(&organization) {
            return Err(Denial::UnknownKey.into());
        }
        if let Some(bearer) = &session.bearer {
            let visit = Visit { session: Some(digest), when_locked: true };
            let author = Author::visitor(String::new(), Some(bearer.clone()), visit, String::new(), call.now);
            let key = Some((&bearer.key, visited.bearer.as_ref()));
            author.may_go_on(&call.app.contract, &organization, key)?;
        }
        if let Some(guest) = &mut call.guest {
            guest.organization = Some(organization.clone());
        }
        if !session.may(portal, O::OPERATION) {
            return Err(Denial::MissingScope { scope: O::OPERATION.name().to_owned() }.into());
        }
        if organization.status == Status::Locked && !O::WHEN_LOCKED {
            return Err(Denial::OrganizationLocked.into());
        }

        Ok(Self {
            session,
            org: organization,
            ends: over,
            cookie: digest,
            here: here(call),
            languages: languages(call),
            request: call.request_id.clone(),
            at: call.now,
            may: PhantomData,
        })
    }

    // Pages are for browsers: they are not operations of an API.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}
