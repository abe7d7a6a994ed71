mod audit;
mod delete;
mod get;
mod list;
mod purge;
mod put;
mod reset;
mod usage;
