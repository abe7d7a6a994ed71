//! *Which key is this?* Whoever has a secret and does not know what it is finds its key by it.

use jiff::Timestamp;
use portal::{Depth, IdentifyPage, Problem};
use shared::App;
use shared::contract::Contract;
use shared::contract::secret::Digest;
use shared::http::visitor::List;
use shared::{Form, Page, Result, Visitor};

use crate::frame::{frame, shown_with};
use crate::view;

/// The digest of the secret in `pasted`. People copy what is around it, too: `Authorization: Bearer …`, `API_KEY="…"`.
fn secret_in(contract: &Contract, pasted: &str) -> Option<Digest> {
    let after = |separators: &[char]| pasted.rsplit(separators).next().unwrap_or_default();
    let candidates = [pasted, after(&[' ', '\t']), after(&[' ', '\t', '=', ':'])];
    let is_around = |letter: char| matches!(letter, '"' | '\'' | '`' | ',' | ';') || letter.is_whitespace();
    let parse = |text: &str| Some(contract.parse(text.trim_matches(is_around).as_bytes())?.1.digest());

    candidates.into_iter().find_map(parse)
}

/// Whether there is something in `text` that may be a secret, or most of one.
pub(crate) fn may_be_secret(contract: &Contract, text: &str) -> bool {
    let begins = |prefix: &str| {
        let after = text.split_once(prefix).map(|(_, after)| after);
        after.is_some_and(|after| after.bytes().take_while(u8::is_ascii_alphanumeric).count() >= 8)
    };

    let looks = contract.parse(text.trim().as_bytes());

    contract.prefixes().any(begins) || looks.is_some()
}

/// The key whose secret was pasted, if it is one of the organization's. The secret is not shown, logged or kept.
///
/// # Errors
/// The store does not answer.
pub async fn identify(app: &App, visitor: &Visitor<List>, form: &Form, now: Timestamp) -> Result<Page> {
    let pasted = form.text("key");
    let digest = secret_in(&app.contract, pasted);
    let mut found = None;
    if let Some(digest) = digest
        && let Some(holder) = app.keys.holder(&digest).await?
        && holder.org == visitor.org.slug
        && holder.ended.is_none()
        && let (Some(key), _) = app.keys.find(&holder.org, &holder.key).await?
        && key.answers_to(&digest, now)
    {
        found = Some((key, digest));
    }
    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let used = match &found {
        Some((key, _)) => app.passes.last_used(key).await?,
        None => None,
    };
    let status = if pasted.is_empty() { 422 } else { 200 };
    let page = IdentifyPage {
        frame,
        old: found.as_ref().is_some_and(|(key, digest)| key.digest != *digest),
        found: found.map(|(key, _)| view::key(app, &key, used, now)),
        once,
        problems: if pasted.is_empty() { vec![Problem::KeyMissing] } else { Vec::new() },
    };

    shown_with(status, page.render())
}
