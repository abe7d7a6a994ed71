//! A key's next secret, in the keys table.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use dynamodb::{Reason, Result, number};
use jiff::Timestamp;

use super::idempotency::Keep;
use super::keys::{secret_item, secret_of, write};
use super::passes::Succession;
use super::{Keys, names};
use crate::audit::Entry;
use crate::key::{Digest, Key, Previous};

/// What became of an attempt to replace a key's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The new one works, and the old one as long as it was said.
    Yes,
    /// The key is not any more what it was read as, or the request was carried out meanwhile: look again.
    Changed,
}

impl Keys {
    /// `key` with the secret that `new` stands for; the one that it has goes on until `ends`.
    pub(crate) fn succeeded(key: &Key, new: Digest, ends: Option<Timestamp>) -> Key {
        let previous = ends.map(|until| Previous { digest: key.digest, until });

        Key { digest: new, previous, version: key.version.saturating_add(1), ..key.clone() }
    }

    /// Writes `after`, which [`Keys::succeeded`] made of `before`: the secret, its pass and the counters in it. Once this has
    /// returned, no request is let in with a secret whose time is over; one before the old one is over at any rate.
    pub(crate) async fn succeed(
        &self,
        before: &Key,
        after: &Key,
        entry: &Entry,
        keep: Option<Keep<'_>>,
    ) -> Result<Replaced> {
        let now = entry.at;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(write(after)))
            .condition_expression("#version = :seen")
            .set_expression_attribute_names(Some(names(["version"])))
            .expression_attribute_values(":seen", number(before.version))
            .build()?;
        let secret = Put::builder()
            .table_name(&self.table)
            .set_item(Some(secret_item(after)))
            .condition_expression("attribute_not_exists(#pk)")
            .set_expression_attribute_names(Some(names(["pk"])))
            .build()?;
        let succession = Succession {
            old: before.digest,
            new: after.digest,
            ends: after.previous.map(|previous| previous.until),
            version: after.version,
        };
        let predecessor = self.passes.predecessor(&before.digest).await?;
        let [close, lay_out] = self.passes.succeeded(&succession, predecessor.as_ref(), now)?;
        let mut transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().put(secret).build())
            .transact_items(close)
            .transact_items(lay_out)
            .transact_items(self.audited(entry)?);
        if after.previous.is_none() {
            transaction = transaction.transact_items(self.secret_deleted(&before.digest)?);
        }
        if let Some(Previous { digest, .. }) = before.previous {
            transaction = transaction
                .transact_items(self.secret_deleted(&digest)?)
                .transact_items(self.passes.cut_short(&digest, &before.digest, now)?);
        }
        if let Some(keep) = keep {
            transaction = transaction.transact_items(self.keeping(&after.org, keep, now)?);
        }
        match transaction.send().await {
            Ok(_) => Ok(Replaced::Yes),
            Err(error) => Reason::each(error).map(|_| Replaced::Changed),
        }
    }

    /// The member of a transaction that forgets whose secret `digest` stands for.
    pub(super) fn secret_deleted(&self, digest: &Digest) -> Result<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(secret_of(digest))).build()?;

        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}
