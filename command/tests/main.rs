//! The command from outside: the real binary, against real stacks on this machine, and against servers that say what they are told
//! to where a stack would not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and reads what it has just made"
)]

#[cfg(test)]
mod support;

#[cfg(test)]
mod apply;
#[cfg(test)]
mod busy;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod line;
#[cfg(test)]
mod orgs;
#[cfg(test)]
mod place;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod verify;
