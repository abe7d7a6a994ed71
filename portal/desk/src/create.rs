//! A new key: the form, and the one page that shows its secret.

use jiff::Timestamp;
use payload::Field;
use portal::{Control, Depth, IssuedPage, NewKeyPage, Occasion, Problem, Secret, SecretPage, Why};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::contract::portal::{Example, Operation};
use shared::contract::scope::Scopes;
use shared::environment::clock::Expiry;
use shared::http::visitor::{Create, Opens};
use shared::management::issue::{issue, no_room};
use shared::management::repeat::Done;
use shared::management::terms::Order;
use shared::registry::attempt::Attempt;
use shared::registry::key::Key;
use shared::registry::organization::Organization;
use shared::registry::session::Session;
use shared::{Denial, Error, Form, Page, Result, Visitor};

use crate::fields::{Expires, Sheet, Typed, problems};
use crate::frame::{control, days_of, frame, shown, shown_with, status};
use crate::view;

/// What a link to the form has filled in. It never sends it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Wished {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    scopes: Option<String>,
}

/// The form for a new key of `org`.
///
/// # Errors
/// The stack has no portal.
pub(crate) fn blank<'a>(app: &'a App, org: &Organization, session: &Session, now: Timestamp) -> Result<Sheet<'a>> {
    Ok(Sheet {
        app,
        portal: app.portal()?,
        plan: app.contract.plan(&org.plan),
        kind: None,
        is_new: true,
        zone: days_of(session),
        now,
    })
}

/// The form for a new key; why there cannot be one more, where there cannot.
///
/// # Errors
/// There is no randomness, or the store does not answer.
pub async fn new(app: &App, visitor: &Visitor<Create>, wished: Wished, now: Timestamp) -> Result<Page> {
    let sheet = blank(app, &visitor.org, &visitor.session, now)?;
    let apart =
        |scopes: String| scopes.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let scopes: Option<Vec<String>> = wished.scopes.map(apart);
    let kind = sheet.kind_of(wished.kind.as_deref());
    let unmet = scopes.as_ref().zip(kind).and_then(|(scopes, kind)| {
        let wished: Scopes = scopes.iter().cloned().collect();
        let gets = sheet.gives(kind, &wished);
        (gets != wished.union(&kind.scopes.always)).then(|| gets.iter().map(str::to_owned).collect())
    });
    let typed = Typed {
        name: wished.name.unwrap_or_default(),
        kind: wished.kind,
        scopes: scopes.unwrap_or_else(|| sheet.ticked()),
        ..Typed::default()
    };

    page(app, visitor, &sheet, &typed, Shown { unmet, ..Shown::default() }, now).await
}

/// What is said beside the form.
#[derive(Default)]
struct Shown {
    problems: Vec<Problem>,
    /// What a key gets, where a link asked for something else.
    unmet: Option<Vec<String>>,
}

async fn page(
    app: &App,
    visitor: &Visitor<Create>,
    sheet: &Sheet<'_>,
    typed: &Typed,
    Shown { problems, unmet }: Shown,
    now: Timestamp,
) -> Result<Page> {
    // A form that was sent is at the address of the list.
    let depth = if problems.is_empty() { Depth::Key } else { Depth::Top };
    let (frame, once) = frame(app, visitor, depth, now)?;
    let status = status(&problems, false);
    let form = sheet.fields(once, typed, problems, None);
    let plan = app.plan_of(&visitor.org).await?;
    let reached = no_room(&visitor.org, &plan).map(|denial| why_not(app, &denial));
    let html = NewKeyPage { frame, form, cap: view::cap(&visitor.org, &plan), reached, unmet }.render();

    shown_with(status, html)
}

/// Makes the key that `form` asks for, once, and shows its secret; or the form again, with what is wrong.
///
/// # Errors
/// The visitor may not, or the store does not answer.
pub async fn create(app: &App, visitor: &Visitor<Create>, form: &Form, now: Timestamp) -> Result<Page> {
    let sheet = blank(app, &visitor.org, &visitor.session, now)?;
    let typed = Typed::of(form);
    let read = match sheet.read(&typed) {
        Ok(read) => read,
        Err(problems) => return page(app, visitor, &sheet, &typed, Shown { problems, unmet: None }, now).await,
    };
    let expires_at = match read.expires {
        Expires::Kept => Field::LeftOut,
        Expires::Never => Field::Null,
        Expires::At(at) => Field::Value(Expiry(Some(at))),
    };
    let limits = read.limits.applied(None);
    let (name, kind, scopes) = (read.name, read.kind, read.scopes);
    let order = Order {
        name,
        kind,
        scopes,
        limits,
        allowed_addresses: None,
        external_id: None,
        metadata: None,
        expires_at,
        rotate_every: None,
        rotate_overlap: None,
    };
    // What was asked for is not a part of it: a form is sent once, whatever was changed in it meanwhile.
    let once = form.once().map(|once| Attempt::new(once.as_str(), "portal create", &())).transpose()?;
    // A full organization is no reason yet: the form may be the one that took the last place.
    if !app.contract.plan(&visitor.org.plan).api {
        return refused(app, visitor, &Denial::NoApiOnPlan, now).await;
    }
    match issue(app, &visitor.org.slug, order, &visitor.author(), once.as_ref()).await {
        Ok(Done::Now(issued)) => {
            let (key, secret) = issued.hand_over();
            let secret = secret.ok_or_else(|| Error::failed("a new secret was shown already"))?;
            hand_over(app, visitor, Depth::Top, &key, secret, Occasion::Created, now)
        }
        Ok(Done::Before(before)) => {
            let key = view::find(app, &visitor.org.slug, &before.id()?).await?;
            issued_before(app, visitor, Depth::Top, &key, Occasion::Created, now)
        }
        Err(Error::Denied(denial @ (Denial::NoApiOnPlan | Denial::PlanLimit { .. })))
            if no_room_now(app, visitor).await? =>
        {
            refused(app, visitor, &denial, now).await
        }
        Err(Error::Denied(denial)) => match problems(app, &denial) {
            Some(problems) => page(app, visitor, &sheet, &typed, Shown { problems, unmet: None }, now).await,
            None => Err(denial.into()),
        },
        Err(failure) => Err(failure),
    }
}

/// Why there cannot be one more key: what `denial` says.
pub(crate) fn why_not(app: &App, denial: &Denial) -> Why {
    let (_, sentence) = app.contract.sentence(denial);

    if matches!(denial, Denial::PlanLimit { .. }) { Why::Full(sentence) } else { Why::Said(sentence) }
}

/// Whether the organization is full by now.
async fn no_room_now(app: &App, visitor: &Visitor<Create>) -> Result<bool> {
    let Some(org) = app.keys.organization(&visitor.org.slug).await? else { return Ok(false) };

    Ok(no_room(&org, &app.plan_of(&org).await?).is_some())
}

/// The page that says why there cannot be one more key.
async fn refused(app: &App, visitor: &Visitor<Create>, denial: &Denial, now: Timestamp) -> Result<Page> {
    let sheet = blank(app, &visitor.org, &visitor.session, now)?;
    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let (status, _) = app.contract.sentence(denial);
    let reached = Some(why_not(app, denial));
    let plan = app.plan_of(&visitor.org).await?;
    let form = sheet.fields(once, &Typed::default(), Vec::new(), None);
    let html = NewKeyPage { frame, form, cap: view::cap(&visitor.org, &plan), reached, unmet: None }.render();

    shown_with(status, html)
}

/// The one page that shows `secret`, which `key` has now.
///
/// # Errors
/// There is no randomness.
pub(crate) fn hand_over<O: Opens>(
    app: &App,
    visitor: &Visitor<O>,
    depth: Depth,
    key: &Key,
    secret: String,
    occasion: Occasion,
    now: Timestamp,
) -> Result<Page> {
    let (frame, _) = frame(app, visitor, depth, now)?;
    let example = app.portal()?.example.as_ref().filter(|example| is_let_in(app, key, example));
    let example = example.map(|example| Secret::new(curl(app, visitor, example, &secret)));
    let page =
        SecretPage { frame, occasion, key: view::key(app, key, None, now), secret: Secret::new(secret), example };

    shown(page.render())
}

/// What a form that is sent again gets.
///
/// # Errors
/// There is no randomness.
pub(crate) fn issued_before<O: Opens>(
    app: &App,
    visitor: &Visitor<O>,
    depth: Depth,
    key: &Key,
    occasion: Occasion,
    now: Timestamp,
) -> Result<Page> {
    let (frame, _) = frame(app, visitor, depth, now)?;
    let regenerate = control(app, &visitor.session, &visitor.org, Operation::Regenerate, false);
    let regenerate = if regenerate.is_open() { regenerate } else { Control::Absent };

    shown(IssuedPage { frame, occasion, key: view::key(app, key, None, now), regenerate }.render())
}

/// Whether `key` may make the call: an example that is refused teaches nobody anything.
fn is_let_in(app: &App, key: &Key, example: &Example) -> bool {
    let kind = app.contract.key_type(key.kind.as_deref());
    let can = |scope: &str| kind.is_some_and(|kind| app.contract.allows(&kind.scopes.held(&key.scopes), scope));

    example.scope.as_deref().is_none_or(can)
}

/// A command that calls the API, where the browser has found the pages, with `secret`.
fn curl<O>(app: &App, visitor: &Visitor<O>, example: &Example, secret: &str) -> String {
    let Example { method, path, body, .. } = example;
    let (here, path) = (&visitor.here, path.replace("{org}", visitor.org.slug.as_str()));
    let credential = &app.contract.credential;
    let scheme = credential.scheme.as_ref().map(|scheme| format!("{scheme} ")).unwrap_or_default();
    let quoted = |text: &str| text.replace('\'', r"'\''");
    let body =
        body.as_ref().map(|body| format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{}'", quoted(body)));

    format!(
        "curl -X {method} '{here}{path}' \\\n  -H '{}: {scheme}{secret}'{}",
        credential.header,
        body.unwrap_or_default()
    )
}
