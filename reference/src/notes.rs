//! Notes: the smallest API that shows a page, one thing and a new one.

use dynamodb::{Item, Result, SCHEMA, Table, number, text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::label::Label;
use crate::moment::{Moment, in_seconds};
use crate::newest::newest;
use crate::stored::{LAYOUT, key, moment, parsed, parsed_if};

/// A note that is to be made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    title: Label,
    text: Option<Words>,
}

/// At most 4,000 characters: a page of the longest notes fits into an answer of Lambda.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = Self::MAX))]
struct Words(String);

impl Words {
    const MAX: usize = 4_000;
}

impl TryFrom<String> for Words {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        if text.chars().count() <= Self::MAX { Ok(Self(text)) } else { Err("must have at most 4000 characters") }
    }
}

/// A note.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// What it is called in URLs.
    pub id: Id,
    title: Label,
    text: Option<Words>,
    #[serde(serialize_with = "in_seconds")]
    created_at: Moment,
}

impl Note {
    /// The note that `new` describes, made at `now`.
    pub fn new(new: NewNote, id: Id, now: Timestamp) -> Self {
        Self { id, title: new.title, text: new.text, created_at: Moment::from(now) }
    }
}

/// The notes of all organizations.
#[derive(Clone, Debug)]
pub struct Notes {
    table: Table,
}

fn partition(org: &str) -> String {
    format!("org#{org}#notes")
}

impl Notes {
    /// The notes in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Adds `note`, whose id begins with its time, to those of `org`.
    pub async fn insert(&self, org: &str, note: &Note) -> Result<()> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(key(partition(org), note.id.to_string())))
            .item(SCHEMA, number(LAYOUT))
            .item("title", text(note.title.as_str()))
            .item("created", number(note.created_at.as_millis()));
        let put = match &note.text {
            Some(Words(words)) => put.item("text", text(words)),
            None => put,
        };
        put.send().await?;

        Ok(())
    }

    /// The note `id` of `org`.
    pub async fn find(&self, org: &str, id: Id) -> Result<Option<Note>> {
        let request = self.table.client.get_item().table_name(&self.table.name);
        let request = request.set_key(Some(key(partition(org), id.to_string()))).consistent_read(true);

        request.send().await?.item.map(|item| read(item.into())).transpose()
    }

    /// At most `limit` notes of `org`, newest first, after that of the id `after`; and whether there are more.
    pub async fn list(&self, org: &str, limit: u32, after: Option<Id>) -> Result<(Vec<Note>, bool)> {
        let items = newest(&self.table, &partition(org), limit.saturating_add(1), after).await?;
        let mut notes = items.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = notes.len() > most;
        notes.truncate(most);

        Ok((notes, has_more))
    }
}

fn read(mut item: Item) -> Result<Note> {
    item.schema(LAYOUT)?;

    Ok(Note {
        id: parsed(&mut item, "sk")?,
        title: parsed(&mut item, "title")?,
        text: parsed_if(&mut item, "text")?,
        created_at: moment(item.need("created", Item::number)?)?,
    })
}
