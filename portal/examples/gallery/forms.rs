//! The forms, as they are at first and with everything wrong, and what comes of them.

use portal::{
    Cap, Depth, EditPage, Expiration, Expiry, ExpiryOption, Field, Form, Granted, IssuedPage, Language, LimitField,
    NewKeyPage, Occasion, Permissions, Problem, Secret, SecretPage, Why, Window,
};

use crate::collection::Named;
use crate::fixtures::{ago, frame, key};
use crate::products::Product;

pub(crate) fn pages(product: Product, language: Language) -> Vec<Named> {
    let name = |page: &str| format!("{}-{}-{page}", product.slug(), language.tag());
    let mut wrong = new_key(product, language);
    wrong.form.name = "W".repeat(101);
    wrong.form.problems = problems(product);
    if let Some(expiration) = &mut wrong.form.expiration {
        expiration.chosen = Some(Expiry::OnDate);
        "2026-02-30".clone_into(&mut expiration.date);
    }
    if let Some(limit) = wrong.form.limits.last_mut() {
        "many".clone_into(&mut limit.typed);
    }
    let mut reached = new_key(product, language);
    reached.reached = Some(Why::Full("Your plan allows 10 API keys".to_owned()));
    reached.cap = Some(Cap { used: 10, most: 10 });
    let mut fixed = new_key(product, language);
    fixed.form.permissions = Permissions::Fixed { why: Granted::ByPlan, each: fixed_permissions(product) };

    vec![
        (name("new"), new_key(product, language).render()),
        (name("new-wrong"), wrong.render()),
        (name("new-reached"), reached.render()),
        (name("new-fixed"), fixed.render()),
        (name("edit"), edit(product, language).render()),
        (name("edit-changed"), EditPage { changed: true, ..edit(product, language) }.render()),
        (name("created"), secret(product, language, Occasion::Created).render()),
        (name("regenerated"), secret(product, language, Occasion::Regenerated { old_until: Some(ago(-24)) }).render()),
        (name("regenerated-now"), secret(product, language, Occasion::Regenerated { old_until: None }).render()),
        (name("issued"), issued(product, language, Occasion::Created).render()),
    ]
}

fn form(product: Product) -> Form {
    Form {
        order: vec![Field::Name, Field::Type, Field::Permissions, Field::Expiration, Field::Limits],
        once: "o-form".to_owned(),
        problems: Vec::new(),
        name: String::new(),
        name_most: 100,
        types: product.types(),
        chosen_type: None,
        permissions: product.permissions(&[]),
        expiration: (product == Product::Fanfare).then(expiration),
        limits: if product == Product::Fanfare { limits() } else { Vec::new() },
    }
}

fn limits() -> Vec<LimitField> {
    let field = |window, typed: &str| LimitField { window, typed: typed.to_owned() };
    vec![field(Window::Minute, "300"), field(Window::Day, "")]
}

fn expiration() -> Expiration {
    let option = |expiry, days: Option<i64>| ExpiryOption { expiry, until: days.map(|days| ago(-24 * days)) };
    Expiration {
        options: vec![
            option(Expiry::Never, None),
            option(Expiry::Week, Some(7)),
            option(Expiry::Days30, Some(30)),
            option(Expiry::Days90, Some(90)),
            option(Expiry::Year, Some(365)),
            option(Expiry::OnDate, None),
        ],
        chosen: Some(Expiry::Days90),
        date: String::new(),
        earliest: Some(jiff::civil::date(2026, 11, 26)),
        latest: Some(jiff::civil::date(2031, 11, 26)),
    }
}

fn problems(product: Product) -> Vec<Problem> {
    let mut problems = vec![Problem::NameTooLong { most: 100 }];
    if !product.types().is_empty() {
        problems.push(Problem::TypeMissing);
    }
    if product != Product::Fayne {
        problems.push(Problem::PermissionsMissing);
    }
    if product == Product::Fanfare {
        problems.push(Problem::DateInvalid);
        problems.push(Problem::LimitWrong(Window::Day));
    }

    problems
}

fn fixed_permissions(product: Product) -> Vec<(Option<String>, Vec<portal::Scope>)> {
    let scopes = product.scopes();
    let held = |names: &[String]| scopes.iter().filter(|scope| names.contains(&scope.name)).cloned().collect();
    let types = product.types();
    if types.is_empty() {
        return vec![(None, scopes)];
    }

    types
        .iter()
        .map(|kind| {
            let names = if kind.always.is_empty() { &kind.choice } else { &kind.always };
            (Some(kind.label.clone()), held(names))
        })
        .collect()
}

fn new_key(product: Product, language: Language) -> NewKeyPage {
    NewKeyPage {
        frame: frame(product, language, Depth::Key),
        form: form(product),
        cap: Some(Cap { used: 3, most: 10 }),
        reached: None,
        unmet: None,
    }
}

fn edit(product: Product, language: Language) -> EditPage {
    let key = key(product, 0);
    let mut form = form(product);
    form.name.clone_from(&key.name);
    form.types = Vec::new();
    form.permissions = product.permissions(&["runs:write", "read:experiences", "read"]);
    if let Some(expiration) = &mut form.expiration {
        expiration.options.insert(0, ExpiryOption { expiry: Expiry::Keep, until: Some(ago(-300)) });
        expiration.chosen = Some(Expiry::Keep);
    }

    EditPage { frame: frame(product, language, Depth::Key), key, form, changed: false, own: false }
}

fn secret(product: Product, language: Language, occasion: Occasion) -> SecretPage {
    let depth = if occasion == Occasion::Created { Depth::Top } else { Depth::Action };
    SecretPage {
        frame: frame(product, language, depth),
        occasion,
        key: key(product, 0),
        secret: Secret::new(product.secret().to_owned()),
        example: Some(Secret::new(product.example())),
    }
}

fn issued(product: Product, language: Language, occasion: Occasion) -> IssuedPage {
    IssuedPage {
        frame: frame(product, language, Depth::Top),
        occasion,
        key: key(product, 0),
        regenerate: product.control("regenerate"),
    }
}
