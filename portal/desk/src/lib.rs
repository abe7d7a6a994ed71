//! The portal's desk: reads what a browser sends, asks the rooms of `shared`, and fills a page of the crate `portal`.
//!
//! It decides nothing about keys: what a page does is done by what the API's functions call, in the same transaction and
//! with the same row in the audit trail. It may use `shared`, `portal` and `vault`; a function of the portal is one call to
//! it.
#![deny(clippy::arithmetic_side_effects)]

mod activity;
mod alerts;
mod brand;
mod create;
mod delete;
mod edit;
mod enter;
mod face;
mod fields;
mod figures;
mod frame;
mod identify;
mod key;
mod list;
mod mute;
mod named;
mod regenerate;
mod sending;
mod status;
mod usage;
mod view;
mod watching;
mod webhook;
mod webhooks;

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::key::Id;

pub use activity::{Older, activity};
pub use alerts::{Told, show as show_alerts};
pub use create::{Wished, create, new};
pub use delete::{confirm as confirm_delete, delete};
pub use edit::{form as edit_form, update};
pub use enter::{Linked, enter, leave, show_entrance};
pub use face::serve;
pub use identify::identify;
pub use key::{Shown, show};
pub use list::{Search, list};
pub use mute::mute;
pub use regenerate::{Asked, confirm as confirm_regenerate, regenerate};
pub use status::{confirm as confirm_status, set as set_status};
pub use usage::{Ranged, csv};
pub use watching::update as update_alerts;
pub use webhook::{
    Hook, delete as delete_webhook, rotate as rotate_webhook, show as show_webhook, test as test_webhook,
    update as update_webhook,
};
pub use webhooks::{Led, create as create_webhook, list as list_webhooks};

/// The key that a path names.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Place {
    /// Its id.
    pub id: Id,
}
