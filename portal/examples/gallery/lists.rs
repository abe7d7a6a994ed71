//! The pages that list something, and those outside of an organization.

use portal::{
    ActivityPage, Cap, Choice, Column, Control, Depth, Detail, EnterPage, Event, Filters, IdentifyPage, KeyRef,
    KeysPage, Language, Link, Message, MessagePage, Notice, Problem, Secret, What, Who, Why,
};

use crate::collection::Named;
use crate::fixtures::{ago, frame, key, keys, outside};
use crate::products::Product;

pub(crate) fn pages(product: Product, language: Language) -> Vec<Named> {
    let name = |page: &str| format!("{}-{}-{page}", product.slug(), language.tag());
    let list = || list(product, language);
    let mut nothing = list();
    nothing.keys = Vec::new();
    nothing.identify_once = None;
    let mut no_match = list();
    no_match.keys = Vec::new();
    "prod".clone_into(&mut no_match.filters.query);
    let mut locked = list();
    locked.create = Control::Shut(Why::Locked);
    if let Some(inside) = &mut locked.frame.inside {
        inside.locked = true;
    }
    let mut reached = list();
    reached.create = Control::Shut(Why::Full("Your plan allows 10 API keys".to_owned()));
    reached.cap = Some(Cap { used: 10, most: 10 });
    reached.notice = Some(Notice::Deleted { name: "old-worker".to_owned() });
    let mut second = list();
    second.before = 25;
    second.older = Some("c2Vjb25k".to_owned());
    second.total = Some(1_207);
    second.create = Control::Shut(Why::Session);

    let mut every_column = list();
    every_column.columns = vec![
        Column::Name,
        Column::Type,
        Column::Permissions,
        Column::Fingerprint,
        Column::Created,
        Column::LastUsed,
        Column::Expires,
        Column::Status,
    ];

    vec![
        (name("keys-every-column"), every_column.render()),
        (name("keys"), list().render()),
        (name("keys-none"), nothing.render()),
        (name("keys-no-match"), no_match.render()),
        (name("keys-locked"), locked.render()),
        (name("keys-reached"), reached.render()),
        (name("keys-second"), second.render()),
        (name("keys-hostile"), hostile(product, language).render()),
        (name("keys-50"), many(product, language).render()),
        (name("enter"), enter(product, language).render()),
        (name("activity"), activity(product, language, events(product)).render()),
        (name("activity-none"), activity(product, language, Vec::new()).render()),
        (name("identify-found"), identify(product, language, true, Vec::new()).render()),
        (name("identify-none"), identify(product, language, false, Vec::new()).render()),
        (name("identify-wrong"), identify(product, language, false, vec![Problem::KeyMissing]).render()),
    ]
    .into_iter()
    .chain(messages(product, language))
    .collect()
}

fn list(product: Product, language: Language) -> KeysPage {
    let types = product.types().into_iter().map(|kind| Choice { value: kind.value, label: kind.label }).collect();
    KeysPage {
        frame: frame(product, language, Depth::Top),
        notice: None,
        create: product.control("create"),
        filters: Filters { types, by_status: product == Product::Fanfare, ..Filters::default() },
        columns: product.columns(),
        keys: keys(product),
        total: Some(7),
        cap: Some(Cap { used: 7, most: 10 }),
        before: 0,
        older: None,
        alerts: if product == Product::Fanfare { 3 } else { 0 },
        pasted: false,
        identify_once: Some("o-identify".to_owned()),
    }
}

fn hostile(product: Product, language: Language) -> KeysPage {
    let mut page = list(product, language);
    let names = [
        "\"><img src=x onerror=alert(1)>".to_owned(),
        "\u{202e}gnp.evil\u{202e} right to left".to_owned(),
        "W".repeat(100),
        "🔑🗝️ emoji 👩‍👩‍👧‍👦".to_owned(),
        "=cmd|'/c calc'!A1".to_owned(),
        "{name} {n} {when}".to_owned(),
        "مفتاح الإنتاج".to_owned(),
    ];
    for (key, name) in page.keys.iter_mut().zip(names) {
        key.name = name;
    }
    if let Some(inside) = &mut page.frame.inside {
        inside.organization = "W".repeat(100);
        "\u{202e}<script>alert(1)</script>".clone_into(&mut inside.subject);
    }

    page
}

fn many(product: Product, language: Language) -> KeysPage {
    let mut page = list(product, language);
    page.keys = (0..50).map(|at| key(product, at % 40)).collect();
    for (at, key) in page.keys.iter_mut().enumerate() {
        key.name = format!("service-number-{at:02}-production-eu-central");
    }
    page.total = Some(183);
    page.older = Some("eyJhZnRlciI6ImtleV8wMUpESzdRMk05VjNYOFQ0QjZOMFI1VzAwMCJ9".to_owned());

    page
}

fn enter(product: Product, language: Language) -> EnterPage {
    EnterPage {
        frame: outside(product, language),
        organization: "Acme Learning".to_owned(),
        subject: "Ada Lovelace".to_owned(),
        until: ago(-1),
        leaves: (product == Product::Fanfare).then(|| "Zenith".to_owned()),
        code: Secret::new("c0de".to_owned()),
    }
}

fn events(product: Product) -> Vec<Event> {
    let ada = || Who::Person { subject: "user_42".to_owned(), name: Some("Ada Lovelace".to_owned()) };
    let the_key = |at: usize, exists| {
        let key = key(product, at);
        Some(KeyRef { id: key.id, name: Some(key.name), exists })
    };
    let event = |hours, who, what, key| Event {
        at: ago(hours),
        who,
        details: Vec::new(),
        what,
        key,
        request: Some(format!("Kc9VPg{hours:03}oAMEXYw=")),
    };

    let edited = Event {
        details: vec![
            Detail::Name { from: "web".to_owned(), to: "production-web".to_owned() },
            Detail::Removed(vec!["admin".to_owned()]),
        ],
        ..event(20, ada(), What::KeyChanged, the_key(0, true))
    };

    vec![
        event(0, ada(), What::KeyRegenerated, the_key(0, true)),
        event(2, ada(), What::SessionEntered, None),
        edited,
        event(26, Who::Person { subject: "user_7".to_owned(), name: None }, What::KeyDeleted, the_key(5, false)),
        event(30, Who::Operator, What::OrganizationChanged, None),
        event(60, the_key(1, true).map_or(Who::Operator, Who::Key), What::KeyCreated, the_key(2, true)),
        event(90, ada(), What::KeyDeactivated, the_key(4, true)),
        event(99, ada(), What::Other("key.renamed".to_owned()), the_key(4, true)),
    ]
}

fn activity(product: Product, language: Language, events: Vec<Event>) -> ActivityPage {
    let older = (!events.is_empty()).then(|| "b2xkZXI".to_owned());
    ActivityPage { frame: frame(product, language, Depth::Top), events, first: true, older }
}

fn identify(product: Product, language: Language, found: bool, problems: Vec<Problem>) -> IdentifyPage {
    IdentifyPage {
        frame: frame(product, language, Depth::Top),
        found: found.then(|| key(product, 0)),
        old: found && product == Product::Fanfare,
        once: "o-identify".to_owned(),
        problems,
    }
}

fn messages(product: Product, language: Language) -> Vec<Named> {
    let all = [
        ("400", Message::BadRequest),
        ("401", Message::SessionOver),
        ("403", Message::Forbidden),
        ("403-shut", Message::Shut),
        ("403-locked", Message::Locked),
        ("403-elsewhere", Message::Elsewhere),
        ("404", Message::NotFound),
        ("405", Message::MethodNotAllowed),
        ("409-switched", Message::Switched { organization: Some("Zenith".to_owned()) }),
        ("409-conflict", Message::Conflict),
        ("429", Message::TooMany { retry_after: 30 }),
        ("500", Message::Internal),
        ("503", Message::Unavailable),
        ("left", Message::Left),
    ];
    let page = |(name, message): (&str, Message)| {
        let mut around = outside(product, language);
        if matches!(message, Message::NotFound | Message::Conflict) {
            around = frame(product, language, Depth::Key);
        }
        around.return_to =
            Some(Link { label: Some("Back to Acme".to_owned()), url: "https://acme.example".to_owned() });
        let list = matches!(message, Message::Switched { .. }).then(|| "../zenith/keys".to_owned());
        let page = MessagePage { frame: around, message, list, request: Some("Kc9VPgAMEXYw=".to_owned()) };
        (format!("{}-{}-message-{name}", product.slug(), language.tag()), page.render())
    };

    all.into_iter().map(page).collect()
}
