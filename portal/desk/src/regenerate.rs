//! A new secret for a key, and the end of the old one.

use jiff::Timestamp;
use portal::{Depth, EndPage, Occasion, Overlap, Problem, RegeneratePage, Secrets};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::http::visitor::Regenerate;
use shared::management::issue::{Issued, IssuedBefore};
use shared::management::regenerate as rotation;
use shared::management::regenerate::Regeneration;
use shared::management::repeat::Done;
use shared::registry::attempt::Attempt;
use shared::registry::key::{Id, Key};
use shared::registry::usage::Day;
use shared::{Denial, Error, Form, Page, Result, Violation, Visitor};

use crate::create::{hand_over, issued_before};
use crate::frame::{frame, shown_with, status};
use crate::{usage, view};

/// What is to be confirmed: a new secret, or the end of the old one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Asked {
    end: Option<String>,
}

/// The page before the key `id` gets a new secret, or before its old one is ended.
///
/// # Errors
/// There is no such key, or the store does not answer.
pub async fn confirm(app: &App, visitor: &Visitor<Regenerate>, id: &Id, asked: &Asked, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    if asked.end.is_some() {
        return ending(app, visitor, &key, false, now).await;
    }

    page(app, visitor, &key, Wrong::default(), now).await
}

/// Why the page is shown again.
#[derive(Default)]
struct Wrong {
    problems: Vec<Problem>,
    /// What was chosen.
    chosen: Option<Overlap>,
    /// Whether the key is another one by now than the form was made from.
    changed: bool,
}

async fn page(app: &App, visitor: &Visitor<Regenerate>, key: &Key, wrong: Wrong, now: Timestamp) -> Result<Page> {
    let Wrong { problems, chosen, changed } = wrong;
    let (frame, once) = frame(app, visitor, Depth::Action, now)?;
    let usual = app.portal()?.overlap_seconds;
    let usual = Overlap::ALL.into_iter().find(|overlap| i64::from(overlap.seconds()) == usual);
    let is_alone = key.must_be_alone(now);
    let overlaps: Vec<_> = Overlap::ALL.into_iter().filter(|overlap| !is_alone || overlap.seconds() == 0).collect();
    let chosen = chosen.or(usual).filter(|chosen| overlaps.contains(chosen)).or(overlaps.first().copied());
    let status = status(&problems, changed);
    let page = RegeneratePage {
        frame,
        key: view::key(app, key, app.passes.last_used(key).await?, now),
        once,
        overlaps,
        chosen,
        earlier: secrets(app, key, now).await?,
        own: view::is_own(&visitor.session, key),
        changed,
        problems,
    };

    shown_with(status, page.render())
}

/// The page before the old secret of `key` is ended; back to the key where it has none.
async fn ending(app: &App, visitor: &Visitor<Regenerate>, key: &Key, changed: bool, now: Timestamp) -> Result<Page> {
    let Some(secrets) = secrets(app, key, now).await? else {
        return Ok(Page::see_other(&format!("../{}?done=ended", key.id)));
    };
    let (frame, once) = frame(app, visitor, Depth::Action, now)?;
    let own = view::is_own(&visitor.session, key);
    let page = EndPage { frame, key: view::key(app, key, None, now), once, secrets, own, changed };

    shown_with(status(&[], changed), page.render())
}

/// The two secrets of `key`, if it has two.
async fn secrets(app: &App, key: &Key, now: Timestamp) -> Result<Option<Secrets>> {
    let Some(since) = key.overlap(now).and(key.predecessor).map(|predecessor| predecessor.at) else { return Ok(None) };

    Ok(secrets_of(key, &usage::days(app, key, since, now).await?, now))
}

/// The same, where it is known what there was of it in the `days` since.
pub(crate) fn secrets_of(key: &Key, days: &[Day], now: Timestamp) -> Option<Secrets> {
    let until = key.overlap(now)?.until;
    let since = key.predecessor.map_or(now, |predecessor| predecessor.at);
    let [old_used, new_used] = usage::two_secrets(key, days);

    Some(Secrets { until, since, old_used, new_used })
}

/// Gives the key `id` a new secret as `form` says, once, and shows it; or ends the old one, where that is asked for. A form
/// that was made from the key as it was before somebody else has changed it does nothing.
///
/// # Errors
/// There is no such key, the visitor may not, or the store does not answer.
pub async fn regenerate(
    app: &App,
    visitor: &Visitor<Regenerate>,
    id: &Id,
    form: &Form,
    now: Timestamp,
) -> Result<Page> {
    let slug = &visitor.org.slug;
    let seen = view::seen(form);
    if form.text("end") == "1" {
        return match rotation::end_overlap(app, slug, id, &visitor.author(), seen).await {
            Err(Error::Denied(Denial::Conflict { .. })) => {
                ending(app, visitor, &view::find(app, slug, id).await?, true, now).await
            }
            ended => ended.map(|()| Page::see_other(&format!("../{id}?done=ended"))),
        };
    }
    let Some(overlap) = Overlap::parse(form.text("overlap")) else {
        let wrong = Wrong { problems: vec![Problem::OverlapMissing], ..Wrong::default() };
        return page(app, visitor, &view::find(app, slug, id).await?, wrong, now).await;
    };
    let overlap_seconds = i64::from(overlap.seconds()).try_into();
    let overlap_seconds = overlap_seconds.map_err(|what| Violation::new("overlap", what))?;
    let wanted = Regeneration { overlap_seconds, prolong: false };
    let what = format!("portal regenerate {id}");
    let once = form.once().map(|once| Attempt::new(once.as_str(), &what, &())).transpose()?;
    match rotation::regenerate(app, slug, id, wanted, &visitor.author(), once.as_ref(), Some(seen)).await {
        Err(Error::Denied(denial @ Denial::Conflict { .. })) => {
            let key = view::find(app, slug, id).await?;
            // A form that has done something else already is no form of this key.
            if key.version == seen {
                return Err(denial.into());
            }
            let wrong = Wrong { chosen: Some(overlap), changed: true, ..Wrong::default() };
            page(app, visitor, &key, wrong, now).await
        }
        done => given(app, visitor, id, done?, now).await,
    }
}

/// The page that shows the new secret; or that says it was shown before.
async fn given(
    app: &App,
    visitor: &Visitor<Regenerate>,
    id: &Id,
    done: Done<Issued, IssuedBefore>,
    now: Timestamp,
) -> Result<Page> {
    let occasion = |key: &Key| Occasion::Regenerated { old_until: key.overlap(now).map(|previous| previous.until) };
    match done {
        Done::Now(issued) => {
            let (key, secret) = issued.hand_over();
            let secret = secret.ok_or_else(|| Error::failed("a new secret was shown already"))?;
            hand_over(app, visitor, Depth::Action, &key, secret, occasion(&key), now)
        }
        Done::Before(_) => {
            let key = view::find(app, &visitor.org.slug, id).await?;
            issued_before(app, visitor, Depth::Action, &key, occasion(&key), now)
        }
    }
}
