mod get;
mod list;
mod register;
