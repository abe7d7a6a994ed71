//! One key, and the pages that ask before something is done with it.

use portal::{
    Actions, Change, Control, DeletePage, Depth, EndPage, Exposure, KeyPage, Language, Limit, Notice, Overlap, Problem,
    Range, RegeneratePage, Replacement, Rotation, SetBy, Status, StatusPage, Usage, Why, Window,
};

use crate::alerts;
use crate::collection::Named;
use crate::fixtures::{ago, answer, frame, key, now, secrets, usage};
use crate::products::Product;

pub(crate) fn pages(product: Product, language: Language) -> Vec<Named> {
    let name = |page: &str| format!("{}-{}-{page}", product.slug(), language.tag());
    let mut unused = one(product, language, Range::Day);
    unused.key.last_used = None;
    unused.usage = Some(Usage { range: Range::Day, buckets: Vec::new(), refusals: Vec::new(), is_utc: false });
    unused.limits = Vec::new();
    unused.rotation = None;
    unused.notice = Some(Notice::Edited);
    let mut locked = one(product, language, Range::Week);
    locked.key.status = Status::Inactive;
    locked.refused = Some(answer(product));
    locked.rotation = None;
    let shut = |control: &Control, why: Why| if control.is_absent() { Control::Absent } else { Control::Shut(why) };
    locked.actions.edit = shut(&locked.actions.edit, Why::Locked);
    locked.actions.regenerate = shut(&locked.actions.regenerate, Why::Locked);
    locked.actions.status = shut(&locked.actions.status, Why::Locked);
    locked.actions.delete = Control::Shut(Why::Session);
    if let Some(inside) = &mut locked.frame.inside {
        inside.locked = true;
        inside.refused = Some(answer(product));
    }
    let mut exposed = one(product, language, Range::Day);
    exposed.key.status = Status::Quarantined;
    let place = "https://github.com/octocat/hello-world/blob/main/config/production.env#L7".to_owned();
    exposed.exposure = Some(Exposure { since: ago(2), place: Some(place) });
    let mut again = regenerate(product, language);
    again.earlier = Some(secrets(product));
    again.changed = true;
    let mut typed = delete(product, language);
    "production".clone_into(&mut typed.typed);
    typed.problems = vec![Problem::ConfirmMismatch];
    let mut calm = delete(product, language);
    calm.key = key(product, 3);
    calm.type_name = false;
    calm.requests_last_day = Some(0);

    vec![
        (name("key"), one(product, language, Range::Days30).render()),
        (name("key-day"), one(product, language, Range::Day).render()),
        (name("key-months"), one(product, language, Range::Months13).render()),
        (name("key-unused"), unused.render()),
        (name("key-locked"), locked.render()),
        (name("key-exposed"), exposed.render()),
        (name("regenerate"), regenerate(product, language).render()),
        (name("regenerate-again"), again.render()),
        (name("end"), end(product, language).render()),
        (name("deactivate"), status(product, language, Change::Deactivate).render()),
        (name("activate"), status(product, language, Change::Activate).render()),
        (name("delete"), delete(product, language).render()),
        (name("delete-wrong"), typed.render()),
        (name("delete-calm"), calm.render()),
    ]
}

fn one(product: Product, language: Language, range: Range) -> KeyPage {
    let per = |requests, window, used, set_by| {
        let left = if window == Window::Minute { 42 } else { 1_500 };
        Limit {
            requests,
            window,
            used,
            resets: now() + jiff::SignedDuration::from_secs(left),
            set_by,
            slides: false,
            is_shared: false,
        }
    };
    let regenerates = product.control("regenerate").is_open();
    let mut key = key(product, 0);
    if regenerates {
        key.old_until = Some(ago(-20));
    }

    KeyPage {
        frame: frame(product, language, Depth::Key),
        notice: None,
        rotation: regenerates.then(|| Rotation { secrets: secrets(product), end: Control::Open }),
        replacement: (product == Product::TheFaq).then(|| Replacement {
            create: Control::Open,
            fill: vec![("name", key.name.clone())],
            gets: None,
            new: Some(crate::fixtures::key(product, 1)),
        }),
        key,
        refused: None,
        exposure: None,
        expiring: product == Product::Fanfare,
        limits: if product == Product::Fabraix {
            vec![
                per(600, Window::Minute, 12, Some(SetBy::Manager)),
                per(10_000, Window::Hour, 8_412, Some(SetBy::Operator)),
            ]
        } else {
            vec![per(1_200, Window::Minute, 37, None)]
        },
        usage: Some(usage(range, 13)),
        alerts: (product == Product::Fanfare).then(|| alerts::of_key(range == Range::Week)),
        actions: Actions {
            edit: product.control("edit"),
            regenerate: product.control("regenerate"),
            status: product.control("status"),
            delete: product.control("delete"),
        },
    }
}

fn regenerate(product: Product, language: Language) -> RegeneratePage {
    RegeneratePage {
        frame: frame(product, language, Depth::Action),
        key: key(product, 0),
        once: "o-regenerate".to_owned(),
        overlaps: Overlap::ALL.to_vec(),
        chosen: Some(Overlap::Day),
        earlier: None,
        own: false,
        changed: false,
        problems: Vec::new(),
    }
}

fn end(product: Product, language: Language) -> EndPage {
    EndPage {
        frame: frame(product, language, Depth::Action),
        key: key(product, 0),
        once: "o-end".to_owned(),
        secrets: secrets(product),
        own: true,
        changed: false,
    }
}

fn status(product: Product, language: Language, change: Change) -> StatusPage {
    StatusPage {
        frame: frame(product, language, Depth::Action),
        key: key(product, 0),
        own: false,
        once: "o-status".to_owned(),
        change,
        requests_last_day: Some(4_182),
        answer: answer(product),
        still: false,
    }
}

fn delete(product: Product, language: Language) -> DeletePage {
    DeletePage {
        frame: frame(product, language, Depth::Action),
        key: key(product, 0),
        own: product == Product::Fabraix,
        once: "o-delete".to_owned(),
        requests_last_day: Some(4_182),
        answer: answer(product),
        deactivate: product.control("status"),
        type_name: true,
        typed: String::new(),
        problems: Vec::new(),
    }
}
