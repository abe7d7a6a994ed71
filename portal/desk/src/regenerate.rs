//! A new secret for a key, and the end of the old one.

use jiff::Timestamp;
use portal::{Depth, Occasion, Overlap, Problem, RegeneratePage};
use shared::gate::app::App;
use shared::http::visitor::Regenerate;
use shared::management::invite::pages;
use shared::management::regenerate as rotation;
use shared::management::regenerate::Rotation;
use shared::management::repeat::Done;
use shared::registry::attempt::Attempt;
use shared::registry::key::{Id, Key};
use shared::{Error, Form, Page, Result, Violation, Visitor};

use crate::create::{hand_over, issued_before};
use crate::frame::{frame, shown_with};
use crate::view;

/// The page before the key `id` gets a new secret.
///
/// # Errors
/// There is no such key.
pub async fn confirm(app: &App, visitor: &Visitor<Regenerate>, id: &Id, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;

    page(app, visitor, &key, Vec::new(), now)
}

fn page(app: &App, visitor: &Visitor<Regenerate>, key: &Key, problems: Vec<Problem>, now: Timestamp) -> Result<Page> {
    let (frame, once) = frame(app, visitor, Depth::Action, now)?;
    let usual = pages(app)?.overlap_seconds;
    let chosen = Overlap::ALL.into_iter().find(|overlap| i64::from(overlap.seconds()) == usual);
    let status = if problems.is_empty() { 200 } else { 422 };
    let page = RegeneratePage {
        frame,
        key: view::key(key, None, now),
        once,
        overlaps: Overlap::ALL.to_vec(),
        chosen,
        problems,
    };

    shown_with(status, page.render())
}

/// Gives the key `id` a new secret as `form` says, once, and shows it; or ends the old one, where that is asked for.
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
    if form.text("end") == "1" {
        rotation::end_overlap(app, slug, id, &visitor.author()).await?;
        return Ok(Page::see_other(&format!("../{id}?done=ended")));
    }
    let Some(overlap) = Overlap::parse(form.text("overlap")) else {
        let key = view::find(app, slug, id).await?;
        return page(app, visitor, &key, vec![Problem::OverlapMissing], now);
    };
    let overlap_seconds = i64::from(overlap.seconds()).try_into();
    let wanted = Rotation { overlap_seconds: overlap_seconds.map_err(|what| Violation::new("overlap", what))? };
    let what = format!("portal regenerate {id}");
    let once = form.once().map(|once| Attempt::new(once.as_str(), &what, &())).transpose()?;
    match rotation::regenerate(app, slug, id, wanted, &visitor.author(), once.as_ref()).await? {
        Done::Now(issued) => {
            let (key, secret) = issued.hand_over();
            let secret = secret.ok_or_else(|| Error::failed("a new secret was shown already"))?;
            let occasion = Occasion::Regenerated { old_until: key.overlap(now).map(|previous| previous.until) };
            hand_over(app, visitor, Depth::Action, &key, secret, occasion, now)
        }
        Done::Before(_) => {
            let key = view::find(app, slug, id).await?;
            let occasion = Occasion::Regenerated { old_until: key.overlap(now).map(|previous| previous.until) };
            issued_before(app, visitor, Depth::Action, &key, occasion, now)
        }
    }
}
