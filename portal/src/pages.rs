//! The pages, a file for each.

pub(crate) mod activity;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod enter;
pub(crate) mod identify;
pub(crate) mod issued;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod message;
pub(crate) mod new_key;
pub(crate) mod regenerate;
pub(crate) mod secret;
pub(crate) mod status;
