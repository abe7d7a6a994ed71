//! What comes from outside: the clocks, randomness, a function's settings, the log that it writes to, and what the system says.
//!
//! It rests on nothing of ours. No other module may ask for any of these (clippy refuses it), so that a test can set
//! them.

pub mod clock;
pub mod entropy;
pub(crate) mod log;
pub mod settings;
pub mod system;
