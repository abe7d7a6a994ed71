//! Changes, whoever asks for them: of keys (issuing, changing, regenerating, rotating, revoking, giving back what was used, taking over those of
//! another system, what becomes of those that have leaked), of organizations and their deletion, plans, alerts, webhooks, and sessions of
//! the portal. And finding keys.
//!
//! It uses the store and the contract, by way of the app. It does not know which way a request came: the author is an
//! argument ([`Author`](crate::registry::author::Author)), and pages call the same functions as the API.

pub mod alerts;
pub mod cap;
pub mod change;
pub mod closing;
mod cycle;
pub mod delete;
pub mod export;
pub mod find;
pub mod import;
pub mod index;
pub mod invite;
pub mod issue;
pub mod leak;
mod lifetime;
pub mod organization;
pub mod plans;
pub mod regenerate;
pub mod repeat;
pub mod reset;
pub mod rotate;
mod settle;
pub mod terms;
pub mod webhooks;
