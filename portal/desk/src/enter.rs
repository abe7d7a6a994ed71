//! The way in and out.

use jiff::Timestamp;
use portal::{EnterPage, Frame, Message, MessagePage, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::App;
use shared::management::invite;
use shared::registry::organization::Organization;
use shared::registry::session::Session;
use shared::{Browser, Denial, Error, Form, Page, Result};

use crate::frame::{language, link_back, outside, shown, subject, zone};

/// The code of a link.
#[derive(Deserialize, JsonSchema)]
pub struct Linked {
    #[serde(default)]
    code: String,
}

impl std::fmt::Debug for Linked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Linked(…)")
    }
}

/// The page that a link leads to: whose keys, for whom, and a button. Looking at it spends nothing: mail scanners and
/// previews look, too.
///
/// # Errors
/// The link was used, or its time is over.
pub async fn show_entrance(app: &App, browser: &Browser, linked: Linked, now: Timestamp) -> Result<Page> {
    let current = current(app, browser, now).await?;
    let (session, code, until) = match invite::linked(app, &linked.code, now).await {
        Ok(linked) => linked,
        Err(refusal) => return still_in(current, refusal),
    };
    let org = app.keys.organization(&session.org).await?.ok_or(Denial::UnknownKey)?;
    if !session.is_of(&org) {
        return Err(Denial::UnknownKey.into());
    }
    let language = language(&session, &browser.languages);
    let frame = Frame { zone: zone(&session), ..outside(app, language, now) };
    let page = EnterPage {
        frame,
        organization: org.name.as_str().to_owned(),
        subject: subject(&session),
        until,
        leaves: current.filter(|(_, org)| org.slug != session.org).map(|(_, org)| org.name.as_str().to_owned()),
        code: Secret::new(code.reveal().to_owned()),
    };

    shown(page.render())
}

/// The session that the browser is in, and its organization, if it is in one.
async fn current(app: &App, browser: &Browser, now: Timestamp) -> Result<Option<(Session, Organization)>> {
    match &browser.cookie {
        Some(token) => invite::current(app, token, now).await,
        None => Ok(None),
    }
}

/// To the list of keys, for somebody who is in already and has opened a link that cannot be used: they have come back to it.
///
/// # Errors
/// They are in nowhere, or the link is not why it was refused.
fn still_in(current: Option<(Session, Organization)>, refusal: Error) -> Result<Page> {
    match (current, refusal.denial()) {
        (Some((session, _)), Denial::UnknownKey) => Ok(Page::see_other(&format!("{}/keys?done=link", session.org))),
        _ => Err(refusal),
    }
}

/// Spends the code in `form`, sets the cookie, and leads to the list of keys.
///
/// # Errors
/// The link was used, or its time is over.
pub async fn enter(app: &App, browser: Browser, form: &Form, now: Timestamp) -> Result<Page> {
    let (session, cookie) = match invite::enter(app, form.text("code"), browser.request.clone(), now).await {
        Ok(entered) => entered,
        Err(refusal) => return still_in(current(app, &browser, now).await?, refusal),
    };
    let page = Page::see_other(&format!("{}/keys", session.org));

    Ok(page.setting(&browser.set_cookie(Some(&cookie), session.seconds.get())))
}

/// Ends the session, and offers the way back. It answers 200 and not with a redirect: browsers do not follow one to
/// another site after a form that may only go to this one.
///
/// # Errors
/// There is no session, or the store does not answer.
pub async fn leave(app: &App, browser: Browser, form: &Form, now: Timestamp) -> Result<Page> {
    let token = browser.cookie.as_ref().ok_or(Denial::MissingCredential)?;
    form.must_be_of(token)?;
    let session = invite::leave(app, token, browser.request.clone(), now).await?;
    let language = language(&session, &browser.languages);
    let frame = Frame { return_to: link_back(&session), ..outside(app, language, now) };
    let page = MessagePage { frame, message: Message::Left, list: None, request: None };

    Ok(shown(page.render())?.setting(&browser.set_cookie(None, 0)))
}
