//! What the stack says, printed: a table for people, JSON for programs. What a program reads is what the stack has said, whole.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{Cell, Table, presets};
use serde_json::Value;

use crate::arguments::Format;
use crate::error::Error;

/// A column of a table: its title, and how it shows a thing.
pub(crate) type Column = (&'static str, fn(&Value) -> String);

/// How data is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
}

/// Rows that come one after the other.
#[derive(Debug)]
pub(crate) struct Rows<'c> {
    format: Format,
    columns: &'c [Column],
    kept: Vec<Value>,
}

impl Output {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Prints one thing: in a table, a line for each column that has something to show.
    pub(crate) fn one(self, thing: &Value, columns: &[Column]) -> Result<(), Error> {
        match self.format {
            Format::Table => {
                let shown = columns.iter().map(|(title, cell)| (*title, cell(thing)));
                let rows = shown.filter(|(_, text)| !text.is_empty()).map(|(title, text)| vec![title.to_owned(), text]);
                print(&table(None, rows))
            }
            Format::Json | Format::Jsonl => self.document(thing),
        }
    }

    /// Prints what no table can show, as a document.
    pub(crate) fn document(self, document: &Value) -> Result<(), Error> {
        match self.format {
            Format::Table | Format::Json => print(&pretty(document)),
            Format::Jsonl => print(&format!("{document}\n")),
        }
    }

    /// Prints rows, as they come or all at the end.
    pub(crate) const fn rows(self, columns: &[Column]) -> Rows<'_> {
        Rows { format: self.format, columns, kept: Vec::new() }
    }

    /// What is for programs alone: lines of JSON where people would have a table.
    pub(crate) const fn lines(self) -> Self {
        match self.format {
            Format::Table | Format::Jsonl => Self { format: Format::Jsonl },
            Format::Json => self,
        }
    }

    /// Whether what it prints comes onto a terminal as soon as it is there.
    pub(crate) fn scrolls(self) -> bool {
        self.format == Format::Jsonl && io::stdout().is_terminal()
    }

    /// Whether people read it.
    pub(crate) fn is_table(self) -> bool {
        self.format == Format::Table
    }
}

impl Rows<'_> {
    /// One more.
    pub(crate) fn push(&mut self, row: Value) -> Result<(), Error> {
        match self.format {
            Format::Jsonl => print(&format!("{row}\n")),
            Format::Table | Format::Json => {
                self.kept.push(row);
                Ok(())
            }
        }
    }

    /// One more, of work that goes on when nobody reads about it any more.
    pub(crate) fn tell(&mut self, row: Value) -> Result<(), Error> {
        read_or_not(self.push(row))
    }

    /// That was all.
    pub(crate) fn end(self) -> Result<(), Error> {
        match self.format {
            Format::Jsonl => Ok(()),
            Format::Json => print(&pretty(&Value::Array(self.kept))),
            Format::Table if self.kept.is_empty() => Ok(()),
            Format::Table => {
                let filled = |(_, cell): &&Column| self.kept.iter().any(|row| !cell(row).is_empty());
                let columns: Vec<_> = self.columns.iter().filter(filled).collect();
                let titles = columns.iter().map(|(title, _)| title.to_uppercase()).collect();
                let row = |row: &Value| columns.iter().map(|(_, cell)| cell(row)).collect();
                print(&table(Some(titles), self.kept.iter().map(row)))
            }
        }
    }
}

/// Rows in columns, without lines between.
fn table(titles: Option<Vec<String>>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in titles.into_iter().chain(rows) {
        table.add_row(row.iter().map(|text| Cell::new(one_line(text))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }

    format!("{}\n", table.trim_fmt())
}

/// What people have called things is theirs: nothing in it moves the cursor of whoever reads it.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Prints `text` as it is.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|cause| {
        if cause.kind() == io::ErrorKind::BrokenPipe {
            return Error::Closed;
        }
        Error::Failed(format!("standard output: {cause}"))
    })
}

/// The same where something else is to come of it, whether anybody reads or not: work that goes on, or an exit code that is an answer.
pub(crate) fn read_or_not(printed: Result<(), Error>) -> Result<(), Error> {
    match printed {
        Err(Error::Closed) => Ok(()),
        printed => printed,
    }
}

/// A member of `thing` as text, by its path: nothing where it is not there, or `null`.
pub(crate) fn text(thing: &Value, pointer: &str) -> String {
    match thing.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        Some(other) => other.to_string(),
    }
}

/// What a member was, and what it is: `limits none → 600/minute`.
pub(crate) fn changed(member: &str, before: &Value, after: &Value) -> String {
    let shown = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::Array(list) if list.iter().any(Value::is_object) => limits(value, ""),
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => text(value, ""),
    };

    format!("{member} {} → {}", shown(before), shown(after))
}

/// Limits as they are written on the command line: `600/minute 100000/month`.
pub(crate) fn limits(thing: &Value, pointer: &str) -> String {
    let each = thing.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let written = each.map(|limit| {
        let sliding = if limit["sliding"] == true { ",sliding" } else { "" };
        format!("{}/{}{sliding}", limit["requests"], text(limit, "/per"))
    });

    written.collect::<Vec<_>>().join(" ")
}
