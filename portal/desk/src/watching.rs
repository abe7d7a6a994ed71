//! What is watched for: the form with the rules of each kind of alert, and what is sent with it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::{AlertForm, AlertRule, AlertsPage, Depth, Failures, Language, Problem, Setting};
use shared::App;
use shared::contract::alerts::{Days, Kind, Of, Rate, Rule, RuleChange, Thresholds};
use shared::contract::portal::Operation;
use shared::http::visitor::Alerts;
use shared::management::alerts::change;
use shared::registry::alert::{Change, Settings};
use shared::{Denial, Error, Form, Page, Result, Visitor};

use crate::frame::{check_open, control, frame, language, shown_with, status};
use crate::named::kind;
use crate::view;

/// How much of what was typed into a field is shown again, in bytes: more than any rule takes.
const LONGEST: usize = 64;

/// The rules of all kinds.
pub(crate) type Rules = BTreeMap<Kind, Rule>;

/// What was sent.
#[derive(Debug)]
pub(crate) struct Typed {
    /// The kinds that are on.
    on: Vec<String>,
    thresholds: String,
    rate: String,
    of: String,
    days: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name| view::typed(form, name, LONGEST);

        Self {
            on: form.all("on").map(str::to_owned).collect(),
            thresholds: text("thresholds"),
            rate: text("rate"),
            of: text("of"),
            days: text("days"),
        }
    }
}

/// Changes what is watched for as `form` says, and leads back to the page; or shows the form again, with what is wrong. A form
/// that was made from other settings than there are now changes nothing.
///
/// # Errors
/// The organization is locked, the visitor may not, or the store does not answer.
pub async fn update(app: &App, visitor: &Visitor<Alerts>, form: &Form, now: Timestamp) -> Result<Page> {
    check_open(visitor)?;
    let slug = &visitor.org.slug;
    let (typed, seen) = (Typed::of(form), view::seen(form));
    let goes_back = form.text("defaults") == "1";
    // Whoever goes back to the contract's rules has typed nothing that is to stay.
    let again = |problems| page(app, visitor, Some(&typed).filter(|_| !goes_back), (seen, problems), now);
    let before = app.keys.alert_settings(slug).await?.value;
    let read = if goes_back {
        Ok(back(app, &before))
    } else {
        let language = language(&visitor.session, &visitor.languages);
        read(&before.view(&app.contract.alerts, now).kinds, &typed, language)
    };
    let kinds = match read {
        Ok(kinds) if kinds.is_empty() => return Ok(Page::see_other("alerts?done=same")),
        Ok(kinds) => kinds,
        Err(problems) => return again(problems).await,
    };
    let wanted = Change { kinds, muted: Vec::new() };
    match change(app, slug, &wanted, &visitor.author_unless_locked(), Some(seen)).await {
        Ok(_) => Ok(Page::see_other("alerts?done=saved")),
        Err(Error::Denied(Denial::Conflict { .. })) => again(Vec::new()).await,
        Err(error) => Err(error),
    }
}

/// The form alone, with what is wrong with it. If it was made from other settings than there are now, it says so, with these.
async fn page(
    app: &App,
    visitor: &Visitor<Alerts>,
    typed: Option<&Typed>,
    (seen, problems): (i64, Vec<Problem>),
    now: Timestamp,
) -> Result<Page> {
    let settings = app.keys.alert_settings(&visitor.org.slug).await?;
    let rules = settings.value.view(&app.contract.alerts, now).kinds;
    let (frame, once) = frame(app, visitor, Depth::Top, now)?;
    let language = frame.language;
    let changed = seen != settings.version();
    let status = status(&problems, changed);
    let form = AlertForm {
        once,
        version: settings.version(),
        now: changed.then(|| shown_rules(&rules, None, language)),
        save: control(app, &visitor.session, &visitor.org, Operation::Alerts, false),
        settings: shown_rules(&rules, typed, language),
        problems,
    };

    shown_with(status, AlertsPage { frame, notice: None, news: None, form: Some(form), history: None }.render())
}

/// `rules` as a form shows them, or with what was `typed` in their place.
pub(crate) fn shown_rules(rules: &Rules, typed: Option<&Typed>, language: Language) -> Vec<Setting> {
    let setting = |(named, rule): (&Kind, &Rule)| {
        // What cannot be changed was not on the form.
        let typed = typed.filter(|_| rule.changeable);
        Setting {
            kind: kind(*named),
            on: typed.map_or(rule.enabled, |typed| is_on(typed, *named)),
            changeable: rule.changeable,
            rule: shown_rule(rule, typed, language),
        }
    };

    rules.iter().map(setting).collect()
}

fn is_on(typed: &Typed, kind: Kind) -> bool {
    typed.on.iter().any(|name| name == kind.name())
}

fn shown_rule(rule: &Rule, typed: Option<&Typed>, language: Language) -> AlertRule {
    let text = |member: fn(&Typed) -> &String, own: String| typed.map_or(own, |typed| member(typed).clone());
    match (&rule.thresholds, rule.rate, rule.days) {
        (Some(own), ..) => AlertRule::Thresholds(text(|typed| &typed.thresholds, listed(own))),
        (None, Some(own), _) => AlertRule::Rate {
            rate: text(|typed| &typed.rate, percent(own, language)),
            of: typed.map_or_else(|| rule.of.map(failures), |typed| Failures::parse(&typed.of)),
        },
        (None, None, Some(own)) => AlertRule::Days(text(|typed| &typed.days, own.get().to_string())),
        (None, None, None) => AlertRule::Plain,
    }
}

const fn failures(of: Of) -> Failures {
    match of {
        Of::Server => Failures::Server,
        Of::All => Failures::All,
    }
}

/// `80, 95`.
fn listed(shares: &Thresholds) -> String {
    shares.iter().map(|share| share.to_string()).collect::<Vec<_>>().join(", ")
}

/// `2.5`, or `2,5`.
fn percent(rate: Rate, language: Language) -> String {
    let percent = format!("{:.2}", rate.get() * 100.0);
    let percent = percent.trim_end_matches('0').trim_end_matches('.');
    match language {
        Language::English => percent.to_owned(),
        Language::German => percent.replace('.', ","),
    }
}

/// What goes back to the contract's rules: every kind that the organization has said something of, and that can be changed
/// here. Also where it has said what the contract says: what the contract says later is to hold for it, too.
fn back(app: &App, settings: &Settings) -> BTreeMap<String, Option<RuleChange>> {
    let is_changeable = |kind: &Kind| app.contract.alerts.rule(*kind).is_some_and(|rule| rule.changeable);

    settings.own().filter(is_changeable).map(|kind| (kind.name().to_owned(), None)).collect()
}

/// What is to be otherwise in `rules`, by kind: only what differs from what they are.
///
/// # Errors
/// What is wrong with what was typed.
fn read(
    rules: &Rules,
    typed: &Typed,
    language: Language,
) -> std::result::Result<BTreeMap<String, Option<RuleChange>>, Vec<Problem>> {
    let (mut changes, mut problems) = (BTreeMap::new(), Vec::new());
    for (kind, rule) in rules.iter().filter(|(_, rule)| rule.changeable) {
        let mut change = RuleChange::default();
        let on = is_on(typed, *kind);
        change.enabled = (on != rule.enabled).then_some(on);
        if let Some(own) = &rule.thresholds {
            let read = if listed(own) == typed.thresholds { Some(own.clone()) } else { thresholds(&typed.thresholds) };
            problems.extend(read.is_none().then_some(Problem::ThresholdsWrong));
            change.thresholds = read.filter(|read| read != own);
        }
        if let Some(own) = rule.rate {
            // It may be more exact than it is shown.
            let read = if percent(own, language) == typed.rate { Some(own) } else { rate(&typed.rate) };
            problems.extend(read.is_none().then_some(Problem::RateWrong));
            change.rate = read.filter(|read| *read != own);
        }
        if let Some(own) = rule.of {
            let read = [Of::Server, Of::All].into_iter().find(|of| failures(*of).as_str() == typed.of);
            problems.extend(read.is_none().then_some(Problem::OfMissing));
            change.of = read.filter(|read| *read != own);
        }
        if let Some(own) = rule.days {
            let read = typed.days.parse::<i64>().ok().and_then(|days| Days::try_from(days).ok());
            problems.extend(read.is_none().then_some(Problem::DaysWrong));
            change.days = read.filter(|read| *read != own);
        }
        if change != RuleChange::default() {
            changes.insert(kind.name().to_owned(), Some(change));
        }
    }

    if problems.is_empty() { Ok(changes) } else { Err(problems) }
}

/// Shares with commas, blanks or percent signs between them.
fn thresholds(typed: &str) -> Option<Thresholds> {
    let shares = typed.split([',', ';', '%', ' ']).filter(|share| !share.is_empty());
    let shares: Vec<i64> = shares.map(str::parse).collect::<std::result::Result<_, _>>().ok()?;

    Thresholds::try_from(shares).ok()
}

/// A share in per cent, with a point or a comma in it.
fn rate(typed: &str) -> Option<Rate> {
    let percent: f64 = typed.trim_end_matches('%').trim_end().replace(',', ".").parse().ok()?;

    Rate::try_from(percent / 100.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        for (typed, read) in
            [("80, 95", "80, 95"), ("80,95", "80, 95"), ("80% 95 %", "80, 95"), ("50;60;100", "50, 60, 100")]
        {
            assert_eq!(listed(&thresholds(typed).unwrap()), read, "{typed}");
        }
        for typed in ["", "49", "95, 80", "80, 80", "50 60 70 80", "eighty", "80.5", "-80", "99999999999999999999"] {
            assert_eq!(thresholds(typed), None, "{typed}");
        }
        for (typed, shown) in [("5", "5"), ("2.5", "2.5"), ("2,5 %", "2.5"), ("50%", "50"), ("7", "7"), ("1", "1")] {
            assert_eq!(percent(rate(typed).unwrap(), Language::English), shown, "{typed}");
        }
        assert_eq!(percent(rate("2.5").unwrap(), Language::German), "2,5");
        for typed in ["", "0", "0.99", "50.1", "nan", "inf", "-5", "five", "1e9"] {
            assert_eq!(rate(typed), None, "{typed}");
        }
    }
}
