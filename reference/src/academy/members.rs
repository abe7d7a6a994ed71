//! The members of a list, by email, as other programs know people. People who are not in the academy yet are added to
//! it.

use std::collections::BTreeSet;

use dynamodb::{Error, Result};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::change::{Change, Join, Person, What};
use super::index::Index;
use super::register::Tally;
use super::store::{Academy, MOST_WRITES, time};
use super::student::{self, Profile, Student};
use crate::page::{Filling, Page, Pagination};
use crate::{Email, Id, NewIds};

/// People to put on a list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewMembers")]
pub struct Emails {
    emails: Some100,
}

/// 1 to 100 emails, each once, whatever its case.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Email>")]
#[schemars(inline, extend("minItems" = 1, "maxItems" = Self::MAX))]
struct Some100(Vec<Email>);

impl Some100 {
    const MAX: usize = 100;
}

impl TryFrom<Vec<Email>> for Some100 {
    type Error = &'static str;

    fn try_from(emails: Vec<Email>) -> std::result::Result<Self, &'static str> {
        if !(1..=Self::MAX).contains(&emails.len()) {
            return Err("must name 1 to 100 emails");
        }
        let mut seen = BTreeSet::new();

        Ok(Self(emails.into_iter().filter(|email| seen.insert(email.key())).collect()))
    }
}

/// The people who are members now, and those who already were, as they were named.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "JoinedMembers")]
pub struct Joined {
    added: Vec<Email>,
    already_members: Vec<Email>,
}

/// Somebody on a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListMember")]
pub struct Member {
    #[serde(flatten)]
    profile: Profile,
    #[schemars(extend("format" = "date-time"))]
    added_at: String,
}

impl Member {
    fn of(student: &Student, since: i64) -> Result<Self> {
        Ok(Self { profile: Profile::of(student)?, added_at: time(since)? })
    }
}

/// The outcome of putting people on a list.
#[derive(Clone, Debug)]
pub enum Gained {
    /// They are on it, now or already.
    Yes(Joined),
    /// There is no such list.
    NoList,
    /// The academy has no room for all those who are not in it yet.
    Full,
}

/// The outcome of taking somebody off a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// They are off it; this is who it was.
    Yes(Id),
    /// There is no such list.
    NoList,
    /// They are not on it.
    NoMember,
}

impl Academy {
    /// A page of the members of `list`, the last to come first. `None`: there is no such list.
    pub async fn members(&self, list: Id, page: Page) -> Result<Option<(Vec<Member>, Pagination)>> {
        let (register, _) = self.open([]).await?;
        let Some(total) = register.lists.get(&list).copied() else { return Ok(None) };
        let ids = self.page(Index::Members(list), page, total).await?;
        let place = list.to_string();
        let since: &[&str] = &["lists", &place];
        let shown = [&student::PROFILE[..], &[since]].concat();
        let mut filling = Filling::new(page, total);
        for part in ids.chunks(register.students_at_once()) {
            let mut found = self.find_parts(part.iter().copied().map(student::sort), &shown).await?;
            for id in part {
                // A member may have gone since their place was read.
                let student = Student::glimpse(&mut found, *id)?;
                let member = student.and_then(|student| Some((student.lists.get(&list).copied()?, student)));
                let member = member.map(|(since, student)| Member::of(&student, since)).transpose()?;
                if !filling.has_room_for(member)? {
                    return Ok(Some(filling.done()));
                }
            }
        }

        Ok(Some(filling.done()))
    }

    /// Puts people on `list` at `now`, if the academy has no more than `most` students then; ids begin with `first`.
    pub async fn add_members(
        &self,
        list: Id,
        Emails { emails: Some100(emails) }: &Emails,
        most: Option<i64>,
        now: Timestamp,
        first: Uuid,
    ) -> Result<Gained> {
        let ids = NewIds::from(first);
        let mut tries = self.tries();
        loop {
            let (register, _) = self.open([]).await?;
            if !register.lists.contains_key(&list) {
                return Ok(Gained::NoList);
            }
            let mut claims = self.find(emails.iter().map(student::claim_sort)).await?;
            let mut people = Vec::new();
            for (email, place) in emails.iter().zip(1..) {
                let id = student::claimed(&mut claims, email)?.unwrap_or_else(|| ids.get(place));
                people.push(Person { id, email: email.clone() });
            }
            let mut students = self.students_by(people.iter().map(|person| person.id), &register).await?;
            self.forget_lists(&register, students.values_mut()).await?;
            let is_there = |person: &Person| students.get(&person.id).is_some_and(|it| it.lists.contains_key(&list));
            let (there, coming): (Vec<_>, Vec<_>) = people.into_iter().partition(is_there);
            let is_new = |person: &&Person| students.get(&person.id).is_none_or(|it| it.joined.is_none());
            let [new, more] = [coming.iter().filter(is_new).count(), coming.len()]
                .map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            if new > 0 && most.is_some_and(|most| register.students.saturating_add(new) > most) {
                return Ok(Gained::Full);
            }
            let emails = |people: &[Person]| people.iter().map(|person| person.email.clone()).collect();
            let joined = Joined { added: emails(&coming), already_members: emails(&there) };
            if coming.is_empty() {
                return Ok(Gained::Yes(joined));
            }
            let join = Join { list, at: now.as_millisecond(), people: coming };
            let writes = join.writes(self, &join.people, &mut students);
            let fits = writes.len() <= MOST_WRITES && join.people.len() <= register.students_at_once();
            let members = vec![(list, more)];
            let tally =
                Tally { students: new, students_most: most, members, version: register.version, ..Tally::default() };
            let change = Change::new(ids.get(0), What::Join(join));
            if self.commit_or_begin(tally, fits.then_some(writes), change).await? {
                return Ok(Gained::Yes(joined));
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Takes the student with `email` off `list`. They stay in the academy.
    pub async fn remove_member(&self, list: Id, email: &Email) -> Result<Left> {
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([student::claim_sort(email)]).await?;
            if !register.lists.contains_key(&list) {
                return Ok(Left::NoList);
            }
            let Some(id) = student::claimed(&mut found, email)? else { return Ok(Left::NoMember) };
            let mut found = self.find([student::sort(id)]).await?;
            let Some(mut student) = Student::member(&mut found, id)? else { return Ok(Left::NoMember) };
            let Some(since) = student.lists.remove(&list) else { return Ok(Left::NoMember) };
            self.forget_lists(&register, [&mut student]).await?;
            let writes = vec![student.put(self), Index::Members(list).remove(id, since)];
            let tally = Tally { members: vec![(list, -1)], ..Tally::default() };
            if self.commit(&tally, writes).await? {
                return Ok(Left::Yes(id));
            }
            tries.again(Error::Contended).await?;
        }
    }
}
