//! Letting people in to the portal: a link for one of them, the session that it begins, and its end.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::denial::{Denial, Violation};
use crate::contract::portal::{Operation, Portal};
use crate::environment::clock;
use crate::gate::app::App;
use crate::registry::author::{Author, Visit};
use crate::registry::error::{Error, Result, both};
use crate::registry::organization::Organization;
use crate::registry::session::{Id, Order, Seconds, Session, Token};
use crate::registry::slug::Slug;
use crate::store::{Settled, Warrant};

/// A link that was made.
#[derive(Debug)]
pub struct Invitation {
    /// The session that it begins.
    pub session: Session,
    /// The code in it.
    pub code: Token,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// How many sessions were ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EndedPortalSessions")]
pub struct Ended {
    /// How many.
    ended: usize,
}

/// Makes a link to the pages of the organization `slug`, on behalf of `author`, that can be used for `link_secs` seconds.
///
/// # Errors
/// There is no such organization, or the order asks for what the contract does not open or `author` cannot do.
pub async fn invite(app: &App, slug: &Slug, order: Order, author: &Author, link_secs: i64) -> Result<Invitation> {
    let portal = app.portal()?;
    let now = author.at;
    let returns = order.check_return(portal).map_err(Error::from);
    let (operations, ()) = both(allowed(app, portal, &order, author), returns)?;
    let expires_at = now.checked_add(SignedDuration::from_secs(link_secs)).unwrap_or(now);
    let bearer = author.bearer.clone();
    let code = Token::new(bearer.as_ref().map(|bearer| &bearer.key), app.entropy)?;
    let session = order.session(Id::new(now, app.entropy)?, slug.clone(), operations, bearer, now);

    let mut tries = app.keys.tries();
    loop {
        let org = tries.run(|| app.keys.organization(slug)).await?.ok_or(Denial::OrganizationNotFound)?;
        author.may_go_on(&app.contract, &org, None)?;
        let warrant = Warrant { author, org: &org };
        match app.keys.link(&session, &code.digest(), expires_at, warrant, &mut tries).await? {
            Settled::Yes => return Ok(Invitation { session, code, expires_at }),
            Settled::Unauthorized => return Err(Denial::UnknownKey.into()),
            Settled::Gone | Settled::Changed => tries.again(dynamodb::Error::Contended).await?,
        }
    }
}

/// The operations of the session that `order` asks for.
///
/// # Errors
/// One of them is not open on the pages, or not the author's to give: nobody gives away what they do not hold.
fn allowed(app: &App, portal: &Portal, order: &Order, author: &Author) -> Result<Vec<Operation>> {
    let management = &app.contract.management;
    let holds = |operation: Operation| {
        author.bearer.is_none()
            || operation.managed_by().is_some_and(|managed| management.operations.contains(&managed))
    };
    let can = |operation: &Operation| portal.opens(*operation) && holds(*operation);
    match &order.operations {
        None => Ok(Operation::ALL.into_iter().filter(can).collect()),
        Some(asked) if asked.is_empty() => Err(Violation::new("operations", "must name at least one").into()),
        Some(asked) => match asked.iter().find(|operation| !can(operation)) {
            Some(operation) => Err(Denial::MissingScope { scope: format!("portal:{}", operation.name()) }.into()),
            None if !asked.contains(&Operation::List) => {
                Err(Violation::new("operations", "must have list: every page leads to the list").into())
            }
            None => Ok(Operation::ALL.into_iter().filter(|operation| asked.contains(operation)).collect()),
        },
    }
}

/// The session that `code` begins, if its link can be used at `now`, and until when that is.
///
/// # Errors
/// It was used, its time is over, or there never was one: whichever it is, it reads alike.
pub async fn linked(app: &App, code: &str, now: Timestamp) -> Result<(Session, Token, Timestamp)> {
    app.portal()?;
    let code = Token::read(code).ok_or(Denial::UnknownKey)?;
    let (session, over) = app.keys.linked(&code.digest(), now).await?.ok_or(Denial::UnknownKey)?;

    Ok((session, code, over))
}

/// Exchanges `code` for a cookie, in the request `request` at `now`: once, however often it is tried.
///
/// # Errors
/// As for [`linked`]; or the organization is gone, or the key that the link was made with.
pub async fn enter(app: &App, code: &str, request: String, now: Timestamp) -> Result<(Session, Token)> {
    let (session, code, _) = linked(app, code, now).await?;
    let bearer = session.bearer.as_ref().map(|bearer| &bearer.key);
    let cookie = Token::new(bearer, app.entropy)?;
    let subject = session.subject.as_str().to_owned();
    let visit = Visit { session: None, when_locked: true };
    let author = Author::visitor(subject, session.bearer.clone(), visit, request, now);
    let mut tries = app.keys.tries();
    loop {
        let org = tries.run(|| app.keys.organization(&session.org)).await?.ok_or(Denial::UnknownKey)?;
        if !session.is_of(&org) {
            return Err(Denial::UnknownKey.into());
        }
        let warrant = Warrant { author: &author, org: &org };
        match app.keys.enter(&session, [&code.digest(), &cookie.digest()], warrant, &mut tries).await? {
            Settled::Yes => return Ok((session, cookie)),
            Settled::Gone | Settled::Unauthorized => return Err(Denial::UnknownKey.into()),
            Settled::Changed => tries.again(dynamodb::Error::Contended).await?,
        }
    }
}

/// The session whose cookie is `token`, and its organization, if it can be used at `now`.
///
/// # Errors
/// The store does not answer.
pub async fn current(app: &App, token: &Token, now: Timestamp) -> Result<Option<(Session, Organization)>> {
    let Some((session, over)) = app.keys.session(&token.digest()).await? else { return Ok(None) };
    if over <= now {
        return Ok(None);
    }
    let org = app.keys.organization(&session.org).await?.filter(|org| session.is_of(org));

    Ok(org.map(|org| (session, org)))
}

/// Ends the session whose cookie is `token`, in the request `request` at `now`, and returns it. One that was ended
/// meanwhile, or is over, is no fault.
///
/// # Errors
/// There never was one, or the store does not answer.
pub async fn leave(app: &App, token: &Token, request: String, now: Timestamp) -> Result<Session> {
    app.portal()?;
    let cookie = token.digest();
    let (session, _) = app.keys.session(&cookie).await?.ok_or(Denial::UnknownKey)?;
    let visit = Visit { session: Some(cookie), when_locked: true };
    let author = Author::visitor(session.subject.as_str().to_owned(), session.bearer.clone(), visit, request, now);
    let mut tries = app.keys.tries();
    match app.keys.end_session(&session.org, &session.id, &author, &mut tries).await? {
        Settled::Yes | Settled::Gone | Settled::Changed | Settled::Unauthorized => Ok(session),
    }
}

/// Ends the session `id` of `slug`, on behalf of `author`.
///
/// # Errors
/// There is none.
pub async fn end(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<()> {
    let mut tries = app.keys.tries();
    match app.keys.end_session(slug, id, author, &mut tries).await? {
        Settled::Yes => Ok(()),
        Settled::Gone | Settled::Changed | Settled::Unauthorized => {
            Err(Denial::ResourceNotFound { resource: "Portal session" }.into())
        }
    }
}

/// Ends every session of `slug` that `subject` has or has a link to, on behalf of `author`.
///
/// # Errors
/// The store does not answer; some may be ended then.
pub async fn end_all(app: &App, slug: &Slug, subject: &str, author: &Author) -> Result<Ended> {
    let mut tries = app.keys.tries();
    let mut ended = 0_usize;
    for id in tries.run(|| app.keys.sessions_of(slug, subject, author.at)).await? {
        if app.keys.end_session(slug, &id, author, &mut tries).await? == Settled::Yes {
            ended = ended.saturating_add(1);
        }
    }

    Ok(Ended { ended })
}

/// A link as the reply shows it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PortalLink")]
pub struct Link {
    id: Id,
    /// To be opened by the person that it is for, once. It lets in whoever has it: it belongs into no log and no mail.
    #[schemars(extend("format" = "uri"))]
    url: String,
    /// Until when the link can be used.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// How long the session lasts from then on.
    seconds: Seconds,
}

impl Link {
    /// The link of `invitation`, at `url`.
    pub fn new(invitation: Invitation, url: String) -> Self {
        let Invitation { session, expires_at, .. } = invitation;

        Self { id: session.id, url, expires_at: clock::seconds(expires_at), seconds: session.seconds }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("id", &self.id).finish_non_exhaustive()
    }
}
