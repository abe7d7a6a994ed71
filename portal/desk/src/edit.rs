//! Changing a key's name, permissions, expiry and limits.

use jiff::Timestamp;
use payload::Field;
use portal::{Depth, EditPage, Problem};
use shared::App;
use shared::environment::clock::Expiry;
use shared::http::visitor::Update;
use shared::management::change::{Change, change};
use shared::management::terms::type_in_use;
use shared::registry::key::{Id, Key, SetBy};
use shared::{Denial, Error, Form, Page, Result, Visitor};

use crate::fields::{Expires, Read, Sheet, Typed, problems, typed_limits};
use crate::frame::{days_of, frame, shown_with, status};
use crate::view;

fn sheet<'a>(app: &'a App, visitor: &Visitor<Update>, key: &Key, now: Timestamp) -> Result<Sheet<'a>> {
    let kind = type_in_use(app, key)?;
    let (portal, plan, zone) = (app.portal()?, app.contract.plan(&visitor.org.plan), days_of(&visitor.session));

    Ok(Sheet { app, portal, plan, kind: Some(kind), is_new: false, zone, now })
}

/// The form that changes the key `id`.
///
/// # Errors
/// There is no such key.
pub async fn form(app: &App, visitor: &Visitor<Update>, id: &Id, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    let typed = Typed {
        name: key.name.as_str().to_owned(),
        scopes: key.scopes.iter().map(str::to_owned).collect(),
        limits: typed_limits(key.limits.of(SetBy::Manager)),
        ..Typed::default()
    };

    page(app, visitor, (&key, Depth::Action), &typed, Wrong::default(), now)
}

/// Why a form is shown again.
#[derive(Default)]
struct Wrong {
    problems: Vec<Problem>,
    /// Whether the key is another one by now than the form was made from.
    changed: bool,
}

fn page(
    app: &App,
    visitor: &Visitor<Update>,
    (key, depth): (&Key, Depth),
    typed: &Typed,
    Wrong { problems, changed }: Wrong,
    now: Timestamp,
) -> Result<Page> {
    let (frame, once) = frame(app, visitor, depth, now)?;
    let status = status(&problems, changed);
    let own = view::is_own(&visitor.session, key);
    let form = sheet(app, visitor, key, now)?.fields(once, typed, problems, key.expires_at);

    shown_with(status, EditPage { frame, key: view::key(app, key, None, now), form, changed, own }.render())
}

/// Changes the key `id` as `form` says, and leads back to it; or shows the form again, with what is wrong. A form that was
/// made from the key as it was before somebody else has changed it changes nothing.
///
/// # Errors
/// There is no such key, the visitor may not, or the store does not answer.
pub async fn update(app: &App, visitor: &Visitor<Update>, id: &Id, form: &Form, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    let typed = Typed::of(form);
    let seen = view::seen(form);
    // The form was sent to the key's own address.
    let again = |problems| page(app, visitor, (&key, Depth::Key), &typed, Wrong { problems, changed: false }, now);
    let sheet = sheet(app, visitor, &key, now)?;
    let read = sheet.read(&typed);
    if seen != key.version {
        let wrong = Wrong { problems: read.err().unwrap_or_default(), changed: true };
        return page(app, visitor, (&key, Depth::Key), &typed, wrong, now);
    }
    let read = match read {
        Ok(read) => read,
        Err(problems) => return again(problems),
    };
    let Some(wanted) = wanted(&sheet, &key, read) else { return Ok(Page::see_other(&format!("{id}?done=same"))) };
    match change(app, &visitor.org.slug, id, &wanted, &visitor.author(), Some(seen)).await {
        Ok(_) => Ok(Page::see_other(&format!("{id}?done=edited"))),
        // Somebody else was faster by less than a moment.
        Err(Error::Denied(Denial::Conflict { .. })) => {
            let key = view::find(app, &visitor.org.slug, id).await?;
            let wrong = Wrong { problems: Vec::new(), changed: true };
            page(app, visitor, (&key, Depth::Key), &typed, wrong, now)
        }
        Err(Error::Denied(denial)) => match problems(app, &denial) {
            Some(problems) => again(problems),
            None => Err(denial.into()),
        },
        Err(failure) => Err(failure),
    }
}

/// What is to change in `key` for it to be as `read` says, if anything is.
fn wanted(sheet: &Sheet<'_>, key: &Key, read: Read) -> Option<Change> {
    // The form has no field for whether a limit slides: one that does goes on.
    let own = key.limits.of(SetBy::Manager).cloned();
    let limits = match (read.limits, &own) {
        (Field::Value(limits), Some(own)) => Field::Value(limits.sliding_like(own)),
        (limits, _) => limits,
    };
    let wanted = Change {
        name: Some(read.name).filter(|name| *name != key.name),
        scopes: read.scopes.and_then(|chosen| sheet.changed(&chosen, key)),
        limits: if limits.clone().applied(own.clone()) == own { Field::LeftOut } else { limits },
        expires_at: match read.expires {
            Expires::Kept => Field::LeftOut,
            Expires::Never if key.expires_at.is_none() => Field::LeftOut,
            Expires::Never => Field::Null,
            Expires::At(at) => Field::Value(Expiry(Some(at))),
        },
        ..Change::default()
    };

    (!wanted.is_empty()).then_some(wanted)
}
