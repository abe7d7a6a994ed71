//! One look at one key: what is known of it, what of that is news, and telling it.

use dynamodb::Tries;
use jiff::{SignedDuration, Timestamp};

use crate::alerts::{hour, unless_busy};
use crate::contract::limit::Window;
use crate::gate::app::App;
use crate::registry::alert::{Baseline, Evidence, Hint, Hours, Telling, Watched};
use crate::registry::author::Plane;
use crate::registry::error::Result;
use crate::registry::key::Key;
use crate::registry::organization::Status;
use crate::registry::usage::{Account, Holder, Peak};
use crate::store::{Memo, Remembered};

/// Over how many days before today the hours of a busy key are compared: four weeks before the last two hours, which are
/// yesterday's just after midnight.
const WEEKS_DAYS: i64 = 29;

/// For how long after somebody has changed a key its first use is no surprise.
const TOUCHED: SignedDuration = SignedDuration::from_hours(24);

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) app: &'a App,
    /// The key.
    pub(super) holder: &'a Holder,
    /// What somebody has noted about it, if that is why.
    pub(super) hint: Option<&'a Hint>,
    pub(super) now: Timestamp,
}

impl Case<'_> {
    /// Looks at it, and tells people what is news. Returns what that was; `None` where others kept changing it as long as there were
    /// `tries`.
    pub(super) async fn look(self, tries: &mut Tries) -> Result<Option<Vec<Telling>>> {
        loop {
            if let Some(told) = self.attempt(tries).await? {
                return Ok(Some(told));
            }
            // Another run or a change came first.
            if tries.again(dynamodb::Error::Contended).await.is_err() {
                return Ok(None);
            }
        }
    }

    /// One attempt. `None`: another came before it.
    async fn attempt(self, tries: &mut Tries) -> Result<Option<Vec<Telling>>> {
        let Self { app, holder: Holder { org, key: id }, now, .. } = self;
        let (key, organization) = app.keys.find(org, id).await?;
        let memory = app.keys.watched(org, id).await?;
        let (Some(key), Some(organization)) = (key, organization) else {
            // Nobody is told of a key that is gone.
            let is_done = self.forget(&memory).await?;
            return Ok(is_done.then(Vec::new));
        };
        if organization.status == Status::Locked {
            return Ok(Some(Vec::new()));
        }
        let settings = app.keys.alert_settings(org).await?.value;
        let rules = settings.enabled(&app.contract.alerts);
        let known = Known::gather(self, &key, &memory.value).await?;
        let mut watched = memory.value.clone();
        let tellings = watched.look(&known.evidence(&key, now), &rules, settings.mutes(id, now));
        known.put_ceiling(self, &key).await?;

        let is_done = if tellings.is_empty() && watched.is_idle(now) {
            self.forget(&memory).await?
        } else if tellings.is_empty() && watched == memory.value {
            true
        } else {
            let memo = Memo::Key(&key, memory.with(watched));
            unless_busy(if tellings.is_empty() {
                app.keys.remember_alerts(org, &memo, tries).await
            } else {
                app.keys.tell(&organization, &memo, &tellings, now, tries).await
            })?
        };

        Ok(is_done.then_some(tellings))
    }

    /// Forgets what was remembered of it, if anything is. Whether that is done.
    async fn forget(self, memory: &Remembered<Watched>) -> Result<bool> {
        if !memory.is_there() {
            return Ok(true);
        }
        let Self { app, holder: Holder { org, key }, .. } = self;
        let forgotten = app.keys.forget_alerts(org, key, memory).await;

        Ok(unless_busy(forgotten.map(|()| true))?)
    }
}

/// What was found out about a key.
struct Known {
    hours: Hours,
    is_busy: bool,
    /// The peaks that were hinted at, and still are what the key has used.
    peaks: Vec<Peak>,
    /// The hour of which it is known from how many requests on it is unusual.
    ceiling: Option<i64>,
    old_used: Option<Timestamp>,
    silent_since: Option<Timestamp>,
}

impl Known {
    async fn gather(case: Case<'_>, key: &Key, watched: &Watched) -> Result<Self> {
        let Case { app, holder, hint, now } = case;
        let today = Window::Day.number(now);
        let account = Account::Key(holder.clone());
        let since = |days: i64| (today.saturating_sub(days), today);
        let mut days = app.usage.days(&account, since(1)).await?;
        let mut hours = Hours::of(&days);
        let is_busy =
            watched.is_busy(now) || hours.busiest([hour(now), hour(now).saturating_sub(1)]) >= Baseline::LEAST;
        if is_busy {
            days = app.usage.days(&account, since(WEEKS_DAYS)).await?;
            hours = Hours::of(&days);
        }
        let ceiling = days.iter().find(|day| day.number == today).and_then(|day| day.ceiling).map(|(of, _)| of);
        let silent_since = match hint.and_then(|hint| hint.woke) {
            Some(woke) => silence(app, key, holder, woke, now).await?,
            None => None,
        };
        let peaks = match hint {
            Some(hint) if !hint.peaks.is_empty() => still_used(app, key, &hint.peaks, now).await?,
            Some(_) | None => Vec::new(),
        };
        let old_used = days.iter().filter_map(|day| day.last.old).max();

        Ok(Self { hours, is_busy, peaks, ceiling, old_used, silent_since })
    }

    fn evidence<'a>(&'a self, key: &'a Key, now: Timestamp) -> Evidence<'a> {
        Evidence {
            now,
            key,
            hours: &self.hours,
            is_busy: self.is_busy,
            peaks: &self.peaks,
            old_used: self.old_used,
            silent_since: self.silent_since,
        }
    }

    /// Writes down from how many requests on this hour is unusual, once an hour and only for keys in use: whoever adds to the
    /// usage gets it back with every write, and need not ask again.
    async fn put_ceiling(&self, case: Case<'_>, key: &Key) -> Result<()> {
        let Case { app, holder, hint, now } = case;
        let hour = hour(now);
        if hint.is_none() || !self.is_busy || self.ceiling == Some(hour.rem_euclid(24)) {
            return Ok(());
        }
        match self.hours.baseline(hour, key.created_at) {
            Some(baseline) => Ok(app.usage.put_ceiling(holder, hour, baseline.ceiling()).await?),
            None => Ok(()),
        }
    }
}

/// Those of `peaks` that `key` has still used: what it had used of a window that goes on may have been given back since.
async fn still_used(app: &App, key: &Key, peaks: &[Peak], now: Timestamp) -> Result<Vec<Peak>> {
    let counts = app.passes.counted(&key.digest).await?.counts;
    // What a span that slides has counted is of other windows, too.
    let slides = |peak: &Peak| counts.slide(peak.window).is_some();
    let is_given_back = |peak: &Peak| {
        peak.number == peak.window.number(now) && !slides(peak) && counts.get(peak.window, now) < peak.used
    };

    Ok(peaks.iter().filter(|peak| !is_given_back(peak)).copied().collect())
}

/// Since when the key had not been used when it was at `woke`: since it was made, if it had never been. `None` if somebody
/// has just worked on it: then its use is no surprise.
async fn silence(app: &App, key: &Key, holder: &Holder, woke: Timestamp, now: Timestamp) -> Result<Option<Timestamp>> {
    let before = app.usage.last_day_before(holder, Window::Day.number(woke)).await?;
    // A day without a use has refusals.
    let used = before.map(|day| day.last.latest().unwrap_or_else(|| Window::Day.begin(day.number)));
    let (rows, _) = app.keys.audit(&holder.org, 100, None).await?;
    let is_touched = rows.iter().filter(|row| row.key_id.as_ref() == Some(&holder.key)).any(|row| {
        let at: Option<Timestamp> = row.at.parse().ok();
        // What the stack does to a key by itself, nobody has done.
        row.plane != Plane::Stack && at.is_some_and(|at| now.duration_since(at) < TOUCHED)
    });

    Ok((!is_touched).then_some(used.unwrap_or(key.created_at)))
}
