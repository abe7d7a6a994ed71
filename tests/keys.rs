mod create;
mod delete;
