//! Judging and counting a request, and stamping passes on the way.

use std::fmt::Display;

use dynamodb::Tries;
use jiff::Timestamp;

use super::app::App;
use super::memory::Why;
use super::{No, refusal};
use crate::contract::cost::Cost;
use crate::contract::denial::Denial;
use crate::contract::quota::{Holder, Quotas};
use crate::contract::secret::Digest;
use crate::contract::{InForce, Looks};
use crate::registry::alert::SILENCE;
use crate::registry::ask::Ask;
use crate::registry::counts::Counts;
use crate::registry::error::Error;
use crate::registry::key::Key;
use crate::registry::organization::Organization;
use crate::registry::pass::{Grant, Pass, Terms, judge, stands_secs};
use crate::store::{Counted, Remains, State, Together, Versions};

/// Judges and counts. Stamps the pass first where there is none or its terms are over.
pub(super) async fn count(app: &App, looks: Looks<'_>, digest: Digest, ask: &Ask) -> Result<Grant, No> {
    let now = ask.now();
    // A read costs half as much as a write that finds nothing.
    if app.memory.was_unknown(&digest) && app.keys.holder(&digest).await?.is_none_or(|holder| holder.ended.is_some()) {
        return Err(No::For(Why::Unknown));
    }
    // The secret whose pass counts: the one presented, or the one that has replaced it; and when the one presented then ends.
    let (mut counting, mut ends) = (digest, None);
    let granted = |pass: Pass, counting: &Digest, left, ends| Grant::of(pass, digest, counting, left, ask).until(ends);
    let mut tries = Tries::within(app.patience);
    for round in 0_u32.. {
        // A second round is normal: from an old secret to the new one, or after a stamp that came too late.
        if round > 1 {
            tries.again(dynamodb::Error::Contended).await?;
        }
        let (seen, from, used_before) = match look(app, looks, &digest, &counting, ask).await? {
            Look::Granted(pass) => {
                let (pass, left) = together(app, pass, &counting, ask, &tries).await?;
                return Ok(granted(pass, &counting, left, ends));
            }
            Look::Stale { seen, from, last_used_at } => (seen, from, last_used_at),
            Look::Elsewhere(other, until) => {
                (counting, ends) = (other, until.or(ends));
                continue;
            }
            Look::Changed => continue,
            Look::Busy => {
                tries.again(dynamodb::Error::Contended).await?;
                continue;
            }
        };

        // The same check here, where no pass can tell yet.
        let authority = app.keys.authority(&digest, now).await?.filter(|(key, _)| looks.can_be(key.kind.as_deref()));
        let Some((key, org)) = authority else { return Err(No::For(Why::Unknown)) };
        if key.digest != counting {
            (counting, ends) = (key.digest, key.previous.map(|previous| previous.until));
            continue;
        }
        // On the heap: most requests need no stamp.
        let basis = Box::pin(basis(app, seen, from.as_ref(), org)).await?;
        let Some((Remains { counts, last_used_at }, org, plan)) = basis else {
            tries.again(dynamodb::Error::Contended).await?;
            continue;
        };
        let versions = Versions { key: key.version, org: org.version };
        // A pass is stamped every hour: only then it matters when the key was used before.
        let is_awake = now.duration_since(last_used_at.or(used_before).unwrap_or(key.created_at)) >= SILENCE;
        let terms = terms_of(app, key, &org, &plan, now)?;
        let pass = Pass { terms, counts, last_used_at };
        let admits = judge(&pass, ask).is_ok();
        // If somebody was faster, the pass was made from something out of date: look again.
        let stamped = app.passes.stamp(&counting, &pass, from.as_ref(), admits, versions, ask).await;
        let stamped = stamped.map_err(|error| unwritten(app, error, &digest, now))?;
        // If what was seen has been given back meanwhile, the request is not counted yet: look again.
        if let Some(pass) = stamped.filter(|pass| admits || judge(pass, ask).is_err()) {
            if !admits {
                return Err(refused(Box::new(pass), ask));
            }
            if pass.is_pinned(ask) {
                app.memory.keep(&counting, &pass);
            }
            let (pass, left) = together(app, Box::new(pass), &counting, ask, &tries).await?;
            return Ok(Grant { is_awake, ..granted(pass, &counting, left, ends) });
        }
    }

    Err(dynamodb::Error::Contended.into())
}

/// What a look at a pass has come to, where nobody is refused.
enum Look {
    /// It has let the request in, and counted it.
    Granted(Box<Pass>),
    /// It has no terms in force, and must be stamped.
    Stale { seen: Option<Box<Pass>>, from: Option<Digest>, last_used_at: Option<Timestamp> },
    /// The pass of another secret counts, and the one presented ends then.
    Elsewhere(Digest, Option<Timestamp>),
    /// It is not as it was when it was last seen, and may let the request in.
    Changed,
    /// A transaction held it.
    Busy,
}

/// Has the pass of `counting` count a request that came with the secret `digest`.
async fn look(app: &App, looks: Looks<'_>, digest: &Digest, counting: &Digest, ask: &Ask) -> Result<Look, No> {
    let now = ask.now();
    let seen = app.memory.pass(counting);
    let look = match app.passes.count(counting, ask, seen.as_deref()).await {
        // A secret that was taken over from elsewhere may look like another type than its key has: it counts as
        // neither.
        Ok(Counted::Yes(pass) | Counted::No(State::Stamped(pass))) if !looks.can_be(pass.terms.kind.as_deref()) => {
            return Err(No::For(Why::Unknown));
        }
        Ok(Counted::Yes(pass)) => {
            if pass.is_pinned(ask) {
                app.memory.keep(counting, &pass);
            }
            log_if_failed(LITTER, &pass.terms.key, app.passes.tidy(counting, &pass.counts, ask).await);
            Look::Granted(pass)
        }
        Ok(Counted::No(State::Stamped(pass))) if pass.is_current(&app.contract.edition, now) => {
            // It was judged by what was seen before, or could not be judged without that.
            let was_pinned = pass.is_pinned(ask) || seen.is_some_and(|seen| seen.is_pinned(ask));
            if !was_pinned || judge(&pass, ask).is_err() {
                return Err(refused(pass, ask));
            }
            app.memory.keep(counting, &pass);
            Look::Changed
        }
        Ok(Counted::No(State::Stamped(stale))) => Look::Stale { seen: Some(stale), from: None, last_used_at: None },
        Ok(Counted::No(State::Bare { from, last_used_at })) => Look::Stale { seen: None, from, last_used_at },
        Ok(Counted::No(State::Gone)) => return Err(No::For(Why::Unknown)),
        Ok(Counted::No(State::Moved { ends, .. })) if counting == digest && ends <= now => {
            return Err(No::For(Why::Unknown));
        }
        // The secret was replaced once more in between. The pass of the one presented says what that left of it.
        Ok(Counted::No(State::Moved { to, ends, .. })) if counting == digest => Look::Elsewhere(to, Some(ends)),
        Ok(Counted::No(State::Moved { .. })) => Look::Elsewhere(*digest, None),
        Ok(Counted::Busy) => Look::Busy,
        Err(error) => return Err(unwritten(app, error, digest, now)),
    };

    Ok(look)
}

/// The terms of `key` of `org` on its `plan`. The log is told what the contract lacks for them, once for each pass that is stamped: until it is
/// over, the key is refused by it.
fn terms_of(app: &App, key: Key, org: &Organization, plan: &InForce<'_>, now: Timestamp) -> Result<Terms, Error> {
    let (terms, unknown) = Terms::new(key, org, plan, &app.contract, now, stands_for(app)?);
    if let Some(unknown) = unknown {
        tracing::error!("{unknown}");
    }

    Ok(terms)
}

/// How long a pass that is stamped now is valid, in seconds.
fn stands_for(app: &App) -> Result<i64, Error> {
    let mut random = [0; 2];
    app.entropy.fill(&mut random)?;

    Ok(stands_secs(u16::from_be_bytes(random)))
}

/// Why nobody is let in where a pass was not written. The neighbours of a hot key are throttled with it, and all keys
/// are where a table or an account is. Only the hot key itself has reached a limit.
fn unwritten(app: &App, error: dynamodb::Error, digest: &Digest, now: Timestamp) -> No {
    let dynamodb::Error::Throttled { cause, is_key_range } = error else { return error.into() };
    tracing::warn!(is_key_range, "a pass cannot be written: {cause}");

    No::For(Why::Throttled { is_hot: is_key_range && app.memory.is_hot(digest, now) })
}

/// Counts a request that `pass`, which is that of `counting`, has let in and counted as one of its organization, where all keys of that
/// share limits; and what those leave.
///
/// # Errors
/// They are reached. The request is taken out of the pass again.
async fn together(
    app: &App,
    pass: Box<Pass>,
    counting: &Digest,
    ask: &Ask,
    tries: &Tries,
) -> Result<(Pass, Quotas), No> {
    let Terms { org, shared, .. } = &pass.terms;
    if shared.is_empty() {
        return Ok((*pass, Quotas::default()));
    }
    let left = |counts: &Counts| counts.quotas(shared, Holder::Organization, ask);
    if ask.cost == Cost::NOTHING {
        let counts = app.passes.counted_together(org).await?;
        let left = left(&counts);
        return Ok((*pass, left));
    }
    // What the key has counted must still be taken back in the caller's time.
    let mut tries = tries.beside_with(app.patience.checked_div(2).unwrap_or_default());
    loop {
        match app.passes.count_together(org, shared, ask).await {
            Ok(Together::Yes(counts)) => {
                log_if_failed(LITTER, org, app.passes.tidy_together(org, &counts, ask).await);
                let left = left(&counts);
                return Ok((*pass, left));
            }
            Ok(Together::No(counts)) => {
                log_if_failed(COUNTED, &pass.terms.key, app.passes.give_back(counting, &pass, ask).await);
                return Err(No::For(Why::ReachedTogether(pass, counts)));
            }
            // What was counted is just being given back.
            Err(dynamodb::Error::Contended) if tries.again(dynamodb::Error::Contended).await.is_ok() => (),
            Err(error) => {
                if error.is_refusal() {
                    log_if_failed(COUNTED, &pass.terms.key, app.passes.give_back(counting, &pass, ask).await);
                }
                return Err(unwritten(app, error, counting, ask.now()));
            }
        }
    }
}

/// What stays where tidying fails. It does no harm.
const LITTER: &str = "counters that no longer matter stay";

/// What stays where a request cannot be taken out of a pass again: the key has one less.
const COUNTED: &str = "a request that was refused stays counted";

/// Tells the log what of `whose` stays, where what was to be done beside a request was not.
fn log_if_failed(stays: &str, whose: &(dyn Display + Sync), done: Result<(), dynamodb::Error>) {
    if let Err(error) = done {
        tracing::warn!("{stays}, of {whose}: {error}");
    }
}

/// Why `pass` does not let in a request that asks for `ask`.
fn refused(pass: Box<Pass>, ask: &Ask) -> No {
    match judge(&pass, ask) {
        Err(Denial::RateLimited { .. }) | Ok(()) => No::For(Why::Reached(pass)),
        Err(denial) => No::Other(refusal(denial, &pass, ask)),
    }
}

/// What a stamp is based on: the counts so far, the organization and its plan. The counts are those of the pass or, where it
/// has just been laid out, of the one before it. `None`: the one before it is not closed yet, the organization has changed, or
/// everything is gone; look again.
async fn basis<'a>(
    app: &'a App,
    seen: Option<Box<Pass>>,
    from: Option<&Digest>,
    org: Organization,
) -> Result<Option<(Remains, Organization, InForce<'a>)>, dynamodb::Error> {
    // The plan's numbers are read after the organization: who has changed that last, has changed it to have these in force.
    let plan = app.plan_of(&org);
    if let Some(seen) = seen {
        let plan = plan.await?;
        return Ok(Some((Remains::from(*seen), org, plan)));
    }
    // A lock withdraws the passes of the keys and secrets that it finds, and may have missed this one because it was too
    // new. But the key has been read with this secret, so the organization read now is no older than that lock.
    let now = app.keys.organization(&org.slug);
    let remains = async {
        match from {
            Some(from) => app.passes.remains(from).await,
            None => Ok(Some(Remains::default())),
        }
    };
    let (remains, now, plan) = tokio::try_join!(remains, now, plan)?;
    let is_same = now.is_some_and(|now| now.version == org.version);

    Ok(remains.filter(|_| is_same).map(|remains| (remains, org, plan)))
}
