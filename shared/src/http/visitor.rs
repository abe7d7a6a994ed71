//! Visitors of the portal: people with a browser, whom a link has let in. Their cookie is nothing anywhere else, and a key
//! is nothing here.

use std::marker::PhantomData;

use lambda_http::http::header::{ACCEPT_LANGUAGE, HOST, ORIGIN};
use lambda_http::http::{HeaderMap, Method};

use crate::contract::denial::{Denial, Violation};
use crate::contract::portal;
use crate::contract::secret::Digest;
use crate::environment::settings::Stage;
use crate::gate::app::App;
use crate::http::call::{Call, Guest};
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::management::invite::pages;
use crate::registry::audit::{Author, Visit};
use crate::registry::error::Result;
use crate::registry::organization::{Organization, Status};
use crate::registry::session::{LINK_SECS, Once, Session, Token};
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

/// The cookie of a session. Browsers take a name with this prefix only over TLS, for this host alone and for all paths.
const COOKIE: &str = "__Host-latchkey";

/// The same on one machine without TLS, where browsers would not take it.
const LOCAL_COOKIE: &str = "latchkey-local";

/// How long a link of a local stack can be used: 30 days.
const LOCAL_LINK_SECS: i64 = 2_592_000;

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
        let portal = pages(call.app)?;
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

/// A browser that need not be in a session: where it comes from is checked all the same.
#[derive(Debug)]
pub struct Browser {
    /// The gateway's id of the request.
    pub request: String,
    /// The digest of its session's cookie, if it has one.
    pub cookie: Option<Token>,
    /// The languages that the browser asks for: `de-AT,de;q=0.9`.
    pub languages: String,
    /// Whether it speaks to a local stack without TLS.
    is_local: bool,
}

impl FromCall for Browser {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        pages(call.app)?;
        check_path(call)?;
        check_origin(call)?;

        Ok(Self {
            request: call.request_id.clone(),
            cookie: cookie(call)?,
            languages: languages(call),
            is_local: is_local(call),
        })
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

impl Browser {
    /// The `Set-Cookie` that begins a session of so many seconds with `token`, or ends it.
    pub fn set_cookie(&self, token: Option<&Token>, seconds: i64) -> String {
        let (name, secure) = if self.is_local { (LOCAL_COOKIE, "") } else { (COOKIE, "; Secure") };
        let (value, seconds) = token.map_or(("", 0), |token| (token.reveal(), seconds));

        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

/// How many fields of a form are read, and how many bytes of each: what is wrong is shown again with the form.
const FIELDS_MAX: usize = 100;
const VALUE_MAX_BYTES: usize = 1_024;

/// The fields of a form, in the order in which they were sent. In a session, the form must have been made for it.
pub struct Form {
    fields: Vec<(String, String)>,
    once: Option<Once>,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(…)")
    }
}

impl Form {
    /// The value of the field, without spaces around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// All values of the field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it was made for the session of this cookie: for a page that looks the session up by itself.
    ///
    /// # Errors
    /// It was not.
    pub fn must_be_of(&self, cookie: &Token) -> Result<()> {
        self.made_for(&cookie.digest()).map(|_| ())
    }

    fn made_for(&self, cookie: &Digest) -> Result<Once> {
        let once = Once::read(cookie, self.text("once"));

        once.ok_or_else(|| Denial::MissingScope { scope: "once".to_owned() }.into())
    }

    /// The name of the form.
    pub const fn once(&self) -> Option<&Once> {
        self.once.as_ref()
    }
}

impl FromCall for Form {
    async fn from_call(call: &mut Call) -> Result<Self> {
        if call.media_type().as_deref() != Some(b"application/x-www-form-urlencoded") {
            return Err(Violation::new("Content-Type", "must be application/x-www-form-urlencoded").into());
        }
        let body = call.body()?;
        let cut = |(name, mut value): (String, String)| {
            value.truncate(value.floor_char_boundary(VALUE_MAX_BYTES));
            (name, value)
        };
        let fields: Vec<_> = form_urlencoded::parse(&body).into_owned().take(FIELDS_MAX).map(cut).collect();
        let mut form = Self { fields, once: None };
        form.once = call.guest.as_ref().map(|guest| form.made_for(&guest.cookie)).transpose()?;

        Ok(form)
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

/// Refuses a path that ends with a slash. Gateways may take it for the page without one, whose links would lead elsewhere
/// from there.
///
/// # Errors
/// It ends with one.
fn check_path(call: &Call) -> Result<()> {
    if call.path.ends_with('/') { Err(Denial::UnknownRoute.into()) } else { Ok(()) }
}

/// Refuses what another site has made a browser send. A browser says so in `Sec-Fetch-Site`, and one that does not know
/// that header says where a form came from in `Origin`.
///
/// # Errors
/// It did not come from one of our pages.
fn check_origin(call: &Call) -> Result<()> {
    if call.method == Method::GET || call.method == Method::HEAD {
        return Ok(());
    }
    let is_ours = match text(&call.headers, "sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(&call.headers, ORIGIN.as_str()).is_some_and(|origin| own_origins(call).any(|own| own == origin)),
    };

    if is_ours { Ok(()) } else { Err(Denial::MissingScope { scope: "origin".to_owned() }.into()) }
}

/// The origins that the pages have.
fn own_origins(call: &Call) -> impl Iterator<Item = String> {
    std::iter::once(here(call)).chain(call.app.portal_url.clone())
}

/// The languages that the browser asks for.
pub fn languages(call: &Call) -> String {
    text(&call.headers, ACCEPT_LANGUAGE.as_str()).unwrap_or_default().to_owned()
}

/// The origin that the request was sent to.
fn here(call: &Call) -> String {
    let host = text(&call.headers, HOST.as_str()).unwrap_or_default();
    let scheme = if is_local(call) { "http" } else { "https" };

    format!("{scheme}://{host}")
}

/// Where the portal's pages are.
#[derive(Debug)]
pub struct Address {
    /// As far as `/portal`: `https://keys.example.com`.
    origin: String,
    /// Whether it is a local stack's.
    is_local: bool,
}

impl Address {
    /// The link with `code`.
    pub fn link(&self, code: &Token) -> String {
        format!("{}/portal/enter?code={}", self.origin, code.reveal())
    }

    /// How long a link can be used, in seconds. A local stack prints one when it starts, and nobody else reaches it.
    pub const fn link_secs(&self) -> i64 {
        if self.is_local { LOCAL_LINK_SECS } else { LINK_SECS }
    }
}

impl FromCall for Address {
    async fn from_call(call: &mut Call) -> Result<Self> {
        let origin = call.app.portal_url.clone().unwrap_or_else(|| here(call));

        Ok(Self { origin, is_local: is_local(call) })
    }

    fn describe(_: &mut Operation<'_>) {}
}

/// Whether it is a request to a local stack on this machine, without TLS.
pub fn is_local(call: &Call) -> bool {
    let host = text(&call.headers, HOST.as_str()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");

    call.app.stage == Stage::Local && is_loopback && text(&call.headers, "x-forwarded-proto") != Some("https")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The token in the cookie of a session.
///
/// # Errors
/// There is more than one such cookie: two are none, as with keys.
fn cookie(call: &Call) -> Result<Option<Token>> {
    let name = if is_local(call) { LOCAL_COOKIE } else { COOKIE };
    let values = call.cookies.iter().filter_map(|cookie| cookie.split_once('='));
    let mut values = values.filter(|(known, _)| known.trim() == name).map(|(_, value)| value.trim());
    let first = values.next();
    if values.next().is_some() {
        return Err(Violation::new("Cookie", "must have the session once").into());
    }

    Ok(first.and_then(Token::read))
}
