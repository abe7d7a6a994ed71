//! What was counted, of the requests with one key or with any key of an organization, and what is left of a limit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::contract::cost::Cost;
use crate::contract::limit::{Limits, Window};
use crate::contract::quota::{Holder, Quota, Quotas};
use crate::contract::slide::Slide;
use crate::registry::ask::Ask;

/// How many requests were counted: in each window, by the windows' numbers; and in spans that slide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    windows: BTreeMap<(Window, i64), i64>,
    slides: BTreeMap<Window, Slide>,
}

impl Counts {
    /// The count of `window` at `now`.
    pub fn get(&self, window: Window, now: Timestamp) -> i64 {
        self.of(window, window.number(now))
    }

    /// The count of the window with that number.
    fn of(&self, window: Window, number: i64) -> i64 {
        self.windows.get(&(window, number)).copied().unwrap_or_default()
    }

    /// Sets the count of the window with that number.
    pub fn set(&mut self, window: Window, number: i64, count: i64) {
        self.windows.insert((window, number), count);
    }

    /// What was counted in the span of `window` that slides, if it does.
    pub fn slide(&self, window: Window) -> Option<&Slide> {
        self.slides.get(&window)
    }

    /// Sets what was counted in the span of `window` that slides.
    pub fn set_slide(&mut self, window: Window, slide: Slide) {
        self.slides.insert(window, slide);
    }

    /// Forgets what was counted in spans that slide.
    pub(crate) fn forget_slides(&mut self) {
        self.slides.clear();
    }

    /// The span of `window` that slides, as it is for a request that asks for `ask`. Where it has not slid before, all that was
    /// counted in the windows that it touches is taken to be new: this is never too little.
    pub fn slide_at(&self, window: Window, ask: &Ask) -> Slide {
        let part = ask.part(window);
        let before = || {
            let counts = touched(window, ask).map(|number| self.of(window, number));
            Slide::new(part, counts.fold(0, i64::saturating_add))
        };

        self.slides.get(&window).map_or_else(before, |slide| slide.at(part))
    }

    /// Counts a request that asks for `ask` in each of `windows`, and in the spans that slide under `limits`.
    pub(super) fn add(&mut self, windows: &[Window], limits: &Limits, ask: &Ask) {
        let slides: Vec<_> = limits.sliding().map(|window| (window, self.slide_at(window, ask))).collect();
        for window in windows {
            let count = self.windows.entry((*window, ask.number(*window))).or_default();
            *count = count.saturating_add(ask.cost.count());
        }
        for (window, slide) in slides {
            let count = slide.count.saturating_add(ask.cost.count());
            self.slides.insert(window, Slide { count, ..slide });
        }
    }

    /// What was counted in those of `windows` that run at `now`, for people to read.
    pub(crate) fn shown(&self, windows: &[Window], now: Timestamp) -> Value {
        let used = windows.iter().map(|window| json!({"per": window, "requests": self.get(*window, now)}));

        used.collect()
    }

    /// Every count of a window: window, number, requests.
    pub fn iter(&self) -> impl Iterator<Item = (Window, i64, i64)> + '_ {
        self.windows.iter().map(|((window, number), count)| (*window, *number, *count))
    }

    /// What is used of the limit of `window` for a request that asks for `ask`.
    pub fn used(&self, limits: &Limits, window: Window, ask: &Ask) -> i64 {
        if limits.slides(window) { self.slide_at(window, ask).total() } else { self.of(window, ask.number(window)) }
    }

    /// When the limit of `window` begins anew, or all that is counted now will be out of its span: in Unix seconds.
    pub fn resets(&self, limits: &Limits, window: Window, ask: &Ask) -> i64 {
        if limits.slides(window) { self.slide_at(window, ask).over(window) } else { window.end(ask.at(window)) }
    }

    /// Which of `limits` do not let a request pass that asks for `ask`, and in how many seconds they will; `None` if all do.
    pub fn exhausted(&self, limits: &Limits, ask: &Ask) -> Option<Exhausted> {
        if ask.cost == Cost::NOTHING {
            return None;
        }
        let cost = ask.cost.count();
        let exhausted: Vec<_> = limits
            .iter()
            .filter(|(window, limit)| self.used(limits, *window, ask).saturating_add(cost) > i64::from(*limit))
            .collect();
        // All of them must have ended before a request can pass again.
        let waits = exhausted.iter().map(|(window, limit)| self.wait(limits, *window, *limit, cost, ask));
        let retry_after = waits.max()?;

        Some(Exhausted { retry_after, windows: exhausted.into_iter().map(|(window, _)| window).collect() })
    }

    /// In how many seconds a request of `cost` can pass under the `limit` of `window`, where it cannot now.
    fn wait(&self, limits: &Limits, window: Window, limit: u32, cost: i64, ask: &Ask) -> u32 {
        if limits.slides(window) {
            return self.slide_at(window, ask).wait(window, i64::from(limit), cost, ask.times.near);
        }

        window.seconds_left(ask.at(window))
    }

    /// What each of `limits` of `scope` leaves to a request that asks for `ask`.
    pub fn quotas(&self, limits: &Limits, scope: Holder, ask: &Ask) -> Quotas {
        let quotas = limits.iter().map(|(window, limit)| {
            let used = u32::try_from(self.used(limits, window, ask)).unwrap_or(u32::MAX);
            let remaining = limit.saturating_sub(used);
            let reset = self.resets(limits, window, ask);
            let cost = ask.cost.count().max(1);
            let wait = if i64::from(remaining) < cost {
                self.wait(limits, window, limit, cost, ask)
            } else {
                u32::try_from(reset.saturating_sub(ask.at(window).as_second())).unwrap_or(1).max(1)
            };
            Quota { scope, limit, remaining, reset, wait, per: window }
        });

        quotas.collect()
    }
}

/// Limits that do not let a request pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// Seconds until all of them do, at least 1.
    pub retry_after: u32,
    /// Their windows, shortest first.
    pub windows: Vec<Window>,
}

/// The numbers of the windows that a span which ends now touches, and of the one after them: a clock may be ahead.
pub fn touched(window: Window, ask: &Ask) -> impl Iterator<Item = i64> {
    let near = window.number(ask.times.near);

    near.saturating_sub(1)..=near.max(ask.number(window)).saturating_add(1)
}
