mod audit;
mod get;
mod list;
mod put;
mod usage;
