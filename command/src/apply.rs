//! A file that describes organizations, and what makes the stack as it says: read whole, compared whole, and only then carried out.

mod difference;
mod file;
mod judge;
mod plan;

pub(crate) use file::read;
pub(crate) use plan::{Rest, Step, plan};
