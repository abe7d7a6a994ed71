//! Webhooks: the list, one of them, and a secret.

use portal::{
    About, AlertKind, Attempted, Control, Depth, Halt, Language, Notice, Problem, Secret, Sendable, Webhook,
    WebhookForm, WebhookPage, WebhookSecretPage, WebhooksPage, What, Why,
};

use crate::collection::Named;
use crate::fixtures::{ago, frame};
use crate::products::Product;

pub(crate) fn pages(product: Product, language: Language) -> Vec<Named> {
    let name = |page: &str| format!("{}-{}-{page}", product.slug(), language.tag());
    let around = |depth| frame(product, language, depth);
    let list = |webhooks, form| WebhooksPage {
        frame: around(Depth::Top),
        notice: None,
        changed: false,
        webhooks,
        full: false,
        add: Control::Open,
        form,
    };
    let one = |webhook: Webhook| WebhookPage {
        frame: around(Depth::Key),
        notice: None,
        changed: false,
        webhook,
        change: Control::Open,
        form: form(),
    };
    let secret = |webhook| WebhookSecretPage {
        frame: around(Depth::Top),
        webhook,
        secret: Secret::new("whsec_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE=".to_owned()),
    };
    let [first, failing, new] = [webhook(0), webhook(1), webhook(2)];
    let wrong = WebhookForm {
        url: "ftp://".to_owned() + &"w".repeat(300),
        problems: vec![Problem::UrlWrong, Problem::WhichMissing, Problem::KindsMissing],
        ..form()
    };
    let full = WebhooksPage { full: true, notice: Some(Notice::WebhookRemoved), ..list(all(), form()) };
    let shut = WebhooksPage { changed: true, add: Control::Shut(Why::Locked), ..list(all(), form()) };
    let tested = WebhookPage { notice: Some(Notice::Tested), ..one(first.clone()) };
    let locked = WebhookPage { change: Control::Shut(Why::Locked), ..one(failing.clone()) };
    let changed = WebhookPage { changed: true, notice: Some(Notice::TestedEnough), ..one(new.clone()) };

    vec![
        (name("webhooks"), list(all(), form()).render()),
        (name("webhooks-none"), list(Vec::new(), form()).render()),
        (name("webhooks-wrong"), list(all(), wrong.clone()).render()),
        (name("webhooks-full"), full.render()),
        (name("webhooks-shut"), shut.render()),
        (name("webhook"), tested.render()),
        (name("webhook-locked"), locked.render()),
        (name("webhook-changed"), changed.render()),
        (name("webhook-wrong"), WebhookPage { form: wrong, ..one(failing) }.render()),
        (name("webhook-added"), secret(new).render()),
        (name("webhook-rotated"), secret(first).render()),
    ]
}

fn all() -> Vec<Webhook> {
    (0..4).map(webhook).collect()
}

fn webhook(at: usize) -> Webhook {
    let last = |hours, taken, outcome: &str| Some(Attempted { at: ago(hours), taken, outcome: outcome.to_owned() });
    let (halted, last) = match at {
        0 => (None, last(1, true, "HTTP 204")),
        1 => (Some(Halt::Failing), last(5, false, "no answer in 15 seconds")),
        2 => (None, None),
        _ => (Some(Halt::Gone), last(200, false, "HTTP 410")),
    };

    Webhook {
        id: format!("webhook_{at}"),
        url: format!("https://hooks.acme{at}.example/latchkey/{}", "in".repeat(1 + 20 * at)),
        kinds: (at % 2 == 1).then_some(1 + u64::from(at == 1)),
        halted,
        created: ago(500),
        old_until: (at == 0).then(|| ago(-20)),
        last,
        given_up: (at == 1).then(|| ago(6)),
    }
}

fn form() -> WebhookForm {
    let sendable = |name: &str, about| Sendable { name: name.to_owned(), about };

    WebhookForm {
        once: "o-webhook".to_owned(),
        version: 3,
        url: "https://hooks.acme.example/latchkey".to_owned(),
        all: Some(false),
        offered: vec![
            sendable("key.created", About::Key(What::KeyCreated)),
            sendable("key.deleted", About::Key(What::KeyDeleted)),
            sendable("limit.reached", About::Alert(AlertKind::LimitReached)),
            sendable("organization.changed", About::Other(What::OrganizationChanged)),
            sendable("webhook.disabled", About::Other(What::WebhookDisabled)),
        ],
        chosen: vec!["key.deleted".to_owned(), "limit.reached".to_owned()],
        kept: vec!["errors.high".to_owned()],
        problems: Vec::new(),
    }
}
