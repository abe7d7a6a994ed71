//! What every function of Latchkey uses. It knows the product, but not the routes.
//!
//! The rooms, ground floor first. Each rests only on those before it; `tests/layout.rs` checks that.
//!
//! - [`environment`]: what comes from outside.
//! - [`contract`]: how it reads on the wire, as data and as text.
//! - [`registry`]: what there is, and its rules. Pure.
//! - [`store`]: what is kept in DynamoDB. Nothing else names an attribute or a table.
//! - [`usage`]: what became of requests.
//! - [`gate`]: who is let in.
//! - [`management`]: what changes keys and organizations.
//! - [`http`]: from an event to an answer.
//! - [`alerts`]: tells people of what may be wrong.
#![warn(missing_docs)]
#![deny(clippy::arithmetic_side_effects)]

pub mod alerts;
pub mod contract;
pub mod environment;
pub mod gate;
pub mod http;
pub mod management;
pub mod registry;
pub mod store;
pub mod usage;

pub use contract::denial::{Denial, Violation};
pub use gate::app::App;
pub use http::Exit;
pub use http::authority::{Caller, Finder, Operator, Signed};
pub use http::describe::Reason;
pub use http::extract::{At, Body, OperatorsQuery, Path, Query, Within};
pub use http::form::Form;
pub use http::handler::Handler;
pub use http::idempotency_key::IdempotencyKey;
pub use http::manager::Manager;
pub use http::reply::page::Page;
pub use http::reply::{
    Accepted, Created, CreatedOnce, Data, Deleted, Deletion, Json, Kept, Listed, NoContent, Put, Tabular,
};
pub use http::serve::serve;
pub use http::visitor::Visitor;
pub use http::visitor::browser::Browser;
pub use registry::error::{Error, Result};
