//! Giving back what was used with a key, or by all keys of an organization together, in the keys table.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Conditional as _, Result, Tries};
use serde_json::json;

use super::alerts::Memo;
use super::key_item::write;
use super::keys::Replaced;
use super::passes::Used;
use super::warrant::Warrant;
use super::{Keys, read_as};
use crate::contract::limit::Window;
use crate::registry::audit::Action;
use crate::registry::counts::Counts;
use crate::registry::key::Key;

impl Keys {
    /// Removes every counter of the key, which was read as `before`: `after` is the same of the next version. What is counted
    /// once this has returned counts from nothing. What was counted before is in the audit row.
    pub(crate) async fn reset(
        &self,
        before: &Key,
        after: &Key,
        warrant: Warrant<'_>,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        let author = warrant.author;
        let now = author.at;
        let Some(used) = self.passes.used(&after.digest, tries).await? else { return Ok(Replaced::Changed) };
        let told = tries.run(|| self.watched(&after.org, &after.id)).await?;
        let states = [&used, &Used::default()].map(|used| Some(json!({"used": self.passes.shown(used, now)})));
        let entry = author.did(Action::KeyReset, &after.org, Some(&after.id), states);
        let put = Put::builder().table_name(&self.table).set_item(Some(write(after)?));
        let mut transaction = self
            .transaction()
            .with("key", put.when(read_as(before.version).and(warrant.of_key(&after.id))).build()?)
            .with("pass", self.passes.given_back(&after.digest, &used, after.version, now)?);
        let mut forgotten = told.value.clone();
        forgotten.give_back(now);
        if forgotten != told.value {
            transaction =
                transaction.with("memo", self.remembering(&after.org, &Memo::Key(after, told.with(forgotten)))?);
        }
        let transaction = warrant.sealed(self, transaction, Some(&after.id), &entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }

    /// Removes every counter that all keys of the organization share. What is counted once this has returned counts from nothing. What was
    /// counted when it was read is in the audit row.
    pub(crate) async fn reset_shared(&self, warrant: Warrant<'_>, tries: &mut Tries) -> Result<Replaced> {
        let Warrant { author, org } = warrant;
        let used = tries.run(|| self.passes.counted_together(&org.slug)).await?;
        // Nothing is counted in windows that are not shared.
        let is_shared = |window: &Window| used.iter().any(|(of, _, _)| of == *window);
        let windows: Vec<_> = Window::ALL.into_iter().filter(is_shared).collect();
        let states = [&used, &Counts::default()].map(|used| Some(json!({"used": used.shown(&windows, author.at)})));
        let entry = author.did(Action::OrganizationReset, &org.slug, None, states);
        let transaction = self.transaction().with("shared", self.passes.without_shared(&org.slug)?);
        let transaction = warrant.sealed(self, transaction, None, &entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }
}
