//! The pages of webhooks, with hostile texts.

use portal::{
    About, Attempted, Control, Field, Halt, Language, Problem, Secret, Sendable, Webhook, WebhookForm, WebhookPage,
    WebhookSecretPage, WebhooksPage, What,
};

use super::{Shown, evil, frame};
use crate::fixtures::now;

pub(super) fn pages(language: Language) -> Vec<Shown> {
    let webhook = || Webhook {
        id: "webhook_1".to_owned(),
        url: evil(120),
        kinds: None,
        halted: Some(Halt::Gone),
        created: now(),
        old_until: Some(now()),
        last: Some(Attempted { at: now(), taken: false, outcome: evil(121) }),
        given_up: Some(now()),
    };
    let form = || WebhookForm {
        once: evil(122),
        version: 1,
        url: evil(123),
        all: None,
        offered: vec![Sendable { name: evil(124), about: About::Other(What::Other(evil(125))) }],
        chosen: Vec::new(),
        kept: vec![evil(128)],
        problems: vec![Problem::Said { field: Field::Url, sentence: evil(126) }],
    };
    let list = WebhooksPage {
        frame: frame(language),
        notice: None,
        changed: true,
        webhooks: vec![webhook()],
        full: false,
        add: Control::Open,
        form: form(),
    };
    let one = WebhookPage {
        frame: frame(language),
        notice: None,
        changed: false,
        webhook: webhook(),
        change: Control::Open,
        form: form(),
    };
    let secret = WebhookSecretPage { frame: frame(language), webhook: webhook(), secret: Secret::new(evil(127)) };

    vec![
        ("webhooks", list.render(), vec![14, 15, 120, 121, 122, 123, 124, 125, 126, 128]),
        ("webhook", one.render(), vec![14, 15, 120, 121, 122, 123, 124, 125, 126, 128]),
        ("webhook secret", secret.render(), vec![14, 15, 120, 127]),
    ]
}
