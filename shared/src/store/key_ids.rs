//! Whose a key is, by its id alone: for the operator, who finds ids in logs. Nobody else asks by an id without its organization.
//!
//! The item of an id stays when its key is revoked.

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put};
use dynamodb::{Committed, Conditional as _, Error, Item, Result, SCHEMA, Tries, number, text};

use super::{Attributes, Keys, attributes, is_new, parsed};
use crate::registry::key::{Id, Key};
use crate::registry::slug::Slug;

/// The version of the layout of such items.
const LAYOUT: i64 = 1;

pub(super) fn place(id: &Id) -> Attributes {
    attributes([("pk", Some(text(format!("key#{id}")))), ("sk", Some(text("key")))])
}

fn item(org: &Slug, id: &Id) -> Attributes {
    let mut item = place(id);
    item.extend(attributes([("org", Some(text(org.as_str()))), (SCHEMA, Some(number(LAYOUT)))]));

    item
}

/// Whose the key is that `note` is about.
fn organization(mut note: Item) -> Result<Slug> {
    note.schema(LAYOUT)?;

    parsed(&mut note, "org")
}

impl Keys {
    /// How many ids are noted at once: a transaction has a hundred members, and one of them is about the organization.
    pub const NOTED_AT_ONCE: u32 = 99;

    /// The organization that the key `id` belongs to, or belonged to; `None` for a key that was made before ids were noted, until
    /// [`Keys::note_ids`] comes to it.
    pub async fn organization_of(&self, id: &Id) -> Result<Option<Slug>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(place(id))).consistent_read(true);

        request.send().await?.item.map(|note| organization(note.into())).transpose()
    }

    /// Those of `ids`, at most 100, that belong to a key of any organization, or belonged to one.
    pub(crate) async fn noted(&self, ids: &[Id]) -> Result<Vec<Id>> {
        Ok(self.notes(ids).await?.into_iter().map(|(id, _)| id).collect())
    }

    /// Forgets whose the keys `ids` were, at most 100, where they were those of `org`: a key with an id of a revoked one can be another's by now.
    pub(super) async fn forget_ids(&self, org: &Slug, ids: impl IntoIterator<Item = &Id>) -> Result<()> {
        let mut own = Vec::new();
        for (id, note) in self.notes(ids).await? {
            match organization(note) {
                Ok(of) if of == *org => own.push(place(&id)),
                Ok(_) => (),
                Err(error) => tracing::warn!("whose {id} is stays noted: {error}"),
            }
        }

        dynamodb::batch_delete(&self.client, &self.table, own).await
    }

    /// What is noted of `ids`, at most 100.
    async fn notes(&self, ids: impl IntoIterator<Item = &Id>) -> Result<Vec<(Id, Item)>> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(ids.into_iter().map(place).collect()));
        let found = dynamodb::batch_get(&self.client, &self.table, wanted).await?.into_iter().map(|mut note| {
            let partition = note.need("pk", Item::text)?;
            let id = partition.strip_prefix("key#").map(|id| Id::try_from(id.to_owned()));
            let id = id.and_then(std::result::Result::ok);
            Ok((id.ok_or_else(|| Error::Fault(format!("{partition} is no key's")))?, note))
        });

        found.collect()
    }

    /// Notes that the keys `ids`, at most [`Keys::NOTED_AT_ONCE`], are those of `org`, whether that is noted or not. `false`: nothing is
    /// noted of an organization that is being deleted.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn note_ids(&self, org: &Slug, ids: &[Id], tries: &mut Tries) -> Result<bool> {
        let mut transaction = self.transaction().with("organization", self.still_there(org)?);
        for id in ids {
            transaction =
                transaction.with("id", Put::builder().table_name(&self.table).set_item(Some(item(org, id))).build()?);
        }

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// The member of a transaction that notes the id of a new key. It fails where there is such a key already.
    pub(super) fn id_noted(&self, key: &Key) -> Result<Put> {
        Ok(Put::builder().table_name(&self.table).set_item(Some(item(&key.org, &key.id))).when(is_new()).build()?)
    }
}
