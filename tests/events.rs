//! Functions that hand events on, and show those that nobody took.

mod dead_letters;
mod deliver;
mod fair;
