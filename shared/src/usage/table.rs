//! A report as a table for spreadsheets (RFC 4180), instead of JSON.

use schemars::JsonSchema;
use serde::Deserialize;

/// The form in which a report is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Format {
    /// As every other reply.
    #[default]
    Json,
    /// A table with a row for each bucket.
    Csv,
}

/// Something that can be written as a table.
pub trait Table {
    /// What its file is called.
    fn file(&self) -> String;

    /// The table, with a line of headings. No cell has anything that somebody has typed, so none needs quotation marks.
    fn csv(&self) -> String;
}
