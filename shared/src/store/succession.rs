//! A key's next secret, in the keys table.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Conditional as _, Result, Tries};
use jiff::Timestamp;

use super::idempotency::Keep;
use super::key_item::write;
use super::keys::Replaced;
use super::passes::Succession;
use super::warrant::Warrant;
use super::{Keys, read_as};
use crate::contract::secret::Digest;
use crate::registry::audit::Action;
use crate::registry::key::{Key, Predecessor, Previous, Status, View};

impl Keys {
    /// `key` with a new secret since `now`, by its digest and its hint; its current secret keeps working until `ends`.
    pub(crate) fn succeeded(
        key: &Key,
        (digest, hint): (Digest, Option<String>),
        ends: Option<Timestamp>,
        now: Timestamp,
    ) -> Key {
        let previous = ends.map(|until| Previous { digest: key.digest, until });
        let predecessor = Some(Predecessor { digest: key.digest, at: now });

        // With another secret, there is no reason for a quarantine.
        let status = if key.status == Status::Quarantined { Status::Active } else { key.status };

        Key { digest, hint, previous, predecessor, status, version: key.version.saturating_add(1), ..key.clone() }
    }

    /// `key` without its old secret.
    pub(crate) fn alone(key: &Key) -> Key {
        Key { previous: None, version: key.version.saturating_add(1), ..key.clone() }
    }

    /// Ends the old secret of the key before its time: `after` is `before` without it, as [`Keys::alone`] has made it. Once this has returned, no request is
    /// let in with it.
    pub(crate) async fn end_overlap(
        &self,
        before: &Key,
        after: &Key,
        warrant: Warrant<'_>,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        let author = warrant.author;
        let now = author.at;
        let states = [before, after].map(|key| Some(View::in_full(key, now)));
        let entry = author.did(Action::KeyChanged, &after.org, Some(&after.id), states);
        let put = Put::builder().table_name(&self.table).set_item(Some(write(after)?));
        let mut transaction =
            self.transaction().with("key", put.when(read_as(before.version).and(warrant.of_key(&after.id))).build()?);
        if let Some(Previous { digest, .. }) = before.previous {
            transaction = transaction
                .with("secret", self.secret_ended(&digest, after, now)?)
                .with("pass", self.passes.cut_short(&digest, &before.digest, now)?);
        }
        let transaction = warrant.sealed(self, transaction, Some(&after.id), &entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }

    /// Writes `after`, which [`Keys::succeeded`] made of `before`: the secret, its pass and the counters in it. Once
    /// this has returned, no request is let in with a secret whose time is over. A secret older than the one replaced
    /// is over in any case.
    pub(crate) async fn succeed(
        &self,
        before: &Key,
        after: &Key,
        warrant: Warrant<'_>,
        keep: Option<Keep<'_>>,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        let author = warrant.author;
        let now = author.at;
        let states = [before, after].map(|key| Some(View::in_full(key, now)));
        let entry = author.did(Action::KeyRegenerated, &after.org, Some(&after.id), states);
        let succession = Succession {
            old: before.digest,
            new: after.digest,
            ends: after.previous.map(|previous| previous.until),
            version: after.version,
        };
        let predecessor = self.passes.predecessor(&before.digest, tries).await?;
        // Where the old secret was not used yet, the one before it is the last that was.
        let last = predecessor.unwrap_or(before.digest);
        let after = &Key { predecessor: Some(Predecessor { digest: last, at: now }), ..after.clone() };
        let (close, lay_out) = self.passes.succeeded(&succession, predecessor.as_ref(), now)?;
        let put = Put::builder().table_name(&self.table).set_item(Some(write(after)?));
        let mut transaction = self
            .transaction()
            .with("key", put.when(read_as(before.version).and(warrant.of_key(&after.id))).build()?)
            .with("secret", self.secret_taken(after)?)
            .with("pass", close)
            .with("pass", lay_out);
        if after.previous.is_none() {
            transaction = transaction.with("secret", self.secret_ended(&before.digest, after, now)?);
        }
        if let Some(Previous { digest, .. }) = before.previous {
            transaction = transaction
                .with("secret", self.secret_ended(&digest, after, now)?)
                .with("pass", self.passes.cut_short(&digest, &before.digest, now)?);
        }
        transaction = self.reminding(transaction, Some(before), after)?;
        if let Some(keep) = keep {
            transaction = transaction.with("kept", self.keeping(&after.org, keep, now)?);
        }
        let transaction = warrant.sealed(self, transaction, Some(&after.id), &entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }
}
