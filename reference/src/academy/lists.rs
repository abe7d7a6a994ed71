//! Lists of students. A course may be granted to lists: a student has it as long as they are on one of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use dynamodb::{Error, Item, Result, number, text};
use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::index::Index;
use super::register::{LISTS_MOST, Tally};
use super::store::{Academy, Found, Guard, Write, time};
use crate::Id;

/// A list to make.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewList {
    name: Name,
    #[serde(default)]
    description: Option<Description>,
}

/// A change to a list: what is left out stays.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct ListChange {
    name: Option<Name>,
    #[serde(default)]
    description: Field<Description>,
}

/// 1 to 100 characters, not blank.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = r"[^\s\x85]"))]
struct Name(String);

impl Name {
    const MAX: usize = 100;
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        let fits = text.chars().count() <= Self::MAX && !text.trim().is_empty();
        if fits { Ok(Self(text)) } else { Err("must have 1 to 100 characters") }
    }
}

/// At most 500 characters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = Self::MAX))]
struct Description(String);

impl Description {
    const MAX: usize = 500;
}

impl TryFrom<String> for Description {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        if text.chars().count() <= Self::MAX { Ok(Self(text)) } else { Err("must have at most 500 characters") }
    }
}

/// A list as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessList")]
pub struct List {
    id: Id,
    name: String,
    description: Option<String>,
    member_count: i64,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

/// The outcome of making a list.
#[derive(Clone, Debug)]
pub enum Created {
    /// It is there.
    Yes(List),
    /// There is one of that name, in whatever case.
    Taken,
    /// The academy has as many lists as it may have.
    Full {
        /// How many that is.
        most: i64,
    },
}

/// The outcome of changing a list.
#[derive(Clone, Debug)]
pub enum Changed {
    /// It is changed.
    Yes(List),
    /// There is another one of that name, in whatever case.
    Taken,
    /// There is no such list.
    NoList,
    /// The change has nothing in it.
    Nothing,
}

/// A list's item.
#[derive(Clone, Debug)]
struct Kept {
    id: Id,
    name: String,
    description: Option<String>,
    created: i64,
    updated: i64,
    version: i64,
}

const PREFIX: &str = "list#";

fn sort(id: Id) -> String {
    format!("{PREFIX}{id}")
}

/// The sort key of the item that says which list has a name.
fn claim_sort(name: &str) -> String {
    format!("name#{}", name.to_lowercase())
}

impl Academy {
    /// All lists, newest first.
    pub async fn lists(&self) -> Result<Vec<List>> {
        let (register, _) = self.open([]).await?;
        let mut found = self.find(register.lists.keys().copied().map(sort)).await?;
        let mut lists = BTreeMap::new();
        for (list, members) in &register.lists {
            // A list may have gone since the register was read.
            if let Some(kept) = Kept::find(&mut found, *list)? {
                lists.insert(Reverse((kept.created, kept.id)), kept.view(*members)?);
            }
        }

        Ok(lists.into_values().collect())
    }

    /// The list `id`.
    pub async fn list(&self, id: Id) -> Result<Option<List>> {
        let (register, mut found) = self.open([sort(id)]).await?;
        let kept = Kept::find(&mut found, id)?.zip(register.lists.get(&id));

        kept.map(|(kept, members)| kept.view(*members)).transpose()
    }

    /// Makes a list with the id `first` at `now`.
    pub async fn create_list(&self, new: NewList, now: Timestamp, first: Uuid) -> Result<Created> {
        let (at, id) = (now.as_millisecond(), Id::from(first));
        let (Name(name), description) = (new.name, new.description.map(|Description(words)| words));
        let kept = Kept { id, name, description, created: at, updated: at, version: 0 };
        let mut tries = self.tries();
        loop {
            let (register, found) = self.open([claim_sort(&kept.name)]).await?;
            if !found.is_empty() {
                return Ok(Created::Taken);
            }
            if i64::try_from(register.lists.len()).unwrap_or(i64::MAX) >= LISTS_MOST {
                return Ok(Created::Full { most: LISTS_MOST });
            }
            let tally = Tally { opened: Some(id), ..Tally::default() };
            if self.commit(&tally, vec![kept.put(self), kept.claim(self)]).await? {
                self.sweep(register.gone).await;
                return kept.view(0).map(Created::Yes);
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Makes `change` to the list `id` at `now`.
    pub async fn change_list(&self, id: Id, change: &ListChange, now: Timestamp) -> Result<Changed> {
        if change.name.is_none() && matches!(change.description, Field::LeftOut) {
            return Ok(Changed::Nothing);
        }
        let new_claim = change.name.as_ref().map(|Name(name)| claim_sort(name));
        let sorts: Vec<_> = new_claim.iter().cloned().chain([sort(id)]).collect();
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open(sorts.iter().cloned()).await?;
            let kept = Kept::find(&mut found, id)?.zip(register.lists.get(&id));
            let Some((mut kept, members)) = kept else { return Ok(Changed::NoList) };
            let old_claim = claim_sort(&kept.name);
            let moved = new_claim.as_ref().is_some_and(|new| *new != old_claim);
            if moved && new_claim.as_ref().is_some_and(|new| found.contains_key(new)) {
                return Ok(Changed::Taken);
            }
            if let Some(Name(name)) = &change.name {
                kept.name.clone_from(name);
            }
            let description = change.description.clone().applied(kept.description.take().map(Description));
            kept.description = description.map(|Description(words)| words);
            kept.updated = now.as_millisecond();
            let mut writes = vec![kept.put(self)];
            if moved {
                writes.extend([Write::Delete(old_claim, Guard::None), kept.claim(self)]);
            }
            if self.write(writes).await? {
                return kept.view(*members).map(Changed::Yes);
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Deletes the list `id`: from then on it grants nothing. `false`: there is none.
    ///
    /// Its members' places are swept up afterwards. Whatever a failure leaves behind takes up room, but nobody can see it,
    /// and whoever makes or deletes a list next sweeps it up.
    pub async fn delete_list(&self, id: Id) -> Result<bool> {
        let mut tries = self.tries();
        loop {
            let (mut register, mut found) = self.open([sort(id)]).await?;
            let Some(kept) = Kept::find(&mut found, id)? else {
                self.sweep(register.gone).await;
                return Ok(false);
            };
            let tally = Tally { closed: Some(id), ..Tally::default() };
            let writes = vec![
                Write::Delete(sort(id), Guard::Version(kept.version)),
                Write::Delete(claim_sort(&kept.name), Guard::None),
            ];
            if self.commit(&tally, writes).await? {
                register.gone.insert(id);
                self.sweep(register.gone).await;
                return Ok(true);
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Sweeps up what is left of `lists`, which are gone, as long as there is time. The answer does not depend on it.
    async fn sweep(&self, lists: BTreeSet<Id>) {
        for list in lists {
            if let Err(error) = self.sweep_list(list).await {
                tracing::warn!("cleaning up after a deleted list failed: {error}");
            }
        }
    }

    /// Sweeps up what is left of the order of members of `list`, and notes that it has.
    async fn sweep_list(&self, list: Id) -> Result<()> {
        let (tries, mut after) = (self.tries(), None);
        while !tries.are_over() {
            let (places, end) = self.places(Index::Members(list), after).await?;
            self.erase(places).await?;
            if end.is_none() {
                return self.note_swept(list).await;
            }
            after = end;
        }

        Ok(())
    }
}

impl Kept {
    fn find(found: &mut Found, id: Id) -> Result<Option<Self>> {
        found.remove(&sort(id)).map(|item| Self::read(id, item)).transpose()
    }

    fn read(id: Id, mut item: Item) -> Result<Self> {
        Ok(Self {
            id,
            name: item.need("name", Item::text)?,
            description: item.text("description")?,
            created: item.need("created", Item::number)?,
            updated: item.need("updated", Item::number)?,
            version: item.need("version", Item::number)?,
        })
    }

    fn put(&self, academy: &Academy) -> Write {
        let item = academy.item(
            &sort(self.id),
            [
                ("name", Some(text(&self.name))),
                ("description", self.description.as_deref().map(text)),
                ("created", Some(number(self.created))),
                ("updated", Some(number(self.updated))),
                ("version", Some(number(self.version.saturating_add(1)))),
            ],
        );

        Write::Put(item, if self.version == 0 { Guard::Absent } else { Guard::Version(self.version) })
    }

    fn claim(&self, academy: &Academy) -> Write {
        let list = Some(text(self.id.to_string()));
        Write::Put(academy.item(&claim_sort(&self.name), [("list", list)]), Guard::Absent)
    }

    fn view(&self, member_count: i64) -> Result<List> {
        Ok(List {
            id: self.id,
            name: self.name.clone(),
            description: self.description.clone(),
            member_count,
            created_at: time(self.created)?,
            updated_at: time(self.updated)?,
        })
    }
}
