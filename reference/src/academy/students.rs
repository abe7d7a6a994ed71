//! Students as an academy's own programs manage them: listed, added with courses and lists in one request, looked at, and
//! removed.

use std::collections::{BTreeMap, BTreeSet};

use dynamodb::{Error, Result};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Enrollment;
use super::access::{self, StudentInFull};
use super::change::{Change, Leave, What};
use super::courses::{self, CourseInFull};
use super::index::Index;
use super::register::{Register, Tally};
use super::store::{Academy, MOST_WRITES, Write};
use super::student::{self, Student, View};
use crate::label::Label;
use crate::page::{Filling, Page, Pagination};
use crate::{Email, Id, NewIds};

/// Somebody to add.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStudent {
    email: Email,
    name: Option<Label>,
    /// The courses to enroll them in.
    #[serde(default)]
    course_ids: Chosen,
    /// The lists to put them on.
    #[serde(default)]
    list_ids: Chosen,
}

/// At most 50 ids, each once.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Id>")]
#[schemars(inline, extend("maxItems" = Self::MAX))]
struct Chosen(Vec<Id>);

impl Chosen {
    const MAX: usize = 50;
}

impl TryFrom<Vec<Id>> for Chosen {
    type Error = &'static str;

    fn try_from(ids: Vec<Id>) -> std::result::Result<Self, &'static str> {
        if ids.len() > Self::MAX {
            return Err("must name at most 50");
        }
        let mut seen = BTreeSet::new();

        Ok(Self(ids.into_iter().filter(|id| seen.insert(*id)).collect()))
    }
}

/// The outcome of adding somebody.
#[derive(Clone, Debug)]
pub enum Added {
    /// They are a member now.
    Yes(Welcome),
    /// They were one already.
    AlreadyMember,
    /// The academy has as many students as it may have.
    Full,
    /// Some courses do not exist or are not published.
    InvalidCourses,
    /// Some lists do not exist.
    InvalidLists,
}

/// Somebody who was added.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddedStudent")]
pub struct Welcome {
    id: Id,
    email: Email,
    name: Option<String>,
    #[serde(rename = "membershipStatus")]
    membership_status: MembershipStatus,
    enrollments: Vec<Enrollment>,
}

/// How somebody became a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum MembershipStatus {
    /// They were not known.
    Created,
    /// They had been a member before.
    Reactivated,
}

impl Academy {
    /// A page of the students, the last to join first. It ends early where an answer has room for no more.
    pub async fn students(&self, page: Page) -> Result<(Vec<View>, Pagination)> {
        let (register, _) = self.open([]).await?;
        let ids = self.page(Index::Students, page, register.students).await?;
        let shown = [&student::PROFILE[..], &[&["enrollments"], &["progress"]]].concat();
        let mut filling = Filling::new(page, register.students);
        for part in ids.chunks(register.students_at_once()) {
            let mut found = self.find_parts(part.iter().copied().map(student::sort), &shown).await?;
            for id in part {
                // A student may have gone since their place was read.
                let student = Student::glimpse(&mut found, *id)?.filter(|student| student.joined.is_some());
                if !filling.has_room_for(student.map(|student| View::of(&student)).transpose()?)? {
                    return Ok(filling.done());
                }
            }
        }

        Ok(filling.done())
    }

    /// The accounts with these ids, where `register` says how much they can have.
    pub(super) async fn students_by(
        &self,
        ids: impl Iterator<Item = Id>,
        register: &Register,
    ) -> Result<BTreeMap<Id, Student>> {
        let ids: Vec<_> = ids.collect();
        let mut students = BTreeMap::new();
        for part in ids.chunks(register.students_at_once()) {
            let mut found = self.find(part.iter().copied().map(student::sort)).await?;
            for id in part {
                students.extend(Student::find(&mut found, *id)?.map(|student| (*id, student)));
            }
        }

        Ok(students)
    }

    /// Writes `student` in the place of the one that was read with `register`, or after it. `false`: somebody else has
    /// changed them.
    pub(super) async fn change(&self, register: &Register, mut student: Student) -> Result<bool> {
        self.forget_lists(register, [&mut student]).await?;

        self.write(vec![student.put(self)]).await
    }

    /// Takes the lists that are gone off `students`, who are about to be written.
    pub(super) async fn forget_lists<'a>(
        &self,
        register: &Register,
        students: impl IntoIterator<Item = &'a mut Student>,
    ) -> Result<()> {
        let is_there = |list: &Id| register.lists.contains_key(list);
        let named: Vec<_> = students.into_iter().filter(|student| !student.lists.keys().all(is_there)).collect();
        if named.is_empty() {
            return Ok(());
        }
        // The register may have been read before the students, and lists made in between. No list comes back: one that
        // the register lacks now, after they were read, is gone.
        let now = self.register().await?;
        for student in named {
            student.forget_lists_but(&now.lists);
        }

        Ok(())
    }

    /// The student `id`, with everything that they have access to.
    pub async fn student(&self, id: Id) -> Result<Option<StudentInFull>> {
        let (register, mut found) = self.open([student::sort(id)]).await?;
        let Some(student) = Student::member(&mut found, id)? else { return Ok(None) };
        let on_lists = student.lists.keys().any(|list| register.lists.contains_key(list));
        let courses = if on_lists {
            // Any course may be granted to one of their lists.
            self.all_courses().await?
        } else {
            let sorts = student.enrollments.keys().chain(student.progress.keys()).map(|course| courses::sort(*course));
            self.find(sorts)
                .await?
                .into_iter()
                .map(|(sort, item)| CourseInFull::read(&sort, item))
                .collect::<Result<_>>()?
        };

        access::view(&student, &register, courses).map(Some)
    }

    /// Adds `new` at `now`, if there are fewer than `most` students; ids begin with `first`.
    pub async fn add(&self, new: NewStudent, most: Option<i64>, now: Timestamp, first: Uuid) -> Result<Added> {
        let (at, ids) = (now.as_millisecond(), NewIds::from(first));
        let wanted = new.course_ids.0.iter().map(|course| courses::sort(*course));
        let sorts: Vec<_> = wanted.chain([student::claim_sort(&new.email)]).collect();
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open(sorts.iter().cloned()).await?;
            let courses = new.course_ids.0.iter().map(|course| CourseInFull::find(&mut found, *course));
            let courses: Vec<_> = courses.collect::<Result<_>>()?;
            let courses: Option<Vec<_>> =
                courses.into_iter().map(|course| course.filter(CourseInFull::is_published)).collect();
            let Some(courses) = courses else { return Ok(Added::InvalidCourses) };
            if !new.list_ids.0.iter().all(|list| register.lists.contains_key(list)) {
                return Ok(Added::InvalidLists);
            }
            let account = match student::claimed(&mut found, &new.email)? {
                None => None,
                Some(id) => self.students_by(std::iter::once(id), &register).await?.remove(&id),
            };
            if account.as_ref().is_some_and(|account| account.joined.is_some()) {
                return Ok(Added::AlreadyMember);
            }
            if most.is_some_and(|most| register.students >= most) {
                return Ok(Added::Full);
            }
            let membership_status =
                if account.is_some() { MembershipStatus::Reactivated } else { MembershipStatus::Created };
            let mut student = account.unwrap_or_else(|| Student::new(ids.get(0), new.email.clone()));
            let mut writes = Vec::new();
            if student.version == 0 {
                writes.push(student.claim(self));
            }
            student.join(new.email.clone(), at);
            student.name = new.name.as_ref().map(|name| name.as_str().to_owned()).or(student.name);
            student.lists = new.list_ids.0.iter().map(|list| (*list, at)).collect();
            let enroll = |(course, place): (&CourseInFull, u64)| {
                Enrollment::new(student.enroll(course.id(), ids.get(place), at), course)
            };
            let enrollments = courses.iter().zip(1..).map(enroll).collect();
            writes.push(Index::Students.add(self, student.id, at));
            writes.extend(new.list_ids.0.iter().map(|list| Index::Members(*list).add(self, student.id, at)));
            writes.push(student.put(self));
            let members = new.list_ids.0.iter().map(|list| (*list, 1)).collect();
            let version = register.version;
            let tally = Tally { students: 1, students_most: most, members, version, ..Tally::default() };
            if self.commit(&tally, writes).await? {
                let Student { id, email, name, .. } = student;
                return Ok(Added::Yes(Welcome { id, email, name, membership_status, enrollments }));
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Ends the membership of the student `id`, under the id `first` where that takes more than one transaction. `false`:
    /// there is no such student.
    pub async fn remove(&self, id: Id, first: Uuid) -> Result<bool> {
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([student::sort(id)]).await?;
            let Some(mut student) = Student::member(&mut found, id)? else { return Ok(false) };
            let Some(joined) = student.joined else { return Ok(false) };
            // Places on lists that are gone went with the lists.
            self.forget_lists(&register, [&mut student]).await?;
            let lists: Vec<_> = student.lists.iter().map(|(list, since)| (*list, *since)).collect();
            let members = lists.iter().map(|(list, _)| (*list, -1)).collect();
            let leave = Leave { student: id, joined, lists };
            let tally = Tally { students: -1, members, version: register.version, ..Tally::default() };
            let mut writes = leave.writes(self, student);
            writes.extend(Leave::unlist(id, &leave.lists));
            let fits = writes.len() <= MOST_WRITES;
            let change = Change::new(first.into(), What::Leave(leave));
            if self.commit_or_begin(tally, fits.then_some(writes), change).await? {
                return Ok(true);
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Makes `writes` in one transaction. Without any, which are too many for one then, it begins `change`, which stands
    /// for them, and carries it out.
    pub(super) async fn commit_or_begin(
        &self,
        tally: Tally<'_>,
        writes: Option<Vec<Write>>,
        change: Change,
    ) -> Result<bool> {
        if let Some(writes) = writes {
            return self.commit(&tally, writes).await;
        }
        let begun = self.begin(tally, &change).await?;
        // A first attempt whose answer was lost may have begun it; then the second one met it.
        let begun = begun || self.is_under_way(&change).await?;
        if begun && self.open([]).await?.0.has_called_off(&change) {
            return Err(Error::Fault("a change of an academy could not be carried out whole".to_owned()));
        }

        Ok(begun)
    }
}
