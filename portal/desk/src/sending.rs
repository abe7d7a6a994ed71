//! What is sent to a webhook, and where: the form, and what is sent with it.

use portal::{About, Problem, Sendable, WebhookForm};
use shared::App;
use shared::Form;
use shared::registry::audit::Action;
use shared::registry::webhook::{Address, Kinds, TestHosts, Webhook};

use crate::activity::done;
use crate::named::kind;
use crate::view;

/// How much of an address that was typed is shown again, in bytes: more than an address can have.
const LONGEST: usize = 512;

/// What was typed, or what there is.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    url: String,
    /// Whether everything is sent; `None` where nothing is chosen.
    all: Option<bool>,
    kinds: Vec<String>,
}

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) url: Address,
    /// `None`: all kinds.
    pub(crate) kinds: Option<Kinds>,
}

impl Typed {
    /// What `form` has sent.
    pub(crate) fn of(form: &Form) -> Self {
        Self {
            url: view::typed(form, "url", LONGEST),
            all: match form.text("which") {
                "all" => Some(true),
                "some" => Some(false),
                _ => None,
            },
            kinds: form.all("kind").map(str::to_owned).collect(),
        }
    }

    /// How `webhook` is.
    pub(crate) fn as_it_is(webhook: &Webhook) -> Self {
        Self {
            url: webhook.url.as_str().to_owned(),
            all: Some(webhook.kinds.is_none()),
            kinds: webhook.kinds.iter().flat_map(Kinds::iter).map(str::to_owned).collect(),
        }
    }

    /// What a form for a new webhook has at first.
    pub(crate) fn blank() -> Self {
        Self { all: Some(true), ..Self::default() }
    }

    /// What is wanted, where `kept` is sent and was not offered.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub(crate) fn read(&self, test_hosts: &TestHosts, kept: Vec<String>) -> Result<Wanted, Vec<Problem>> {
        let url = Address::try_from(self.url.clone()).ok().filter(|url| url.check(test_hosts).is_ok());
        let kinds = match self.all {
            Some(true) => Ok(None),
            Some(false) => {
                let kinds = Kinds::chosen(self.kinds.iter().cloned().collect(), kept);
                kinds.map(Some).or(Err(Problem::KindsMissing))
            }
            None => Err(Problem::WhichMissing),
        };
        match (url, kinds) {
            (Some(url), Ok(kinds)) => Ok(Wanted { url, kinds }),
            (url, kinds) => Err(url.is_none().then_some(Problem::UrlWrong).into_iter().chain(kinds.err()).collect()),
        }
    }

    /// The form with it, and with what is `kept`; `version` is that of the webhooks that it is made from.
    pub(crate) fn form(
        &self,
        app: &App,
        once: String,
        version: i64,
        kept: Vec<String>,
        problems: Vec<Problem>,
    ) -> WebhookForm {
        WebhookForm {
            once,
            version,
            url: self.url.clone(),
            all: self.all,
            offered: offered(app),
            chosen: self.kinds.clone(),
            kept,
            problems,
        }
    }
}

/// The kinds that are sent to `webhook` and not offered: the contract leaves them out, or only a newer version knows them.
pub(crate) fn kept(app: &App, webhook: &Webhook) -> Vec<String> {
    let offered = offered(app);
    let is_offered = |kind: &&str| offered.iter().any(|offered| offered.name == *kind);

    webhook.kinds.iter().flat_map(Kinds::iter).filter(|kind| !is_offered(kind)).map(str::to_owned).collect()
}

/// The kinds of events that there are: of changes, and of the alerts that the contract has.
fn offered(app: &App) -> Vec<Sendable> {
    let changes = Action::ALL.into_iter().map(|action| {
        let name = action.name();
        let about = if name.starts_with("key.") { About::Key(done(action)) } else { About::Other(done(action)) };
        Sendable { name: name.to_owned(), about }
    });
    let alerts = app.contract.alerts.iter();
    let alerts = alerts.map(|(alert, _)| Sendable { name: alert.name().to_owned(), about: About::Alert(kind(alert)) });

    changes.chain(alerts).collect()
}
