mod create;
mod delete;
mod get;
mod import;
mod list;
mod regenerate;
mod update;
mod usage;
