//! Once an hour, all organizations: alerts that are over, busy keys that fell silent, and keys that nobody uses or that stop
//! working soon. The place is written down after each page, so that a run which is cut short is gone on with.

use std::collections::HashMap;

use jiff::Timestamp;

use super::look::look;
use super::{Done, Watch, hour, passed_over};
use crate::http::schedule::Run;
use crate::registry::alert::{Slow, Telling};
use crate::registry::error::Result;
use crate::registry::key;
use crate::registry::organization::{Organization, Status};
use crate::registry::slug::Slug;
use crate::registry::usage::Holder;
use crate::store::{Memo, Passes, Place};

/// How many organizations lie between two places that are written down.
const ORGANIZATIONS: u32 = 25;

/// How many keys are read at once: some 200 KB.
const KEYS: u32 = 500;

impl Watch {
    pub(super) async fn sweep(&self, run: &mut Run, done: &mut Done) -> Result<()> {
        let mut place = self.app.keys.place().await?;
        if !place.is_there() || place.value.done {
            if place.value.round == hour(run.now) {
                return Ok(());
            }
            place.value = Place { round: hour(run.now), after: None, done: false };
        }
        loop {
            let (organizations, more) = self.app.keys.organizations(ORGANIZATIONS, place.value.after.as_ref()).await?;
            place.value.done = !more;
            for org in &organizations {
                if run.tries.are_over() {
                    tracing::warn!("the organizations take longer than one run: the next one goes on");
                    place.value.done = false;
                    break;
                }
                let told = self.go_through(org, run).await;
                done.told = done.told.saturating_add(passed_over(told)?);
                done.organizations = done.organizations.saturating_add(1);
                place.value.after = Some(org.slug.clone());
            }
            let is_over = place.value.done || run.tries.are_over();
            match self.app.keys.put_place(place).await? {
                Some(written) if !is_over => place = written,
                // Another run goes through them, too: one is enough.
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// Looks at the keys of `org` that are watched, and then through all of them. Returns how much people are told.
    async fn go_through(&self, org: &Organization, run: &Run) -> Result<usize> {
        let (app, slug, now) = (self.app, &org.slug, run.now);
        if org.status == Status::Locked {
            return Ok(0);
        }
        let mut told = 0_usize;
        for (key, _) in app.keys.all_watched(slug).await? {
            told = told.saturating_add(self.look_again(slug, key, run).await?);
        }
        let settings = app.keys.alert_settings(slug).await?.value;
        let rules = settings.enabled(&app.contract.alerts);
        let marks = app.keys.marks(slug).await?;
        let mut slow = Slow::new(marks.value, &rules, now);
        let mut after = None;
        while slow.is_asked_for() {
            let (keys, more) = app.keys.list(slug, KEYS, after.as_ref()).await?;
            for some in keys.chunks(Passes::AT_ONCE) {
                let used = if slow.asks_for_uses() { app.passes.last_used_of(some).await? } else { HashMap::new() };
                for key in some.iter().filter(|key| !settings.mutes(&key.id, now)) {
                    slow.see(key, used.get(&key.digest).copied());
                }
            }
            after = keys.into_iter().next_back().map(|key| key.id);
            if !more {
                break;
            }
        }
        let (tellings, marked, lingering) = slow.end();
        if let Some(marked) = marked
            && self.tell(org, &Memo::Organization(marks.with(marked)), &tellings, now, run).await?
        {
            told = told.saturating_add(tellings.len());
        }
        for key in lingering {
            told = told.saturating_add(self.look_again(slug, key, run).await?);
        }

        Ok(told)
    }

    async fn look_again(&self, org: &Slug, key: key::Id, run: &Run) -> Result<usize> {
        let holder = Holder { org: org.clone(), key };

        passed_over(look(self.app, &holder, None, run.now, &mut run.tries.beside()).await)
    }

    /// Tells people of an organization's keys together. `false`: another run has, or it is locked by now.
    async fn tell(
        &self,
        org: &Organization,
        memo: &Memo<'_>,
        tellings: &[Telling],
        now: Timestamp,
        run: &Run,
    ) -> Result<bool> {
        let keys = &self.app.keys;
        if tellings.is_empty() {
            return Ok(keys.remember_alerts(&org.slug, memo).await?);
        }
        let mut tries = run.tries.beside();
        let mut org = org.clone();
        loop {
            if keys.tell(&org, memo, tellings, now, &mut tries).await? {
                return Ok(true);
            }
            // Its events have gone on since it was listed, or the next run finds what has changed.
            let Some(now_is) = keys.organization(&org.slug).await? else { return Ok(false) };
            if now_is.sequence == org.sequence {
                return Ok(false);
            }
            org = now_is;
            tries.again(dynamodb::Error::Contended).await?;
        }
    }
}
