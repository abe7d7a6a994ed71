//! Alerts: what is open, the form, and the history.

use portal::{
    AlertForm, AlertKind, AlertNews, AlertRule, AlertsPage, Control, Depth, Direction, Failures, Figures, History,
    KeyAlerts, KeyRef, Language, Mentioned, MutedKey, OpenAlert, Probe, Problem, Setting, Told, Turn, Why, Window,
};

use crate::collection::Named;
use crate::fixtures::{ago, frame, key, now};
use crate::products::Product;

pub(crate) fn pages(product: Product, language: Language) -> Vec<Named> {
    let name = |page: &str| format!("{}-{}-{page}", product.slug(), language.tag());
    let page = |news, form, history| AlertsPage {
        frame: frame(product, language, Depth::Top),
        notice: None,
        news,
        form,
        history,
    };
    let history = |told, first| Some(History { told, first, older: first.then(|| "b2xkZXI".to_owned()) });
    let mut wrong = form();
    wrong.problems = vec![Problem::ThresholdsWrong, Problem::RateWrong, Problem::OfMissing, Problem::DaysWrong];
    for setting in &mut wrong.settings {
        match &mut setting.rule {
            AlertRule::Plain => (),
            AlertRule::Thresholds(typed) | AlertRule::Days(typed) => "W".repeat(100).clone_into(typed),
            AlertRule::Rate { rate, of } => (*rate, *of) = ("100 %".to_owned(), None),
        }
    }
    let fixed = AlertForm {
        save: Control::Shut(Why::Locked),
        settings: form().settings.into_iter().map(|setting| Setting { changeable: false, ..setting }).collect(),
        ..form()
    };
    let none = AlertNews { open: Vec::new(), muted: Vec::new(), ..news(product) };

    vec![
        (name("alerts"), page(Some(news(product)), Some(form()), history(told(product), true)).render()),
        (name("alerts-none"), page(Some(none), Some(fixed), history(Vec::new(), true)).render()),
        (name("alerts-wrong"), page(None, Some(wrong), None).render()),
        (name("alerts-changed"), page(None, Some(AlertForm { now: Some(form().settings), ..form() }), None).render()),
        (name("alerts-older"), page(None, None, history(told(product), false)).render()),
    ]
}

/// The alerts of one key.
pub(crate) fn of_key(muted: bool) -> KeyAlerts {
    KeyAlerts {
        open: if muted { Vec::new() } else { vec![(AlertKind::ErrorsHigh, ago(2)), (AlertKind::LimitReached, ago(1))] },
        muted: muted.then(|| ago(-70)),
        mute: Control::Open,
        once: "o-mute".to_owned(),
    }
}

fn the_key(product: Product, at: usize) -> KeyRef {
    let key = key(product, at);

    KeyRef { id: key.id, name: Some(key.name), exists: at != 5 }
}

fn news(product: Product) -> AlertNews {
    let open = |at, kind, hours| OpenAlert { key: the_key(product, at), kind, since: ago(hours) };
    let muted = |at, hours: i64| MutedKey { key: the_key(product, at), until: ago(-hours) };

    AlertNews {
        open: vec![open(2, AlertKind::LimitReached, 1), open(2, AlertKind::ErrorsHigh, 3)],
        more_open: 1,
        muted: vec![muted(3, 20), muted(5, 170)],
        more_muted: 0,
        mute: Control::Open,
        once: "o-mute".to_owned(),
    }
}

fn form() -> AlertForm {
    let setting = |kind| Setting {
        kind,
        on: kind != AlertKind::ActivityUnusual,
        changeable: kind != AlertKind::ActivityProbing,
        rule: match kind {
            AlertKind::LimitApproaching => AlertRule::Thresholds("80, 95".to_owned()),
            AlertKind::ErrorsHigh => AlertRule::Rate { rate: "5".to_owned(), of: Some(Failures::Server) },
            AlertKind::KeyUnused => AlertRule::Days("90".to_owned()),
            AlertKind::LimitReached
            | AlertKind::ActivityUnusual
            | AlertKind::ActivityWoke
            | AlertKind::ActivityProbing
            | AlertKind::KeyExpiring
            | AlertKind::KeyExposed
            | AlertKind::RotationLingering => AlertRule::Plain,
        },
    };

    AlertForm {
        once: "o-alerts".to_owned(),
        version: 7,
        now: None,
        save: Control::Open,
        settings: AlertKind::ALL.into_iter().map(setting).collect(),
        problems: Vec::new(),
    }
}

/// One of each kind, with all figures, and some with few or none.
fn told(product: Product) -> Vec<Told> {
    let told = |hours, kind, figures| Told {
        at: ago(hours),
        kind,
        turn: Turn::Opened,
        key: Some(the_key(product, 2)),
        figures,
    };
    let mentioned = |at, expires| Mentioned { key: the_key(product, at), expires };
    let near = |window| Figures {
        window: Some(window),
        limit: Some(10_000),
        used: Some(9_512),
        window_ends: Some(ago(-1)),
        ..Figures::default()
    };
    let errors = Figures {
        failed: Some(180),
        answered: Some(1_640),
        threshold: Some(500),
        of: Some(Failures::Server),
        hour: Some(ago(1)),
        openings: Some(4),
        ..Figures::default()
    };
    let unusual = Figures {
        requests: Some(12_000),
        usual: Some(810),
        direction: Some(Direction::More),
        hour: Some(ago(4)),
        ..Figures::default()
    };
    let probing = Figures { refused: Some(44), reason: Some(Probe::Permission), ..Figures::default() };
    let lingering = Figures { last_used: Some(ago(1)), overlap_ends: Some(ago(-20)), ..Figures::default() };
    let unused = Figures {
        count: Some(12),
        days: Some(90),
        keys: vec![mentioned(1, None), mentioned(5, None)],
        ..Figures::default()
    };
    let expiring =
        Figures { count: Some(1), days: Some(1), keys: vec![mentioned(1, Some(ago(-20)))], ..unused.clone() };
    let over = Figures { since: Some(ago(9)), ..Figures::default() };

    vec![
        told(0, AlertKind::LimitApproaching, near(Window::Minute)),
        Told { turn: Turn::Escalated, ..told(1, AlertKind::LimitApproaching, near(Window::Hour)) },
        Told { turn: Turn::Recovered, ..told(2, AlertKind::LimitReached, over) },
        told(3, AlertKind::LimitReached, Figures { refused: Some(10), requests: Some(900), ..Figures::default() }),
        told(4, AlertKind::ErrorsHigh, errors),
        told(5, AlertKind::ActivityUnusual, unusual),
        told(6, AlertKind::ActivityWoke, Figures { days: Some(31), ..Figures::default() }),
        told(7, AlertKind::ActivityProbing, probing),
        told(8, AlertKind::RotationLingering, lingering),
        Told { key: None, ..told(9, AlertKind::KeyUnused, unused) },
        Told { key: None, at: now(), ..told(10, AlertKind::KeyExpiring, expiring) },
        told(11, AlertKind::ErrorsHigh, Figures::default()),
    ]
}
