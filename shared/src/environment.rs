//! What comes from outside: the clocks, randomness, the settings of a function, and the log that it writes to.
//!
//! It rests on nothing of ours. Nothing else may ask for any of these (clippy refuses it), so that a test can say what they are.

pub mod clock;
pub mod entropy;
pub(crate) mod log;
pub mod settings;
