//! What changes keys: issuing, changing and regenerating one, taking over those of another system.
//!
//! It uses the store and the contract, by way of the app. It never knows which way a request came: whoever may ask is an argument
//! ([`Author`](crate::registry::audit::Author)), and pages or commands will call what the API's functions call.

pub mod cap;
pub mod change;
pub mod import;
pub mod issue;
pub mod regenerate;
pub mod repeat;
