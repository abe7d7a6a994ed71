//! What every function of Latchkey uses. It knows the product and not the routes.
//!
//! - [`serve`](mod@serve), [`call`], [`extract`], [`reply`], [`envelope`]: from an event to an answer. Nothing but `envelope` renders
//!   an error.
//! - [`gate`], [`pass`], [`limit`]: who is let in. `pass` and `limit` are pure: no clock, no store.
//! - [`contract`], [`denial`]: how it reads on the wire, and what can happen.
//! - [`cors`]: what browsers let scripts of web pages do.
//! - [`describe`]: what a function says of itself, for the API's description. In debug builds alone.
//! - [`key`], [`organization`], [`scope`], [`cap`]: what there is.
//! - [`usage`]: what became of the requests that came with a key.
//! - [`store`]: what is kept in DynamoDB. Nothing else names an attribute or a table.
//! - [`app`], [`settings`], [`clock`], [`entropy`]: what comes from outside; nothing else asks for it.
#![warn(missing_docs)]
#![deny(clippy::arithmetic_side_effects)]

pub mod app;
pub mod audit;
pub mod authorize;
pub mod call;
pub mod cap;
pub mod change;
pub mod clock;
pub mod contract;
pub mod cors;
pub mod denial;
pub mod describe;
pub mod entropy;
pub mod envelope;
pub mod error;
pub mod extract;
mod faults;
pub mod gate;
pub mod idempotency;
pub mod import;
pub mod issue;
pub mod key;
mod lambda;
pub mod limit;
mod log;
pub mod management;
mod object;
pub mod organization;
pub mod page;
pub mod pass;
pub mod regenerate;
pub mod reply;
pub mod scope;
pub mod serve;
pub mod settings;
pub mod store;
pub mod usage;
pub mod verify;

pub use app::App;
pub use denial::{Denial, Violation};
pub use describe::Reason;
pub use error::{Error, Result};
pub use extract::{At, Body, Caller, Operator, Path, Query};
pub use idempotency::IdempotencyKey;
pub use management::Manager;
pub use reply::{Created, CreatedOnce, Data, Deleted, Json, Listed, NoContent, Put};
pub use serve::{Exit, Handler, serve};
