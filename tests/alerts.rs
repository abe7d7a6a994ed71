//! Functions that hand events on.

mod deliver;
