//! What people type is shown as they typed it, and is never markup.

use jiff::Timestamp;
use portal::{
    Actions, ActivityPage, AlertForm, AlertKind, AlertNews, AlertRule, AlertsPage, Answer, Change, Choice, Column,
    Control, DeletePage, Depth, Detail, EditPage, EnterPage, Error, Event, Expiration, Exposure, Field, Figures,
    Filters, Form, Frame, Granted, History, IdentifyPage, Inside, IssuedPage, Key, KeyAlerts, KeyPage, KeyRef, KeyType,
    KeysPage, Language, LimitField, Link, Mentioned, Message, MessagePage, MutedKey, NewKeyPage, Notice, Occasion,
    OpenAlert, Overlap, Permissions, Problem, Refusal, RefusalReason, RegeneratePage, Replacement, Rotation, Scope,
    Secret, SecretPage, Secrets, Setting, Status, StatusPage, Tab, Terms, Told, Turn, Usage, What, Who, Why, Window,
    Zone,
};

use crate::fixtures::{frame as plain, now};
use crate::markup::Markup;
use crate::products::Product;

mod webhooks;

/// A text that would run a script, told from the others by its number.
fn evil(number: u32) -> String {
    format!("\"><img src=x onerror=alert({number})>'&{{name}}")
}

fn frame(language: Language) -> Frame {
    let columns = [(Column::Type, evil(10)), (Column::Fingerprint, evil(11))].into();
    Frame {
        terms: Terms {
            title: Some(evil(1)),
            breadcrumb: vec![evil(2)],
            noun: Some(evil(3)),
            create: Some(evil(4)),
            submit: Some(evil(5)),
            edit: Some(evil(6)),
            regenerate: Some(evil(7)),
            deactivate: Some(evil(8)),
            activate: Some(evil(8)),
            delete: Some(evil(9)),
            columns,
        },
        return_to: Some(Link { label: Some(evil(12)), url: "https://app.example.com/?a=\"><img>".to_owned() }),
        zone: Some(Zone { rules: jiff::tz::TimeZone::UTC, name: evil(13) }),
        inside: Some(Inside {
            depth: Depth::Key,
            organization: evil(14),
            subject: evil(15),
            locked: true,
            refused: Some(Answer { status: 402, message: evil(17) }),
            ends: now(),
            tabs: vec![Tab::Activity, Tab::Alerts, Tab::Webhooks],
            leave_once: evil(16),
        }),
        ..plain(Product::Fanfare, language, Depth::Key)
    }
}

fn key() -> Key {
    Key {
        id: "key_1".to_owned(),
        name: evil(20),
        kind: Some(evil(21)),
        scopes: Some(vec![evil(22)]),
        fingerprint: evil(23),
        hint: Some(evil(24)),
        status: Status::Expired,
        created: Timestamp::UNIX_EPOCH,
        last_used: None,
        expires: Some(now()),
        old_until: None,
        alerts: AlertKind::ALL.to_vec(),
        version: 1,
    }
}

fn shut() -> Control {
    Control::Shut(Why::Said(evil(30)))
}

fn form(permissions: Permissions) -> Form {
    Form {
        order: vec![Field::Name, Field::Type, Field::Permissions, Field::Expiration, Field::Limits],
        once: evil(40),
        problems: vec![
            Problem::PermissionNotForType { scope: evil(41), kind: evil(42) },
            Problem::PermissionNotOnPlan { scope: evil(38) },
            Problem::Said { field: Field::Name, sentence: evil(43) },
        ],
        name: evil(44),
        name_most: 100,
        types: vec![KeyType {
            value: evil(45),
            label: evil(46),
            hint: Some(evil(47)),
            always: vec![evil(48)],
            choice: Vec::new(),
        }],
        chosen_type: None,
        permissions,
        expiration: Some(Expiration { options: Vec::new(), chosen: None, date: evil(0), earliest: None, latest: None }),
        limits: vec![LimitField { window: Window::Minute, typed: evil(39) }],
    }
}

fn choice() -> Permissions {
    let scope = Scope { name: evil(48), description: Some(evil(49)) };
    Permissions::Choice { scopes: vec![scope], ticked: vec![evil(0)], all: Some(evil(0)) }
}

fn fixed() -> Permissions {
    let scope = Scope { name: evil(48), description: Some(evil(49)) };
    Permissions::Fixed { why: Granted::ByPlan, each: vec![(Some(evil(50)), vec![scope])] }
}

/// A page, and the numbers of the texts that it must show.
type Shown = (&'static str, Result<String, Error>, Vec<u32>);

fn lists(language: Language) -> Vec<Shown> {
    let around = || frame(language);
    let keys = KeysPage {
        frame: around(),
        notice: Some(Notice::Deleted { name: evil(60) }),
        create: shut(),
        filters: Filters {
            prefixes: vec!["sk_".to_owned()],
            forms: vec!["[\"<>&']{20,40}".to_owned()],
            query: evil(61),
            types: vec![Choice { value: evil(62), label: evil(63) }],
            chosen_type: Some(evil(62)),
            by_status: true,
            quarantine: true,
            status: None,
        },
        columns: vec![Column::Name, Column::Type, Column::Permissions, Column::Fingerprint],
        keys: vec![key()],
        total: None,
        cap: None,
        before: 7,
        older: Some(evil(0)),
        alerts: 7,
        pasted: true,
        identify_once: Some(evil(64)),
    };
    let reference = KeyRef { id: "key_1".to_owned(), name: Some(evil(65)), exists: true };
    let by = |who| Event {
        at: now(),
        who,
        what: What::Other(evil(66)),
        details: vec![Detail::Name { from: evil(51), to: evil(52) }, Detail::Added(vec![evil(53)])],
        key: Some(reference.clone()),
        request: Some(evil(67)),
    };
    let activity = ActivityPage {
        frame: around(),
        events: vec![
            by(Who::Person { subject: evil(68), name: Some(evil(69)) }),
            by(Who::Key(KeyRef { id: evil(70), name: None, exists: false })),
            by(Who::Operator),
        ],
        first: true,
        older: Some(evil(0)),
    };
    vec![
        ("keys", keys.render(), vec![1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 30, 60, 61, 62, 63, 64]),
        ("activity", activity.render(), vec![14, 15, 51, 52, 53, 65, 66, 67, 68, 69, 70]),
    ]
}

fn alerts(language: Language) -> Vec<Shown> {
    let reference = |number| KeyRef { id: "key_1".to_owned(), name: Some(evil(number)), exists: number > 100 };
    let told = |key, keys| Told {
        at: now(),
        kind: AlertKind::KeyUnused,
        turn: Turn::Opened,
        key,
        figures: Figures { count: Some(9), days: Some(90), keys, ..Figures::default() },
    };
    let setting = |rule| Setting { kind: AlertKind::ErrorsHigh, on: true, changeable: true, rule };
    let page = AlertsPage {
        frame: frame(language),
        notice: Some(Notice::Muted { until: now() }),
        news: Some(AlertNews {
            open: vec![OpenAlert { key: reference(100), kind: AlertKind::LimitReached, since: now() }],
            more_open: 0,
            muted: vec![MutedKey { key: reference(101), until: now() }],
            more_muted: 0,
            mute: Control::Open,
            once: evil(102),
        }),
        form: Some(AlertForm {
            once: evil(103),
            version: 1,
            now: Some(vec![setting(AlertRule::Thresholds(evil(111)))]),
            save: shut(),
            settings: vec![
                setting(AlertRule::Thresholds(evil(104))),
                setting(AlertRule::Rate { rate: evil(105), of: None }),
                setting(AlertRule::Days(evil(106))),
                Setting { changeable: false, ..setting(AlertRule::Thresholds(evil(107))) },
            ],
            problems: vec![Problem::Said { field: Field::Rate, sentence: evil(108) }],
        }),
        history: Some(History {
            told: vec![
                told(Some(reference(109)), Vec::new()),
                told(None, vec![Mentioned { key: reference(110), expires: Some(now()) }]),
            ],
            first: true,
            older: Some(evil(0)),
        }),
    };

    vec![("alerts", page.render(), vec![14, 15, 30, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111])]
}

fn beside(language: Language) -> Vec<Shown> {
    let around = || frame(language);
    let identify =
        IdentifyPage { frame: around(), found: Some(key()), old: true, once: evil(71), problems: Vec::new() };
    let enter = EnterPage {
        frame: Frame { inside: None, ..around() },
        organization: evil(72),
        subject: evil(73),
        until: now(),
        leaves: Some(evil(75)),
        code: Secret::new(evil(74)),
    };
    let message =
        |message, request| MessagePage { frame: around(), message, list: Some(evil(79)), request: Some(request) };
    let said = Message::Said { title: evil(75), sentences: vec![evil(76)] };
    let switched = Message::Switched { organization: Some(evil(77)) };

    vec![
        ("identify", identify.render(), vec![20, 21, 22, 23, 71]),
        ("enter", enter.render(), vec![72, 73, 74, 75]),
        ("said", message(said, evil(78)).render(), vec![75, 76, 78, 12]),
        ("switched", message(switched, evil(78)).render(), vec![77, 79]),
    ]
}

fn forms(language: Language) -> Vec<Shown> {
    let around = || frame(language);
    let fields = vec![39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49];
    let new = |permissions, reached| NewKeyPage {
        frame: around(),
        form: form(permissions),
        cap: None,
        reached,
        unmet: Some(vec![evil(51)]),
    };
    let edit = EditPage { frame: around(), key: key(), form: form(choice()), changed: true, own: true };
    let occasion = Occasion::Regenerated { old_until: Some(now()) };
    let secret = SecretPage {
        frame: around(),
        occasion,
        key: key(),
        secret: Secret::new(evil(80)),
        example: Some(Secret::new(evil(81))),
    };
    let issued = IssuedPage { frame: around(), occasion, key: key(), regenerate: shut() };

    vec![
        ("new", new(choice(), None).render(), [fields.clone(), vec![4, 5, 51]].concat()),
        ("fixed", new(fixed(), None).render(), vec![48, 49, 50]),
        ("reached", new(choice(), Some(Why::Full(evil(82)))).render(), vec![82]),
        ("edit", edit.render(), [fields, vec![6, 20]].concat()),
        ("secret", secret.render(), vec![20, 21, 22, 23, 80, 81]),
        ("issued", issued.render(), vec![7, 20, 21, 22, 23, 30]),
    ]
}

fn secrets() -> Secrets {
    Secrets { until: now(), since: now(), old_used: None, new_used: None }
}

fn replacement() -> Replacement {
    Replacement {
        create: shut(),
        fill: vec![("name", evil(0))],
        gets: Some(vec![evil(92)]),
        new: Some(Key { name: evil(93), ..key() }),
    }
}

fn key_alerts() -> KeyAlerts {
    KeyAlerts { open: vec![(AlertKind::LimitReached, now())], muted: None, mute: Control::Open, once: evil(98) }
}

fn single(language: Language) -> Vec<Shown> {
    let around = || frame(language);
    let answer = || Answer { status: 401, message: evil(90) };
    let mut usage = crate::fixtures::usage(portal::Range::Day, 1);
    usage.refusals = vec![Refusal { reason: RefusalReason::Other(evil(91)), requests: 1 }];
    let one = |usage: Usage| KeyPage {
        frame: around(),
        notice: Some(Notice::Edited),
        key: key(),
        refused: Some(answer()),
        exposure: Some(Exposure { since: now(), place: Some(evil(130)) }),
        expiring: true,
        limits: Vec::new(),
        rotation: Some(Rotation { secrets: secrets(), end: Control::Open }),
        replacement: Some(replacement()),
        usage: Some(usage),
        alerts: Some(key_alerts()),
        actions: Actions { edit: shut(), regenerate: Control::Open, status: Control::Open, delete: Control::Open },
    };
    let regenerate = RegeneratePage {
        frame: around(),
        key: key(),
        once: evil(94),
        overlaps: Overlap::ALL.to_vec(),
        chosen: None,
        earlier: Some(secrets()),
        own: true,
        changed: true,
        problems: vec![Problem::OverlapMissing],
    };
    let status = StatusPage {
        frame: around(),
        key: key(),
        own: true,
        once: evil(95),
        change: Change::Deactivate,
        requests_last_day: Some(1),
        answer: answer(),
        still: true,
    };
    let delete = DeletePage {
        frame: around(),
        key: key(),
        own: true,
        once: evil(96),
        requests_last_day: None,
        answer: answer(),
        deactivate: Control::Open,
        type_name: true,
        typed: evil(97),
        problems: vec![Problem::ConfirmMismatch],
    };

    vec![
        ("key", one(usage).render(), vec![6, 7, 8, 9, 13, 20, 21, 22, 23, 30, 91, 93, 98, 130]),
        ("regenerate", regenerate.render(), vec![7, 20, 23, 94]),
        ("status", status.render(), vec![8, 20, 23, 90, 95]),
        ("delete", delete.render(), vec![8, 9, 20, 23, 90, 96, 97]),
    ]
}

#[test]
fn every_text_is_shown_and_none_is_markup() {
    for language in Language::ALL {
        for (name, page, shown) in [
            lists(language),
            alerts(language),
            webhooks::pages(language),
            beside(language),
            forms(language),
            single(language),
        ]
        .into_iter()
        .flatten()
        {
            let page = page.unwrap();
            let markup = Markup::of(&page);
            assert_eq!(markup.all("img").filter(|image| image.get("src") == Some("x")).count(), 0, "{name}");
            assert!(markup.tags.iter().all(|tag| tag.get("onerror").is_none()), "{name}");
            assert!(!page.contains("<img src=x"), "{name}");
            for number in shown {
                assert!(page.contains(&format!("onerror=alert({number})")), "{name} does not show {number}");
            }
        }
    }
}

/// What people have typed cannot turn the direction of what stands beside it.
#[test]
fn names_are_isolated() {
    let page = lists(Language::English).remove(0).1.unwrap();
    for number in [14, 15, 20, 60] {
        for (at, _) in page.match_indices(&format!("onerror=alert({number})")) {
            let before = &page[..at];
            let isolated =
                before.rfind("<bdi>") > before.rfind("</bdi>") || before.rfind('\u{2068}') > before.rfind('\u{2069}');
            assert!(isolated, "{number}: {}", &page[at.saturating_sub(80)..at + 20]);
        }
    }
}
