//! The command from outside: the real binary, against real stacks on this machine, and against servers that say what they are told
//! to where a stack would not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test ends by panicking, reads what it has just made, and shows what is printed whole"
)]

#[cfg(test)]
mod support;

#[cfg(test)]
mod apply;
#[cfg(test)]
mod busy;
#[cfg(test)]
mod call;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod contracts;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod index;
#[cfg(test)]
mod interrupts;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod line;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod orgs;
#[cfg(test)]
mod place;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod verify;
