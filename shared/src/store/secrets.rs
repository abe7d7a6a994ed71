//! Secrets in the keys table: the key that a digest stands for, or stood for until it was ended. An ended one stays for
//! good: it lets nobody in, and its digest is never taken again.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put};
use dynamodb::{Conditional as _, Error, Item, Result, SCHEMA, number, text};
use jiff::Timestamp;

use super::{Attributes, Keys, attributes, is_new, parsed, time};
use crate::contract::secret::Digest;
use crate::registry::key::{Id, Key};
use crate::registry::slug::Slug;

/// The version of the layout of secrets.
const LAYOUT: i64 = 1;

/// The owner of the secret that a digest stands for.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Its organization.
    pub org: Slug,
    /// The key.
    pub key: Id,
    /// When it was revoked or replaced, if it was.
    pub ended: Option<Timestamp>,
}

fn secret_of(digest: &Digest) -> Attributes {
    attributes([("pk", Some(text(format!("secret#{digest}")))), ("sk", Some(text("secret")))])
}

impl Keys {
    /// The owner of the secret that `digest` stands for, or stood for.
    pub async fn holder(&self, digest: &Digest) -> Result<Option<Holder>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(secret_of(digest)));
        let secret = request.consistent_read(true).send().await?.item;

        secret.map(|secret| read(secret.into())).transpose()
    }

    /// The owners of those secrets that `digests` stand for, or stood for: at most 100 of them, each once.
    pub(crate) async fn holders(&self, digests: &[Digest]) -> Result<HashMap<Digest, Holder>> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(digests.iter().map(secret_of).collect()));
        let found = dynamodb::batch_get(&self.client, &self.table, wanted).await?.into_iter().map(|mut item| {
            let partition = item.need("pk", Item::text)?;
            let digest = partition.strip_prefix("secret#").and_then(Digest::from_hexadecimal);
            let digest = digest.ok_or_else(|| Error::Fault(format!("{partition} is no secret's")))?;
            Ok((digest, read(item)?))
        });

        found.collect()
    }

    /// The member of a transaction that gives `key` its secret. It fails where the digest is taken, or was.
    pub(super) fn secret_taken(&self, key: &Key) -> Result<Put> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item(&key.digest, &key.org, &key.id, None)));

        Ok(put.when(is_new()).build()?)
    }

    /// The member of a transaction that ends the secret of `key` that `digest` stands for, for good.
    pub(super) fn secret_ended(&self, digest: &Digest, key: &Key, now: Timestamp) -> Result<Put> {
        Ok(Put::builder().table_name(&self.table).set_item(Some(item(digest, &key.org, &key.id, Some(now)))).build()?)
    }
}

fn read(mut secret: Item) -> Result<Holder> {
    secret.schema(LAYOUT)?;

    Ok(Holder {
        org: parsed(&mut secret, "org")?,
        key: parsed(&mut secret, "key")?,
        ended: secret.number("ended")?.map(time).transpose()?,
    })
}

/// The secret that `digest` stands for, of the key `key` of `org`; `ended` then, if it was.
pub(super) fn item(digest: &Digest, org: &Slug, key: &Id, ended: Option<Timestamp>) -> Attributes {
    let mut item = secret_of(digest);
    item.extend(attributes([
        ("org", Some(text(org.as_str()))),
        ("key", Some(text(key.as_str()))),
        ("ended", ended.map(|at| number(at.as_millisecond()))),
        (SCHEMA, Some(number(LAYOUT))),
    ]));

    item
}
