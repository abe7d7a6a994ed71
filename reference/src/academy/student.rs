//! A student: somebody with an account in an academy, a member of it or not any more. The caps on an academy's courses
//! and lists bound what an account may hold, so that it has room in one item.

use std::collections::{BTreeMap, HashMap};

use dynamodb::{AttributeValue, Error, Item, Result, number, text};
use schemars::JsonSchema;
use serde::Serialize;

use super::store::{Academy, Attributes, Found, Guard, Write, id, time};
use crate::{Email, Id};

/// A student's item.
#[derive(Clone, Debug)]
pub(super) struct Student {
    pub(super) id: Id,
    /// As it was given when they last joined.
    pub(super) email: Email,
    pub(super) name: Option<String>,
    /// Since when they are a member, if they are one.
    pub(super) joined: Option<i64>,
    /// The lists that they are on, and since when. Some may not exist any more.
    pub(super) lists: BTreeMap<Id, i64>,
    /// By course, revoked ones too.
    pub(super) enrollments: BTreeMap<Id, Record>,
    /// By course.
    pub(super) progress: BTreeMap<Id, Progress>,
    /// 0 where there is no item yet.
    pub(super) version: i64,
}

/// The one record of a student's enrollment in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) id: Id,
    pub(super) at: i64,
    pub(super) revoked: bool,
}

/// How far a student has come in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) completed: i64,
    pub(super) total: i64,
    pub(super) completed_at: Option<i64>,
    pub(super) updated: i64,
}

/// The most bytes that a student's item takes for what they have of one course, and for their place on one list.
const COURSE_BYTES: usize = 210;
const LIST_BYTES: usize = 50;
/// The most bytes that it takes for all the rest.
const REST_BYTES: usize = 1_500;

/// How many students are read or written at once, where there are so many courses and lists: up to half a MB. More might
/// not come in the time that a call has.
pub(super) fn at_once(courses: usize, lists: usize) -> usize {
    let bytes = courses.saturating_mul(COURSE_BYTES).saturating_add(lists.saturating_mul(LIST_BYTES));

    500_000_usize.checked_div(bytes.saturating_add(REST_BYTES)).unwrap_or(1).clamp(1, 100)
}

/// What of a student's item is shown of anybody.
pub(super) const PROFILE: [&[&str]; 3] = [&["email"], &["name"], &["joined"]];

/// Where a student's item is.
pub(super) fn sort(id: Id) -> String {
    format!("student#{id}")
}

/// The sort key of the item that says whose account an email is. The item exists as long as the account, which is for
/// good.
pub(super) fn claim_sort(email: &Email) -> String {
    format!("email#{}", email.key())
}

/// The account that the claim of `email` names, if it is among `found`.
pub(super) fn claimed(found: &mut Found, email: &Email) -> Result<Option<Id>> {
    let claim = found.remove(&claim_sort(email));
    claim.map(|mut claim| id(&claim.need("student", Item::text)?)).transpose()
}

impl Student {
    /// An account that nobody has seen yet.
    pub(super) const fn new(id: Id, email: Email) -> Self {
        Self {
            id,
            email,
            name: None,
            joined: None,
            lists: BTreeMap::new(),
            enrollments: BTreeMap::new(),
            progress: BTreeMap::new(),
            version: 0,
        }
    }

    /// They become a member.
    pub(super) fn join(&mut self, email: Email, now: i64) {
        self.email = email;
        self.joined = Some(now);
    }

    /// They are no member any more. The account and the records of enrollments stay.
    pub(super) fn leave(&mut self) {
        self.joined = None;
        self.lists.clear();
        self.progress.clear();
        self.enrollments.values_mut().for_each(|record| record.revoked = true);
    }

    /// Enrolls them in `course`: anew under `new_id`, or again under the record that there is.
    pub(super) fn enroll(&mut self, course: Id, new_id: Id, now: i64) -> Id {
        let record = self.enrollments.entry(course).or_insert(Record { id: new_id, at: now, revoked: false });
        record.revoked = false;
        record.id
    }

    /// Whether they have an enrollment in `course` that is not revoked.
    pub(super) fn is_enrolled(&self, course: Id) -> bool {
        self.enrollments.get(&course).is_some_and(|record| !record.revoked)
    }

    /// They are on no list but those that the register has: `lists`. It must be newer than they are: then whatever it lacks is gone
    /// for good.
    pub(super) fn forget_lists_but(&mut self, lists: &BTreeMap<Id, i64>) {
        self.lists.retain(|list, _| lists.contains_key(list));
    }

    /// The write that says that this account is the one of its email.
    pub(super) fn claim(&self, academy: &Academy) -> Write {
        let student = Some(text(self.id.to_string()));
        Write::Put(academy.item(&claim_sort(&self.email), [("student", student)]), Guard::Absent)
    }

    /// The write that puts the item in the place of the one that was read.
    pub(super) fn put(&self, academy: &Academy) -> Write {
        let guard = if self.version == 0 { Guard::Absent } else { Guard::Version(self.version) };
        let lists = self.lists.iter().map(|(list, since)| (list.to_string(), number(*since)));
        let enrollments = self.enrollments.iter().map(|(course, record)| (course.to_string(), record.attributes()));
        let progress = self.progress.iter().map(|(course, progress)| (course.to_string(), progress.attributes()));
        let item = academy.item(
            &sort(self.id),
            [
                ("email", Some(text(self.email.as_str()))),
                ("name", self.name.as_deref().map(text)),
                ("joined", self.joined.map(number)),
                ("lists", map(lists.collect())),
                ("enrollments", map(enrollments.collect())),
                ("progress", map(progress.collect())),
                ("version", Some(number(self.version.saturating_add(1)))),
            ],
        );

        Write::Put(item, guard)
    }

    fn read(id: Id, mut item: Item, version: i64) -> Result<Self> {
        let email = Email::try_from(item.need("email", Item::text)?);
        let email = email.map_err(|error| Error::Fault(format!("the email of a student {error}")))?;

        Ok(Self {
            id,
            email,
            name: item.text("name")?,
            joined: item.number("joined")?,
            lists: by_id(item.map("lists")?, |lists, name| lists.need(name, Item::number))?,
            enrollments: by_id(item.map("enrollments")?, |records, name| Record::read(records.map(name)?))?,
            progress: by_id(item.map("progress")?, |courses, name| Progress::read(courses.map(name)?))?,
            version,
        })
    }

    /// The account `id`, if it is among `found`, a member or not.
    pub(super) fn find(found: &mut Found, id: Id) -> Result<Option<Self>> {
        let read = |mut item: Item| {
            let version = item.need("version", Item::number)?;
            Self::read(id, item, version)
        };
        found.remove(&sort(id)).map(read).transpose()
    }

    /// The account `id`, if it is among `found`, of which only some attributes were read. It is to be shown and not to be
    /// written: without its version it takes nobody's place.
    pub(super) fn glimpse(found: &mut Found, id: Id) -> Result<Option<Self>> {
        found.remove(&sort(id)).map(|item| Self::read(id, item, 0)).transpose()
    }

    /// The member `id`, if it is among `found`.
    pub(super) fn member(found: &mut Found, id: Id) -> Result<Option<Self>> {
        Ok(Self::find(found, id)?.filter(|student| student.joined.is_some()))
    }
}

/// A map attribute, or nothing where it is empty.
fn map(members: Attributes) -> Option<AttributeValue> {
    (!members.is_empty()).then_some(AttributeValue::M(members))
}

fn by_id<T>(mut map: Item, read: impl Fn(&mut Item, &str) -> Result<T>) -> Result<BTreeMap<Id, T>> {
    map.names().into_iter().map(|name| Ok((id(&name)?, read(&mut map, &name)?))).collect()
}

fn attributes<const N: usize>(members: [(&str, Option<AttributeValue>); N]) -> AttributeValue {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    AttributeValue::M(members.collect::<HashMap<_, _>>())
}

impl Record {
    fn attributes(&self) -> AttributeValue {
        let revoked = self.revoked.then_some(number(1));
        attributes([("id", Some(text(self.id.to_string()))), ("at", Some(number(self.at))), ("revoked", revoked)])
    }

    fn read(mut item: Item) -> Result<Self> {
        Ok(Self {
            id: id(&item.need("id", Item::text)?)?,
            at: item.need("at", Item::number)?,
            revoked: item.number("revoked")?.is_some(),
        })
    }
}

impl Progress {
    fn attributes(&self) -> AttributeValue {
        attributes([
            ("completed", Some(number(self.completed))),
            ("total", Some(number(self.total))),
            ("completed_at", self.completed_at.map(number)),
            ("updated", Some(number(self.updated))),
        ])
    }

    fn read(mut item: Item) -> Result<Self> {
        Ok(Self {
            completed: item.need("completed", Item::number)?,
            total: item.need("total", Item::number)?,
            completed_at: item.number("completed_at")?,
            updated: item.need("updated", Item::number)?,
        })
    }
}

/// Who somebody is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Profile {
    id: Id,
    email: Email,
    name: Option<String>,
    /// Nothing in this API sets one.
    avatar_url: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    joined_at: String,
}

/// A student as lists show them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Student")]
pub struct View {
    #[serde(flatten)]
    profile: Profile,
    courses_enrolled: usize,
    enrollments: Vec<EnrollmentView>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentEnrollment")]
struct EnrollmentView {
    id: Id,
    course_id: Id,
    #[schemars(extend("format" = "date-time"))]
    enrolled_at: String,
    #[schemars(extend("format" = "date-time"))]
    completed_at: Option<String>,
}

impl Profile {
    /// Of a member.
    pub(super) fn of(student: &Student) -> Result<Self> {
        let joined = student.joined.ok_or_else(|| Error::Fault("a student is shown who is no member".to_owned()))?;

        Ok(Self {
            id: student.id,
            email: student.email.clone(),
            name: student.name.clone(),
            avatar_url: None,
            joined_at: time(joined)?,
        })
    }
}

impl View {
    /// Of a member.
    pub(super) fn of(student: &Student) -> Result<Self> {
        let mut records: Vec<_> = student.enrollments.iter().filter(|(_, record)| !record.revoked).collect();
        records.sort_by_key(|(_, record)| (record.at, record.id));
        let view = |(course, record): (&Id, &Record)| {
            let completed = student.progress.get(course).and_then(|progress| progress.completed_at);
            Ok(EnrollmentView {
                id: record.id,
                course_id: *course,
                enrolled_at: time(record.at)?,
                completed_at: completed.map(time).transpose()?,
            })
        };

        Ok(Self {
            profile: Profile::of(student)?,
            courses_enrolled: records.len(),
            enrollments: records.into_iter().map(view).collect::<Result<_>>()?,
        })
    }
}
