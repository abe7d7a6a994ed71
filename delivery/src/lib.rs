//! Hands events on: what is due in the outbox goes to the stack's event bus, what a person must see to an SNS topic too, and
//! what an organization wants to have into the queues of its webhooks, from which it is sent.
//!
//! At least once: an event leaves the outbox only after all who are to have it have taken it. A run may be cut short
//! anywhere, and two may overlap: the worst is that somebody gets an event twice, with the same id. This crate alone knows
//! the SDKs of EventBridge and SNS, so that the functions behind the gate do without them.

mod bus;
mod deliver;
mod topic;
mod waits;
mod webhooks;
mod words;

use shared::contract::portal::{Operation, Portal};
use shared::environment::settings::{self, Destinations};
use shared::http::schedule;

use crate::bus::Bus;
use crate::deliver::Deliverer;
use crate::topic::Topic;
use crate::webhooks::Webhooks;
use vault::Vault;

/// Runs whenever it is time, until the process is to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> shared::Exit {
    schedule::serve(prepare, Deliverer::run).await
}

async fn prepare(app: &'static shared::App) -> Result<Deliverer, settings::Error> {
    let Destinations { event_bus, alert_topic, eventbridge_endpoint, sns_endpoint } = Destinations::read()?;
    let config = connect::config();
    let opens_alerts = |portal: &Portal| portal.opens(Operation::Alerts);
    let shows_alerts = app.portal().is_ok_and(opens_alerts);

    Ok(Deliverer {
        outbox: app.outbox.clone(),
        keys: app.keys.clone(),
        bus: Bus::new(&config, eventbridge_endpoint, event_bus),
        topic: alert_topic.map(|topic| Topic::new(&config, sns_endpoint, topic)),
        portal: app.portal_url.clone().filter(|_| shows_alerts),
    })
}

/// Sends events to webhooks whenever it is time, until the process is to end.
///
/// # Errors
/// As for [`serve`].
pub async fn serve_webhooks() -> shared::Exit {
    schedule::serve(async |app| Ok::<_, settings::Error>(Webhooks::new(app, Vault::open()?)), Webhooks::run).await
}
