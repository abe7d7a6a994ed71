//! GitHub's secret scanning, as its partner programme has it: GitHub looks for keys in what is public there, and posts what has their form
//! to an address of ours. Here is who has signed such a message, what it says, and what GitHub is answered. What is done about a key is
//! [`shared::management::leak`]'s.
//!
//! Nothing is believed that GitHub has not signed, and nothing that was sent is logged.

mod keys;
mod message;

pub use keys::Keys;
pub use message::{Label, Message};
