//! Courses: authored by the operator, seen by whoever has a key.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValue;
use dynamodb::{AttributeValue, Error, Item, Result, Table, number, text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::page::{Page, Pagination};

/// What an operator writes of a course.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CourseDraft")]
pub struct Draft {
    title: Title,
    #[serde(default)]
    description: Option<Description>,
    status: Status,
    /// The lists whose members have access.
    #[serde(default)]
    granted_lists: Lists,
}

/// 1 to 200 characters, not blank.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = r"[^\s\x85]"))]
struct Title(String);

impl Title {
    const MAX: usize = 200;
}

impl TryFrom<String> for Title {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        let fits = text.chars().count() <= Self::MAX && !text.trim().is_empty();
        if fits { Ok(Self(text)) } else { Err("must have 1 to 200 characters") }
    }
}

/// At most 100 lists: an item has room for 400 KB.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Id>")]
#[schemars(inline, extend("maxItems" = Self::MAX))]
struct Lists(Vec<Id>);

impl Lists {
    const MAX: usize = 100;
}

impl TryFrom<Vec<Id>> for Lists {
    type Error = &'static str;

    fn try_from(lists: Vec<Id>) -> std::result::Result<Self, &'static str> {
        if lists.len() <= Self::MAX { Ok(Self(lists)) } else { Err("must name at most 100 lists") }
    }
}

/// At most 5,000 characters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = Self::MAX))]
struct Description(String);

impl Description {
    const MAX: usize = 5_000;
}

impl TryFrom<String> for Description {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        if text.chars().count() <= Self::MAX { Ok(Self(text)) } else { Err("must have at most 5000 characters") }
    }
}

/// Whether students can have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Status {
    /// Not yet.
    Draft,
    /// They can.
    Published,
}

impl Status {
    const ALL: [Self; 2] = [Self::Draft, Self::Published];

    const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
}

/// A course as lists show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Course {
    id: Id,
    title: String,
    description: Option<String>,
    status: Status,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    #[serde(skip)]
    sequence: (i64, Id),
}

/// A course by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CourseInFull {
    #[serde(flatten)]
    course: Course,
    #[schemars(with = "Vec<Id>")]
    granted_lists: Vec<String>,
}

/// The courses of all academies.
#[derive(Clone, Debug)]
pub struct Courses {
    table: Table,
}

const PREFIX: &str = "course#";

fn key_of(academy: &str, id: Id) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("org#{academy}"))), ("sk".to_owned(), text(format!("{PREFIX}{id}")))])
}

impl Courses {
    /// The courses in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Writes `draft` as the course `id` of `academy`. `true`: there was none before.
    pub async fn put(&self, academy: &str, id: Id, draft: Draft, now: Timestamp) -> Result<(CourseInFull, bool)> {
        let description = draft.description.map(|Description(words)| words);
        let lists: Vec<_> = draft.granted_lists.0.iter().map(Id::to_string).collect();
        let mut request = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(key_of(academy, id)))
            .update_expression(
                "SET #title = :title, #description = :description, #status = :status, #granted_lists = :lists, \
                 #created = if_not_exists(#created, :now), #updated = :now",
            )
            .expression_attribute_values(":title", text(&*draft.title.0))
            .expression_attribute_values(
                ":description",
                description.as_deref().map_or(AttributeValue::Null(true), text),
            )
            .expression_attribute_values(":status", text(draft.status.name()))
            .expression_attribute_values(":lists", AttributeValue::L(lists.iter().map(text).collect()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values(ReturnValue::AllOld);
        for name in ["title", "description", "status", "granted_lists", "created", "updated"] {
            request = request.expression_attribute_names(format!("#{name}"), name);
        }
        let before = request.send().await?.attributes.unwrap_or_default();
        let created = Item::from(before).number("created")?;
        let made = created.is_none();
        let created = created.unwrap_or(now.as_millisecond());
        let course = Course {
            id,
            title: draft.title.0,
            description,
            status: draft.status,
            created_at: time(created)?,
            updated_at: time(now.as_millisecond())?,
            sequence: (created, id),
        };

        Ok((CourseInFull { course, granted_lists: lists }, made))
    }

    /// The course `id` of `academy`.
    pub async fn find(&self, academy: &str, id: Id) -> Result<Option<CourseInFull>> {
        let request = self.table.client.get_item().table_name(&self.table.name).set_key(Some(key_of(academy, id)));
        let answer = request.consistent_read(true).send().await?;

        answer.item.map(|item| read(item.into())).transpose()
    }

    /// A page of the courses of `academy`, newest first. It reads all of them: an academy has some hundreds at most, which
    /// are some dozens of read units.
    pub async fn list(&self, academy: &str, page: Page) -> Result<(Vec<Course>, Pagination)> {
        let mut pages = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :academy AND begins_with(#sk, :courses)")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":academy", text(format!("org#{academy}")))
            .expression_attribute_values(":courses", text(PREFIX))
            .into_paginator()
            .send();
        let mut courses = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                courses.push(read(item.into())?.course);
            }
        }
        courses.sort_by_key(|course| std::cmp::Reverse(course.sequence));

        Ok(page.of(courses))
    }
}

fn read(mut item: Item) -> Result<CourseInFull> {
    let id = item.need("sk", Item::text)?;
    let id = id.strip_prefix(PREFIX).and_then(|id| Id::try_from(id.to_owned()).ok());
    let id = id.ok_or_else(|| Error::Fault("a course has an id that is none".to_owned()))?;
    let status = item.need("status", Item::text)?;
    let status = Status::ALL.into_iter().find(|known| known.name() == status);
    let created = item.need("created", Item::number)?;
    let updated = item.need("updated", Item::number)?;
    let course = Course {
        id,
        title: item.need("title", Item::text)?,
        description: item.text("description")?,
        status: status.ok_or_else(|| Error::Fault("a course has an unknown status".to_owned()))?,
        created_at: time(created)?,
        updated_at: time(updated)?,
        sequence: (created, id),
    };

    Ok(CourseInFull { course, granted_lists: item.text_list("granted_lists")? })
}

fn time(millis: i64) -> Result<String> {
    let at = Timestamp::from_millisecond(millis);
    at.map(|at| format!("{at:.0}")).map_err(|error| Error::Fault(format!("an item has a time that is none: {error}")))
}
