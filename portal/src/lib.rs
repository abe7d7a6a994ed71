//! The pages of the key portal: a typed view goes in, HTML comes out.
//!
//! This crate reads no store, no clock and no settings, makes no random numbers, and decides no rights. It is given what
//! is to be shown and shows it. What people have typed is always escaped and stands in a `<bdi>`; it never gets into a
//! script, a style or the name of an address.
//!
//! Every page is a struct with a `render`. All of them carry a [`Frame`]. All links and form actions are relative, so
//! that a page works below any prefix.

mod activity;
mod alert;
mod brand;
mod chart;
mod control;
mod facts;
mod form;
mod frame;
mod html;
mod key;
mod language;
mod offer;
mod pages;
mod problem;
mod usage;
mod voice;
mod webhook;
mod words;

pub use crate::activity::{Detail, Event, KeyRef, What, Who};
pub use crate::alert::kind::AlertKind;
pub use crate::alert::{
    AlertForm, AlertRule, Direction, Failures, Figures, KeyAlerts, MUTED_DAYS, Mentioned, MutedKey, OpenAlert, Probe,
    Setting, Told, Turn,
};
pub use crate::brand::Brand;
pub use crate::brand::colour::Colour;
pub use crate::brand::logo::Logo;
pub use crate::control::{Control, Why};
pub use crate::form::{
    Expiration, Expiry, ExpiryOption, Field, Form, Granted, KeyType, LimitField, Overlap, Permissions, Problem, Scope,
};
pub use crate::frame::{Depth, Frame, Inside, Link, Tab, Terms, Zone};
pub use crate::key::{Answer, Cap, Column, Exposure, Key, Notice, Secret, Secrets, Status};
pub use crate::language::Language;
pub use crate::pages::activity::ActivityPage;
pub use crate::pages::alerts::{AlertNews, AlertsPage, History};
pub use crate::pages::delete::DeletePage;
pub use crate::pages::edit::EditPage;
pub use crate::pages::end::EndPage;
pub use crate::pages::enter::EnterPage;
pub use crate::pages::identify::IdentifyPage;
pub use crate::pages::issued::IssuedPage;
pub use crate::pages::key::{Actions, KeyPage, Replacement, Rotation};
pub use crate::pages::keys::{Choice, Filters, KeysPage};
pub use crate::pages::message::{Message, MessagePage};
pub use crate::pages::new_key::NewKeyPage;
pub use crate::pages::regenerate::RegeneratePage;
pub use crate::pages::secret::{Occasion, SecretPage};
pub use crate::pages::status::{Change, StatusPage};
pub use crate::pages::webhook::WebhookPage;
pub use crate::pages::webhook_secret::WebhookSecretPage;
pub use crate::pages::webhooks::WebhooksPage;
pub use crate::usage::{Bucket, Counts, Limit, Range, Refusal, RefusalReason, SetBy, Usage, Window};
pub use crate::webhook::{About, Attempted, Halt, Sendable, Webhook, WebhookForm};

/// A page that could not be put together: our own fault, as no input leads to it.
#[derive(Debug, thiserror::Error)]
#[error("put a page together")]
pub struct Error(#[from] askama::Error);
