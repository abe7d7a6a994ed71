//! The portal's face: what every answer to a browser has, and how a refusal looks to one.

use lambda_http::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderName, HeaderValue};
use portal::{Depth, Frame, Language, Link, Message, MessagePage};
use shared::contract::denial::Violation;
use shared::contract::envelope::Reply;
use shared::contract::portal::Operation;
use shared::http::call::Call;
use shared::http::handler::Handler;
use shared::http::serve::{Face, serve_as};
use shared::http::visitor::browser::{self, is_local};
use shared::registry::session::Once;
use shared::registry::slug::Slug;
use shared::{Denial, Exit, Page};

use crate::brand::brand;
use crate::frame;
use crate::frame::{Context, preferred};

/// The face of pages.
static FACE: Face = Face { refuse, dress };

/// Serves `handler` until the process is told to end. Where the path is the portal's, refusals are pages.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve<Arguments, H: Handler<Arguments>>(handler: H) -> Exit {
    serve_as(&FACE, handler).await
}

/// Whether a browser is at a page of the portal, or where one could be.
fn is_portal(call: &Call) -> bool {
    let is_below =
        |path: &str| path.strip_prefix("/portal").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = call.route.split_once(' ').map_or(call.path.as_str(), |(_, path)| path);

    call.app.portal().is_ok() && is_below(path)
}

/// The language of whoever sent `call`.
fn language(call: &Call) -> Language {
    let asked = browser::languages(call);

    call.guest.as_ref().map_or_else(|| preferred(&asked), |guest| frame::language(&guest.session, &asked))
}

/// How far a route's page is below `/portal/{org}/`.
fn depth(route: &str) -> Option<Depth> {
    let (_, below) = route.split_once("/portal/{org}/")?;

    Some(match below.split('/').count() {
        0 | 1 => Depth::Top,
        2 => Depth::Key,
        _ => Depth::Action,
    })
}

/// The frame of a page that refuses `call`.
fn frame_of(call: &Call) -> Frame {
    let outside = frame::outside(call.app, language(call), call.now);
    let Some(portal) = &call.app.contract.portal else { return outside };
    // Whoever is in no session has come from one of the team's own pages.
    let home = portal.return_origins.first().map(|url| Link { label: None, url: url.clone() });
    let outside = Frame { return_to: home, ..outside };
    let Some(guest) = &call.guest else { return outside };
    let once = Once::new(&guest.cookie, call.app.entropy).ok();
    let place = guest.organization.as_ref().zip(depth(&call.route)).zip(once);
    let place =
        place.map(|((org, depth), once)| Context { org, depth, ends: guest.ends, once: once.as_str().to_owned() });
    let back = outside.return_to.clone();
    let frame = frame::within(call.app, portal, outside, &guest.session, place);

    Frame { return_to: frame.return_to.or(back), ..frame }
}

/// Whether `fault` is in a parameter of the path: then the address names nothing that could be there.
fn is_of_path(call: &Call, fault: &Violation) -> bool {
    call.path_parameters.contains_key(&fault.field)
}

/// What is said where `scope` is missing: an operation, or a form that is one of ours.
fn forbidden(call: &Call, scope: &str) -> Message {
    let Some(operation) = Operation::named(scope) else {
        return if ["once", "origin"].contains(&scope) { Message::Elsewhere } else { Message::Forbidden };
    };
    let is_open = call.app.contract.portal.as_ref().is_some_and(|portal| portal.opens(operation));

    if is_open { Message::Forbidden } else { Message::Shut }
}

/// The way to a list of keys from a page that is not in its organization's frame: to the session's own, or, at an address
/// where no page is, to that of the organization in the address.
fn way_to_list(call: &Call, status: u16) -> Option<String> {
    if let Some(guest) = call.guest.as_ref().filter(|guest| guest.organization.is_none() && status == 409) {
        let base = depth(&call.route).map(Depth::base)?;
        return Some(format!("{base}../{}/keys", guest.session.org));
    }
    if call.guest.is_some() || !browser::has_cookie(call) || !matches!(status, 404 | 405) {
        return None;
    }
    let below: Vec<_> = call.path.strip_prefix("/portal/")?.split('/').collect();
    let slug = Slug::try_from((*below.first()?).to_owned()).ok()?;

    Some(match below.len() {
        1 => format!("{slug}/keys"),
        count => format!("{}keys", "../".repeat(count.saturating_sub(2))),
    })
}

fn refuse(call: &Call, denial: &Denial) -> Option<Reply> {
    if !is_portal(call) {
        return None;
    }
    let (status, message) = match denial {
        Denial::MissingCredential
        | Denial::MalformedCredential
        | Denial::UnknownKey
        | Denial::InactiveKey
        | Denial::ExpiredKey
        | Denial::WrongEnvironment
        | Denial::WrongKeyType => (401, Message::SessionOver),
        Denial::MissingScope { scope } => (403, forbidden(call, scope)),
        Denial::OrganizationLocked => (403, Message::Locked),
        Denial::NoApiOnPlan | Denial::PlanLimit { .. } | Denial::AddressNotAllowed => (403, Message::Forbidden),
        Denial::InvalidRequest { violations } if violations.iter().any(|fault| is_of_path(call, fault)) => {
            (404, Message::NotFound)
        }
        Denial::UnknownRoute | Denial::OrganizationNotFound | Denial::ResourceNotFound { .. } => {
            (404, Message::NotFound)
        }
        Denial::MethodNotAllowed { .. } => (405, Message::MethodNotAllowed),
        Denial::Conflict { .. } if call.guest.as_ref().is_some_and(|guest| guest.organization.is_none()) => {
            let home = call.guest.as_ref().and_then(|guest| guest.home.as_ref());
            (409, Message::Switched { organization: home.map(|home| home.name.as_str().to_owned()) })
        }
        Denial::Conflict { .. } => (409, Message::Conflict),
        Denial::InvalidRequest { .. } | Denial::Rejected { .. } => (400, Message::BadRequest),
        Denial::RateLimited { retry_after, .. } | Denial::OrganizationRateLimited { retry_after, .. } => {
            (429, Message::TooMany { retry_after: *retry_after })
        }
        Denial::Unavailable { .. } => (503, Message::Unavailable),
        Denial::Internal => (500, Message::Internal),
    };
    let list = way_to_list(call, status);
    let page = MessagePage { frame: frame_of(call), message, list, request: Some(call.request_id.clone()) };
    let page = match page.render() {
        Ok(page) => page,
        Err(error) => {
            tracing::error!("a refusal cannot be shown as a page: {error}");
            return None;
        }
    };
    let mut reply = Page::with_status(status, page).into_inner();
    if let Denial::MethodNotAllowed { allow } = denial {
        reply.headers.extend(HeaderValue::from_str(&allow.join(", ")).ok().map(|allow| (ALLOW, allow)));
    }
    if let Denial::Unavailable { retry_after } = denial {
        reply.headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after));
    }

    Some(reply)
}

/// The headers of every page, beside the policy and the cookie.
const HEADERS: [(HeaderName, &str); 7] = [
    // Not `no-referrer`: browsers would send `Origin: null` with our own forms.
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
    (
        HeaderName::from_static("permissions-policy"),
        "clipboard-write=(self), camera=(), geolocation=(), microphone=(), payment=()",
    ),
];

fn dress(call: &Call, reply: &mut Reply) {
    if !is_portal(call) {
        return;
    }
    for (name, value) in HEADERS {
        reply.headers.insert(name, HeaderValue::from_static(value));
    }
    // The address of this page has the code of a link in it: not even our own next page is to be sent that.
    if call.route.ends_with(" /portal/enter") {
        reply.headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    }
    let policy = HeaderValue::from_str(brand(call.app).content_security_policy());
    reply.headers.extend(policy.ok().map(|policy| (CONTENT_SECURITY_POLICY, policy)));
    let is_local = is_local(call);
    if !is_local {
        reply.headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // `no-store` does not keep a page out of the back/forward cache. A cookie that scripts cannot see, and that changes,
    // does: whatever is shown was asked for.
    let is_page = reply.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_plain = call.request_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=+/".contains(&byte));
    if is_page
        && is_plain
        && let Ok(cookie) = HeaderValue::from_str(&browser::set_page_cookie(is_local, &call.request_id))
    {
        reply.headers.append(SET_COOKIE, cookie);
    }
}
