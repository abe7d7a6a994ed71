//! Courses: authored by the operator, seen by whoever has a key.

use dynamodb::{AttributeValue, Error, Item, Result, number, text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::index::Index;
use super::register::{COURSES_MOST, Register, Tally};
use super::store::{Academy, Found, Guard, Write, id, time};
use crate::Id;
use crate::label::Label;
use crate::page::{Page, Pagination};
use crate::stored::LAYOUT;

/// A course as an operator writes it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CourseDraft")]
pub struct Draft {
    title: Label,
    #[serde(default)]
    description: Option<Description>,
    status: Status,
    /// The lists whose members have access.
    #[serde(default)]
    granted_lists: Lists,
}

/// At most 100 lists, in the order of their ids, each once.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Id>")]
#[schemars(inline, extend("maxItems" = Self::MAX))]
struct Lists(Vec<Id>);

impl Lists {
    const MAX: usize = 100;
}

impl TryFrom<Vec<Id>> for Lists {
    type Error = &'static str;

    fn try_from(mut lists: Vec<Id>) -> std::result::Result<Self, &'static str> {
        if lists.len() > Self::MAX {
            return Err("must name at most 100 lists");
        }
        lists.sort_unstable();
        lists.dedup();

        Ok(Self(lists))
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
}

/// A course by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CourseInFull {
    #[serde(flatten)]
    course: Course,
    granted_lists: Vec<Id>,
    #[serde(skip)]
    created: i64,
    #[serde(skip)]
    version: i64,
}

/// The outcome of writing a course.
#[derive(Clone, Debug)]
pub enum Authored {
    /// It is new.
    Created(CourseInFull),
    /// It was there.
    Changed(CourseInFull),
    /// It is granted to lists that do not exist.
    InvalidLists,
    /// The academy has as many courses as it may have.
    Full {
        /// How many that is.
        most: i64,
    },
}

const PREFIX: &str = "course#";

/// Where a course's item is.
pub(super) fn sort(id: Id) -> String {
    format!("{PREFIX}{id}")
}

impl Academy {
    /// Writes `draft` as the course `id`, at `now`.
    pub async fn author(&self, id: Id, draft: Draft, now: Timestamp) -> Result<Authored> {
        let description = draft.description.map(|Description(words)| words);
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([sort(id)]).await?;
            if !draft.granted_lists.0.iter().all(|list| register.lists.contains_key(list)) {
                return Ok(Authored::InvalidLists);
            }
            let before = CourseInFull::find(&mut found, id)?;
            let is_new = before.is_none();
            if is_new && register.courses >= COURSES_MOST {
                return Ok(Authored::Full { most: COURSES_MOST });
            }
            let (created, version) =
                before.map_or((now.as_millisecond(), 0), |before| (before.created, before.version));
            let course = Course {
                id,
                title: draft.title.as_str().to_owned(),
                description: description.clone(),
                status: draft.status,
                created_at: time(created)?,
                updated_at: time(now.as_millisecond())?,
            };
            let course = CourseInFull { course, granted_lists: draft.granted_lists.0.clone(), created, version };
            let put = course.put(self, now);
            let written = if is_new {
                let tally = Tally { courses: 1, ..Tally::default() };
                self.commit(&tally, vec![put, Index::Courses.add(self, id, created)]).await?
            } else {
                self.write(vec![put]).await?
            };
            if written {
                return Ok(if is_new { Authored::Created(course) } else { Authored::Changed(course) });
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// The course `id`.
    pub async fn course(&self, id: Id) -> Result<Option<CourseInFull>> {
        let (register, mut found) = self.open([sort(id)]).await?;

        Ok(CourseInFull::find(&mut found, id)?.map(|course| course.granted_among(&register)))
    }

    /// A page of the courses, newest first.
    pub async fn courses(&self, page: Page) -> Result<(Vec<Course>, Pagination)> {
        let (register, _) = self.open([]).await?;
        let ids = self.page(Index::Courses, page, register.courses).await?;
        let mut found = self.find(ids.iter().copied().map(sort)).await?;
        let courses = ids.into_iter().filter_map(|id| CourseInFull::find(&mut found, id).transpose());
        let courses = courses.map(|course| Ok(course?.course)).collect::<Result<_>>()?;

        Ok((courses, Pagination::new(page, register.courses)))
    }

    /// All courses there are, in no order.
    pub(super) async fn all_courses(&self) -> Result<Vec<CourseInFull>> {
        let mut pages = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :academy AND begins_with(#sk, :courses)")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":academy", text(&self.partition))
            .expression_attribute_values(":courses", text(PREFIX))
            .into_paginator()
            .send();
        let mut courses = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                let mut item = Item::from(item);
                item.schema(LAYOUT)?;
                let place = item.need("sk", Item::text)?;
                courses.push(CourseInFull::read(&place, item)?);
            }
        }

        Ok(courses)
    }
}

impl CourseInFull {
    pub(super) const fn id(&self) -> Id {
        self.course.id
    }

    pub(super) fn title(&self) -> &str {
        &self.course.title
    }

    /// Whether students can have it.
    pub(super) fn is_published(&self) -> bool {
        self.course.status == Status::Published
    }

    /// The lists that it is granted to. Some may not exist any more.
    pub(super) fn granted_lists(&self) -> &[Id] {
        &self.granted_lists
    }

    /// When it was made, for an order.
    pub(super) const fn created(&self) -> i64 {
        self.created
    }

    /// The course, granted only to lists that exist.
    fn granted_among(mut self, register: &Register) -> Self {
        self.granted_lists.retain(|list| register.lists.contains_key(list));
        self
    }

    fn put(&self, academy: &Academy, now: Timestamp) -> Write {
        let Self { course, granted_lists, created, version } = self;
        let lists = granted_lists.iter().map(|list| text(list.to_string())).collect();
        let item = academy.item(
            &sort(course.id),
            [
                ("title", Some(text(&course.title))),
                ("description", course.description.as_deref().map(text)),
                ("status", Some(text(course.status.name()))),
                ("granted_lists", Some(AttributeValue::L(lists))),
                ("created", Some(number(*created))),
                ("updated", Some(number(now.as_millisecond()))),
                ("version", Some(number(version.saturating_add(1)))),
            ],
        );

        Write::Put(item, if *version == 0 { Guard::Absent } else { Guard::Version(*version) })
    }

    /// The course `id`, if it is among `found`.
    pub(super) fn find(found: &mut Found, id: Id) -> Result<Option<Self>> {
        let place = sort(id);
        found.remove(&place).map(|item| Self::read(&place, item)).transpose()
    }

    /// The course at `place`.
    pub(super) fn read(place: &str, mut item: Item) -> Result<Self> {
        let status = item.need("status", Item::text)?;
        let status = Status::ALL.into_iter().find(|known| known.name() == status);
        let created = item.need("created", Item::number)?;
        let lists = item.text_list("granted_lists")?;
        let course = Course {
            id: id(place.strip_prefix(PREFIX).unwrap_or(place))?,
            title: item.need("title", Item::text)?,
            description: item.text("description")?,
            status: status.ok_or_else(|| Error::Fault("a course has an unknown status".to_owned()))?,
            created_at: time(created)?,
            updated_at: time(item.need("updated", Item::number)?)?,
        };

        Ok(Self {
            course,
            granted_lists: lists.iter().map(|list| id(list)).collect::<Result<_>>()?,
            created,
            version: item.need("version", Item::number)?,
        })
    }
}
