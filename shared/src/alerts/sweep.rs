//! Once an hour, all organizations: alerts that are over, busy keys that fell silent, and keys that nobody uses or that stop
//! working soon. The place is written down on the way, so that a run which is cut short is gone on with.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::look::Case;
use super::{AT_ONCE, Done, PATIENCE, Watch, hour, passed_over, unless_busy};
use crate::contract::secret::Digest;
use crate::http::schedule::Run;
use crate::registry::alert::{Look, Slow, Telling};
use crate::registry::error::{Error, Result};
use crate::registry::key;
use crate::registry::key::Key;
use crate::registry::organization::{Organization, Status};
use crate::registry::slug::Slug;
use crate::registry::usage::Holder;
use crate::store::{Among, Memo, Passes, Progress};

/// How many organizations lie between two places that are written down.
const ORGANIZATIONS: u32 = 25;

/// How many keys are read at once: some 200 KB.
const KEYS: u32 = 500;

/// After how long a look that was not gone on with is begun anew.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// How far an organization was gone through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Went {
    /// All of it.
    Through,
    /// As far as the place says: the next run goes on there.
    Onward,
}

impl Watch {
    pub(super) async fn sweep(&self, run: &mut Run, done: &mut Done) -> Result<()> {
        let mut place = self.app.keys.place().await?;
        if !place.is_there() || place.value.done {
            if place.value.round == hour(run.now) {
                return Ok(());
            }
            place.value = Progress { round: hour(run.now), ..Progress::default() };
        }
        loop {
            let (organizations, more) =
                self.app.keys.each_organization(ORGANIZATIONS, place.value.after.as_ref()).await?;
            place.value.done = more.is_none();
            let mut went = Went::Through;
            for (slug, org) in organizations {
                let gone = match org {
                    Ok(org) => self.go_through(&org, &mut place.value, run, done).await,
                    Err(error) => Err(error.into()),
                };
                went = gone.or_else(|error| {
                    passed_over(&slug, Err(error))?;
                    Ok::<_, Error>(Went::Through)
                })?;
                if went == Went::Onward {
                    place.value.done = false;
                    break;
                }
                done.organizations = done.organizations.saturating_add(1);
                place.value.after = Some(slug);
                place.value.among = None;
            }
            // Those that are being deleted are not among them.
            if went == Went::Through && more.is_some() {
                place.value.after = more;
            }
            let is_over = place.value.done || went == Went::Onward || run.tries.are_over();
            match self.app.keys.put_place(place).await? {
                Some(written) if !is_over => place = written,
                // Another run goes through them, too: one is enough.
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// Looks at the keys of `org` that are watched, and then through all of them, from `place` on, which is moved on.
    async fn go_through(&self, org: &Organization, place: &mut Progress, run: &Run, done: &mut Done) -> Result<Went> {
        if org.status == Status::Locked {
            return Ok(Went::Through);
        }
        let among = place.among.take().filter(|among| among.org == org.slug);
        let mut among = among.unwrap_or_else(|| Among { org: org.slug.clone(), watched: None, all: None });
        let watched = self.app.keys.all_watched(&org.slug).await?.into_iter().map(|(key, _)| key);
        let left: Vec<_> = watched.filter(|key| among.watched.as_ref().is_none_or(|after| key > after)).collect();
        for some in left.chunks(AT_ONCE) {
            if run.tries.are_over() {
                place.among = Some(among);
                return Ok(Went::Onward);
            }
            self.look_again(&org.slug, some, run, done).await?;
            among.watched = some.last().cloned();
        }
        let settings = self.app.keys.alert_settings(&org.slug).await?.value;
        let rules = settings.enabled(&self.app.contract.alerts);
        let marks = self.app.keys.marks(&org.slug).await?;
        let is_good = |look: &Look| look.began_with(&marks.value) && run.now.duration_since(look.at()) < STALE;
        let (mut slow, mut before) = match among.all.take() {
            Some((after, look)) if is_good(&look) => (Slow::resumed(look, &rules), Some(after)),
            _ => (Slow::new(marks.value, &rules, run.now), None),
        };
        while slow.is_asked_for() {
            if run.tries.are_over() {
                among.all = before.map(|after| (after, slow.look()));
                place.among = Some(among);
                return Ok(Went::Onward);
            }
            let (keys, more) = self.app.keys.list(&org.slug, KEYS, before.as_ref()).await?;
            let used = if slow.asks_for_uses() { self.uses(&keys).await? } else { HashMap::new() };
            for key in keys.iter().filter(|key| !settings.mutes(&key.id, run.now)) {
                slow.see(key, used.get(&key.digest).copied());
            }
            self.look_again(&org.slug, &slow.closer(), run, done).await?;
            before = keys.into_iter().next_back().map(|key| key.id);
            if !more {
                break;
            }
        }
        let (tellings, marked) = slow.end();
        if let Some(marked) = marked
            && self.tell(org, &Memo::Organization(marks.with(marked)), &tellings, run).await?
        {
            done.tell(&tellings);
        }

        Ok(Went::Through)
    }

    /// Looks at `keys` of `org` side by side.
    async fn look_again(&self, org: &Slug, keys: &[key::Id], run: &Run, done: &mut Done) -> Result<()> {
        for some in keys.chunks(AT_ONCE) {
            let mut looks = JoinSet::new();
            for key in some {
                let holder = Holder { org: org.clone(), key: key.clone() };
                let (app, now, mut tries) = (self.app, run.now, run.tries.beside_for(PATIENCE));
                looks.spawn(async move {
                    let looked = Case { app, holder: &holder, hint: None, now }.look(&mut tries).await;
                    (holder.key, looked)
                });
            }
            for (key, looked) in looks.join_all().await {
                done.tell(&passed_over(&key, looked)?);
            }
        }

        Ok(())
    }

    /// When `keys` were last used, by the digests of their secrets.
    async fn uses(&self, keys: &[Key]) -> Result<HashMap<Digest, Timestamp>> {
        let mut asked = JoinSet::new();
        for some in keys.chunks(Passes::AT_ONCE) {
            let (app, some) = (self.app, some.to_vec());
            asked.spawn(async move { app.passes.last_used_of(&some).await });
        }
        let mut used = HashMap::new();
        for some in asked.join_all().await {
            used.extend(some?);
        }

        Ok(used)
    }

    /// Tells people of an organization's keys together. `false`: another run has, it is locked by now, or others kept changing it, and the
    /// next round tells it.
    async fn tell(&self, org: &Organization, memo: &Memo<'_>, tellings: &[Telling], run: &Run) -> Result<bool> {
        let keys = &self.app.keys;
        let mut tries = run.tries.beside_for(PATIENCE);
        if tellings.is_empty() {
            return Ok(unless_busy(keys.remember_alerts(&org.slug, memo, &mut tries).await)?);
        }
        let mut org = org.clone();
        loop {
            if unless_busy(keys.tell(&org, memo, tellings, run.now, &mut tries).await)? {
                return Ok(true);
            }
            // Its events have gone on since it was listed, or the next run finds what has changed.
            let Some(now_is) = keys.organization(&org.slug).await? else { return Ok(false) };
            if now_is.sequence == org.sequence {
                return Ok(false);
            }
            org = now_is;
            if tries.again(dynamodb::Error::Contended).await.is_err() {
                return Ok(false);
            }
        }
    }
}
