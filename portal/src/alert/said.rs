//! Alerts, in words. A figure that is missing makes what is said shorter.

use crate::alert::kind::AlertKind;
use crate::alert::{AlertRule, Direction, Failures, Figures, Mentioned, Probe, Setting, Told, Turn};
use crate::facts::{Fact, badge};
use crate::html::{Html, Phrase, Said as _};
use crate::key::Key;
use crate::usage::Window;
use crate::voice::{Number, Voice};

impl Voice<'_> {
    /// What an alert says in few words, in a badge or over what is known.
    pub(crate) const fn alert(&self, kind: AlertKind) -> Phrase {
        let words = self.words().beside.alerting;
        match kind {
            AlertKind::LimitApproaching => words.alert_approaching,
            AlertKind::LimitReached => words.alert_reached,
            AlertKind::ErrorsHigh => words.alert_errors,
            AlertKind::ActivityUnusual => words.alert_unusual,
            AlertKind::ActivityWoke => words.alert_woke,
            AlertKind::ActivityProbing => words.alert_probing,
            AlertKind::KeyUnused => words.alert_unused,
            AlertKind::KeyExpiring => words.alert_expiring,
            AlertKind::KeyExposed => words.alert_exposed,
            AlertKind::RotationLingering => words.alert_lingering,
        }
    }

    /// When there is such an alert.
    pub(crate) const fn alert_hint(&self, kind: AlertKind) -> Phrase {
        let words = self.words().beside.alerting;
        match kind {
            AlertKind::LimitApproaching => words.alert_approaching_hint,
            AlertKind::LimitReached => words.alert_reached_hint,
            AlertKind::ErrorsHigh => words.alert_errors_hint,
            AlertKind::ActivityUnusual => words.alert_unusual_hint,
            AlertKind::ActivityWoke => words.alert_woke_hint,
            AlertKind::ActivityProbing => words.alert_probing_hint,
            AlertKind::KeyUnused => words.alert_unused_hint,
            AlertKind::KeyExpiring => words.alert_expiring_hint,
            AlertKind::KeyExposed => words.alert_exposed_hint,
            AlertKind::RotationLingering => words.alert_lingering_hint,
        }
    }

    /// Which failures count.
    pub(crate) const fn failures(&self, of: Failures) -> Phrase {
        let words = self.words().beside.alerting;
        match of {
            Failures::Server => words.alert_of_server,
            Failures::All => words.alert_of_all,
        }
    }

    /// That alerts are open, for so many keys.
    pub(crate) fn alert_banner(&self, keys: impl Number) -> Html {
        self.many(self.words().alert_banner, keys)
    }

    /// What mutes a key for so many days.
    pub(crate) fn mute_for(&self, days: impl Number) -> Html {
        self.many(self.words().alert_mute_days, days)
    }

    /// A badge with an alert.
    pub(crate) fn alert_badge(&self, kind: AlertKind) -> Html {
        badge("soon", self.alert(kind))
    }

    /// The alerts that are open for a key, in badges, with a space before each.
    pub(crate) fn alert_badges(&self, key: &Key) -> Html {
        let badges = key.alerts.iter().map(|kind| format!(" {}", self.alert_badge(*kind)));

        Html::markup(badges.collect())
    }
}

impl Setting {
    /// The rule in a few words, where it cannot be changed.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Vec<Html> {
        let words = voice.words();
        let said = |label: Phrase, value: Html| Html::markup(format!("{}: {value}", label.html()));
        match &self.rule {
            AlertRule::Plain => Vec::new(),
            AlertRule::Thresholds(thresholds) => vec![said(words.alert_thresholds, thresholds.html())],
            AlertRule::Rate { rate, of } => {
                let of = of.map(|of| said(words.alert_of, voice.failures(of).html()));
                [said(words.alert_rate, rate.html())].into_iter().chain(of).collect()
            }
            AlertRule::Days(days) => vec![said(words.alert_days, days.html())],
        }
    }

    /// What is watched for by these `settings`, and by which rules.
    pub(crate) fn facts(settings: &[Self], voice: &Voice<'_>) -> Vec<Fact> {
        let words = voice.words();
        let fact = |setting: &Self| {
            let on = if setting.on { words.alert_now_on } else { words.alert_now_off };
            let rule = if setting.on { setting.said(voice) } else { Vec::new() };
            let lines: Vec<_> = [on.html()].into_iter().chain(rule).map(|line| line.to_string()).collect();
            Fact::new(voice.alert(setting.kind), Html::markup(lines.join("<br>")))
        };

        settings.iter().map(fact).collect()
    }
}

impl Told {
    /// What has happened, in few words.
    pub(crate) fn said(&self, voice: &Voice<'_>) -> Html {
        let alert = voice.alert(self.kind);
        match self.turn {
            Turn::Opened => alert.html(),
            Turn::Escalated => voice.words().alert_worse.put("alert", alert),
            Turn::Recovered => voice.words().alert_over.put("alert", alert),
        }
    }

    /// What is known of it: sentences.
    pub(crate) fn details(&self, voice: &Voice<'_>) -> Vec<Html> {
        let (figures, words) = (&self.figures, voice.words());
        if self.turn == Turn::Recovered {
            return figures.since.map(|at| words.alert_since.put("when", voice.moment(at))).into_iter().collect();
        }
        let mut said = match self.kind {
            AlertKind::LimitApproaching => figures.near(voice),
            AlertKind::LimitReached => figures.reached(voice).into_iter().collect(),
            AlertKind::ErrorsHigh => figures.errors(voice),
            AlertKind::ActivityUnusual => figures.unusual(voice).into_iter().collect(),
            AlertKind::ActivityWoke => {
                figures.days.map(|days| voice.many(words.alert_silent, days)).into_iter().collect()
            }
            AlertKind::ActivityProbing => figures.probing(voice).into_iter().collect(),
            AlertKind::KeyUnused | AlertKind::KeyExpiring => figures.together(self.kind, voice).into_iter().collect(),
            AlertKind::KeyExposed => figures.exposed(voice),
            AlertKind::RotationLingering => figures.lingering(voice),
        };
        said.extend(figures.hour.map(|at| words.alert_hour.put("when", voice.moment(at))));
        said.extend(figures.openings.map(|times| words.alert_openings.put("times", voice.number(times))));

        said
    }

    /// How many keys it is about that are not named.
    pub(crate) fn unnamed(&self) -> u64 {
        let named = u64::try_from(self.figures.keys.len()).unwrap_or(u64::MAX);

        self.figures.count.unwrap_or_default().saturating_sub(named)
    }
}

impl Mentioned {
    /// When it expires, if that is known.
    pub(crate) fn end(&self, voice: &Voice<'_>) -> Option<Html> {
        self.expires.map(|at| voice.chosen(at))
    }
}

impl Figures {
    fn near(&self, voice: &Voice<'_>) -> Vec<Html> {
        let words = voice.words();
        let phrase = match self.window {
            Some(Window::Minute) => words.alert_near_minute,
            Some(Window::Hour) => words.alert_near_hour,
            Some(Window::Day) => words.alert_near_day,
            Some(Window::Week) => words.alert_near_week,
            Some(Window::Month) => words.alert_near_month,
            Some(Window::Second) | None => words.alert_near,
        };
        let used = self.used.zip(self.limit);
        let used = used.map(|(used, limit)| phrase.put("used", voice.number(used)).put("limit", voice.number(limit)));
        // A minute is over when anybody reads this.
        let ends = self.window_ends.filter(|_| self.window != Some(Window::Minute));

        used.into_iter().chain(ends.map(|at| words.alert_ends.put("when", voice.moment(at)))).collect()
    }

    fn reached(&self, voice: &Voice<'_>) -> Option<Html> {
        let words = voice.words();
        let refused = self.refused?;

        Some(match self.requests {
            Some(all) => {
                words.alert_refused_of.put("refused", voice.number(refused)).put("requests", voice.number(all))
            }
            None => voice.many(words.alert_refused, refused),
        })
    }

    fn errors(&self, voice: &Voice<'_>) -> Vec<Html> {
        let words = voice.words();
        let counted = self.failed.zip(self.answered).map(|(failed, answered)| {
            let phrase = match self.of {
                Some(Failures::Server) => words.alert_failed_server,
                Some(Failures::All) => words.alert_failed_all,
                None => words.alert_failed,
            };
            let counted = phrase.put("failed", voice.number(failed)).put("answered", voice.number(answered));
            counted.put("share", voice.share(failed, answered))
        });
        let threshold = self.threshold.map(|share| words.alert_from.put("share", voice.share(share, 10_000)));

        counted.into_iter().chain(threshold).collect()
    }

    fn unusual(&self, voice: &Voice<'_>) -> Option<Html> {
        let words = voice.words();
        let requests = voice.many(words.requests, self.requests?);
        let (Some(usual), Some(direction)) = (self.usual, self.direction) else { return Some(requests) };
        let phrase = match direction {
            Direction::More => words.alert_more,
            Direction::Less => words.alert_less,
        };

        Some(phrase.put("requests", requests).put("usual", voice.number(usual)))
    }

    fn probing(&self, voice: &Voice<'_>) -> Option<Html> {
        let words = voice.words();
        let plural = match self.reason {
            Some(Probe::Permission) => words.alert_probed_permission,
            Some(Probe::Dead) => words.alert_probed_dead,
            None => words.alert_probed,
        };

        Some(voice.many(plural, self.refused?))
    }

    fn exposed(&self, voice: &Voice<'_>) -> Vec<Html> {
        let place = self.url.as_deref().map(|url| voice.words().found_at.put("place", Html::typed(url)));

        [voice.words().alert_exposed_lead.html()].into_iter().chain(place).collect()
    }

    fn lingering(&self, voice: &Voice<'_>) -> Vec<Html> {
        let words = voice.words();
        let used = self.last_used.map(|at| words.old_used_before.put("when", voice.moment(at)));
        let ends = self.overlap_ends.map(|at| words.alert_old_ends.put("when", voice.moment(at)));

        used.into_iter().chain(ends).collect()
    }

    fn together(&self, kind: AlertKind, voice: &Voice<'_>) -> Option<Html> {
        let words = voice.words();
        let (count, days) = (self.count?, self.days?);
        let plural = match (kind, days) {
            (AlertKind::KeyUnused, _) => words.alert_unused_for,
            (_, 1) => words.alert_expiring_day,
            (..) => words.alert_expiring_within,
        };

        Some(voice.many(plural, count).put("days", voice.number(days)))
    }
}
