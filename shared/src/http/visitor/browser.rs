//! What every browser is asked, in a session or not: where it comes from, and which cookie it has. And where the pages are.

use lambda_http::http::header::{ACCEPT_LANGUAGE, HOST, ORIGIN};
use lambda_http::http::{HeaderMap, Method};

use crate::contract::denial::{Denial, Violation};
use crate::environment::settings::Stage;
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::registry::error::Result;
use crate::registry::session::{LINK_SECS, Token};

/// The cookie of a session. Browsers take a name with this prefix only over TLS, for this host alone and for all paths.
const COOKIE: &str = "__Host-latchkey";

/// The same on one machine without TLS, where browsers would not take it.
const LOCAL_COOKIE: &str = "latchkey-local";

/// How long a link of a local stack can be used: 30 days.
const LOCAL_LINK_SECS: i64 = 2_592_000;

/// A browser that need not be in a session: where it comes from is checked all the same.
#[derive(Debug)]
pub struct Browser {
    /// The gateway's id of the request.
    pub request: String,
    /// What its session's cookie holds, if it has one.
    pub cookie: Option<Token>,
    /// The languages that the browser asks for: `de-AT,de;q=0.9`.
    pub languages: String,
    /// Whether it speaks to a local stack without TLS.
    is_local: bool,
}

impl FromCall for Browser {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        call.app.portal()?;
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
        let (value, seconds) = token.map_or(("", 0), |token| (token.reveal(), seconds));

        set_cookie(self.is_local, "", value, &format!("; Max-Age={seconds}"))
    }
}

/// The `Set-Cookie` of a cookie that says nothing: pages that change it are not shown again without being asked for. On a local stack
/// without TLS if it `is_local`.
pub fn set_page_cookie(is_local: bool, value: &str) -> String {
    set_cookie(is_local, "-page", value, "")
}

/// Scripts do not see such a cookie, and a browser does not send it with what other sites have made it send.
fn set_cookie(is_local: bool, suffix: &str, value: &str, age: &str) -> String {
    let (name, secure) = if is_local { (LOCAL_COOKIE, "") } else { (COOKIE, "; Secure") };

    format!("{name}{suffix}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}")
}

/// Whether `call` comes with the cookie of a session, whatever became of that.
pub fn has_cookie(call: &Call) -> bool {
    cookie(call).is_ok_and(|token| token.is_some())
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

/// Refuses a path that ends with a slash. Gateways may take it for the page without one, whose links would lead elsewhere
/// from there.
///
/// # Errors
/// It ends with one.
pub(super) fn check_path(call: &Call) -> Result<()> {
    if call.path.ends_with('/') { Err(Denial::UnknownRoute.into()) } else { Ok(()) }
}

/// Refuses what another site has made a browser send. A browser says so in `Sec-Fetch-Site`, and one that does not know
/// that header says where a form came from in `Origin`.
///
/// # Errors
/// It did not come from one of our pages.
pub(super) fn check_origin(call: &Call) -> Result<()> {
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
pub(super) fn here(call: &Call) -> String {
    let host = text(&call.headers, HOST.as_str()).unwrap_or_default();
    let scheme = if is_local(call) { "http" } else { "https" };

    format!("{scheme}://{host}")
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
pub(super) fn cookie(call: &Call) -> Result<Option<Token>> {
    let name = if is_local(call) { LOCAL_COOKIE } else { COOKIE };
    let values = call.cookies.iter().filter_map(|cookie| cookie.split_once('='));
    let mut values = values.filter(|(known, _)| known.trim() == name).map(|(_, value)| value.trim());
    let first = values.next();
    if values.next().is_some() {
        return Err(Violation::new("Cookie", "must have the session once").into());
    }

    Ok(first.and_then(Token::read))
}
