//! Keys that somebody has found where others can see them. Whoever tells of one is believed, because they have it: what is done about
//! it is the organization's policy.
//!
//! A message that comes again does nothing again, and goes on where the first one was cut short. Whoever lets a key out of quarantine
//! has decided: the same secret is not put there a second time.

use std::collections::{BTreeMap, BTreeSet};

use tokio::task::JoinSet;

use crate::contract::leaks::Policy;
use crate::contract::secret::Digest;
use crate::gate::app::App;
use crate::registry::audit::{Action, Entry};
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::key::{Key, Status, View};
use crate::registry::leak::{Leak, Source, Url};
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::registry::usage;
use crate::store::{Holder, Keys, Replaced, Warrant};

/// How many digests are looked up in one call.
const AT_ONCE: usize = 100;

/// How many keys are dealt with side by side.
const SIDE_BY_SIDE: usize = 8;

/// What somebody has found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The digest of the secret, if it has the form and the checksum of a key that is not meant to be seen.
    digest: Option<Digest>,
    place: Option<Url>,
}

impl Found {
    /// A `text` that may be a key, perhaps with white space around it, which was found at the address `url`. Nothing is looked up.
    pub fn read(app: &App, text: &[u8], url: Option<&str>) -> Self {
        let text = text.trim_ascii();
        let key = app.contract.parse(text).filter(|(looks, _)| looks.kind.is_none_or(|kind| !kind.public));

        Self {
            digest: key.as_ref().map(|(_, presented)| presented.digest()),
            place: key.and(url).and_then(|url| Url::read(&app.contract, url, text)),
        }
    }
}

/// Who tells of what was found.
#[derive(Clone, Debug)]
pub struct Teller {
    /// By which way.
    pub source: Source,
    /// The gateway's id of the request.
    pub request: String,
    /// When the request was made.
    pub at: jiff::Timestamp,
}

/// Deals with all that was `found`, each by itself, and says of each whether it is a secret of a key, or was one. Once this has
/// returned, the policies of their organizations are in force.
///
/// # Errors
/// The store does not answer. What comes after is done all the same, so that it is enough to tell everything again.
pub async fn deal_with(app: &'static App, found: &[Found], teller: &Teller) -> Result<Vec<bool>> {
    // Of what was found in several places, the first counts.
    let mut places: BTreeMap<Digest, Option<&Url>> = BTreeMap::new();
    for Found { digest, place } in found {
        if let Some(digest) = digest {
            places.entry(*digest).or_insert(place.as_ref());
        }
    }
    let distinct: Vec<_> = places.keys().copied().collect();
    let mut known = BTreeSet::new();
    let mut failed = None;
    for some in distinct.chunks(AT_ONCE) {
        let mut holders = match app.keys.holders(some).await {
            Ok(holders) => holders,
            Err(error) => {
                failed.get_or_insert(error.into());
                continue;
            }
        };
        let ours: Vec<_> = some.iter().filter_map(|digest| Some((*digest, holders.remove(digest)?))).collect();
        known.extend(ours.iter().map(|(digest, _)| *digest));
        for some in ours.chunks(SIDE_BY_SIDE) {
            let mut dealings = JoinSet::new();
            for (digest, holder) in some {
                let place = places.get(digest).copied().flatten().cloned();
                let (digest, holder, teller) = (*digest, holder.clone(), teller.clone());
                dealings.spawn(async move { deal_with_one(app, &holder, &digest, place.as_ref(), &teller).await });
            }
            for dealt in dealings.join_all().await {
                if let Err(error) = dealt {
                    failed.get_or_insert(error);
                }
            }
        }
    }
    let is_known = |found: &Found| found.digest.is_some_and(|digest| known.contains(&digest));

    failed.map_or_else(|| Ok(found.iter().map(is_known).collect()), Err)
}

/// Does what the policy says about the secret that `digest` stands for, which is `holder`'s.
async fn deal_with_one(
    app: &App,
    holder: &Holder,
    digest: &Digest,
    place: Option<&Url>,
    teller: &Teller,
) -> Result<()> {
    let Holder { org: slug, key: id, .. } = holder;
    let author = Author::told(teller.source, teller.request.clone(), teller.at);
    let mut tries = app.keys.tries();
    loop {
        let (key, org) = app.keys.find(slug, id).await?;
        let Some((key, org)) = key.zip(org).filter(|(key, _)| key.answers_to(digest, teller.at)) else {
            // It lets nobody in any more.
            return Ok(());
        };
        // The form of a key from elsewhere may not tell this.
        if app.contract.key_type(key.kind.as_deref()).is_some_and(|kind| kind.public) {
            return Ok(());
        }
        let policy = org.leaks.filter(|policy| app.contract.leaks.has(*policy)).unwrap_or(app.contract.leaks.policy);
        let leak = Leak {
            digest: *digest,
            at: teller.at,
            source: teller.source,
            place: place.cloned(),
            policy,
            settled: false,
        };
        let warrant = Warrant { author: &author, org: &org };
        let done = match next(&key, &leak) {
            Next::Nothing => {
                // Whoever was cut short may not have come to this.
                note(app, slug, &key, teller).await?;
                return Ok(());
            }
            Next::Tell => tell(app, &key, &org, leak, &author, &mut tries).await?,
            Next::EndOverlap => app.keys.end_overlap(&key, &Keys::alone(&key), warrant, &mut tries).await?,
            Next::Revoke => {
                let entry = leaked(&key, &Key { leak: Some(leak), ..key.clone() }, &author);
                app.keys.take_out(&key, Some(entry), warrant, &mut tries).await?
            }
        };
        if done != Replaced::Yes {
            tries.again(dynamodb::Error::Contended).await?;
        }
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// All is done.
    Nothing,
    /// Write the leak down, tell of it, and put the key into quarantine if that is the policy.
    Tell,
    /// End the secret that leaked, beside which there is a newer one.
    EndOverlap,
    /// Tell of it, and revoke the key.
    Revoke,
}

/// What is to be done next about `leak`, by its policy, of a secret with which `key` still lets in.
fn next(key: &Key, leak: &Leak) -> Next {
    let is_current = key.digest == leak.digest;
    if is_current && leak.policy == Policy::Revoke {
        return Next::Revoke;
    }
    // What was done once is not done again. What was not much can become more, if the policy has. That the current secret has leaked
    // is not written over by what is known of an old one.
    let known = key.leak.as_ref();
    let is_told = known.is_some_and(|known| known.digest == leak.digest && known.policy >= leak.policy);
    let is_worse = known.is_some_and(|known| !is_current && known.digest == key.digest);
    if !is_told && !is_worse {
        return Next::Tell;
    }
    match leak.policy {
        Policy::Notify => Next::Nothing,
        Policy::Quarantine | Policy::Revoke if is_current => Next::Nothing,
        Policy::Quarantine | Policy::Revoke => Next::EndOverlap,
    }
}

/// Writes `leak` down at `key`, in one transaction with its row and its event, and with the quarantine if that is its policy.
async fn tell(
    app: &App,
    key: &Key,
    org: &Organization,
    leak: Leak,
    author: &Author,
    tries: &mut dynamodb::Tries,
) -> Result<Replaced> {
    let is_confined = leak.policy == Policy::Quarantine && leak.digest == key.digest && key.status == Status::Active;
    let status = if is_confined { Status::Quarantined } else { key.status };
    let mut after = Key { leak: Some(leak), status, ..key.clone() };
    let entry = leaked(key, &after, author);

    Ok(app.keys.replace(key, &mut after, Warrant { author, org }, &entry, tries).await?)
}

/// What is left behind of the leak of `before`, which is written down in `after`.
fn leaked(before: &Key, after: &Key, author: &Author) -> Entry {
    let change = [before, after].map(|key| Some(View::in_full(key, author.at)));

    author.did(Action::KeyLeaked, &before.org, Some(&before.id), change)
}

/// Has whoever opens alerts look at `key`.
async fn note(app: &App, slug: &Slug, key: &Key, teller: &Teller) -> Result<()> {
    if app.contract.alerts.is_empty() {
        return Ok(());
    }
    let holder = usage::Holder { org: slug.clone(), key: key.id.clone() };

    Ok(app.usage.look_at(holder, teller.at).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::key::Previous;

    #[test]
    fn what_is_done_depends_on_the_policy_the_secret_and_what_was_done_before() {
        use Policy::{Notify, Quarantine, Revoke};
        let [current, old] = [1, 2].map(|byte| Digest::try_from(vec![byte; 32]).unwrap());
        let at = jiff::Timestamp::UNIX_EPOCH;
        let leak = |digest, policy| Leak { digest, at, source: Source::Report, place: None, policy, settled: false };
        for (before, now, next_of) in [
            (None, leak(current, Notify), Next::Tell),
            (None, leak(old, Revoke), Next::Tell),
            (Some(leak(current, Notify)), leak(current, Notify), Next::Nothing),
            (Some(leak(current, Notify)), leak(current, Quarantine), Next::Tell),
            (Some(leak(current, Quarantine)), leak(current, Quarantine), Next::Nothing),
            (Some(leak(current, Quarantine)), leak(current, Notify), Next::Nothing),
            (Some(leak(current, Quarantine)), leak(current, Revoke), Next::Revoke),
            (None, leak(current, Revoke), Next::Revoke),
            (Some(leak(current, Notify)), leak(old, Notify), Next::Nothing),
            (Some(leak(current, Notify)), leak(old, Quarantine), Next::EndOverlap),
            (Some(leak(old, Notify)), leak(current, Notify), Next::Tell),
            (Some(leak(old, Notify)), leak(old, Notify), Next::Nothing),
            (Some(leak(old, Quarantine)), leak(old, Quarantine), Next::EndOverlap),
            (Some(leak(old, Revoke)), leak(old, Revoke), Next::EndOverlap),
        ] {
            let until = jiff::Timestamp::MAX;
            let key = Key { leak: before.clone(), ..crate::registry::key::tests::key(current) };
            let key = Key { previous: Some(Previous { digest: old, until }), ..key };
            assert_eq!(next(&key, &now), next_of, "{before:?} {now:?}");
        }
    }
}
