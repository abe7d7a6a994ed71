//! Finding keys: by what the operator has of one, and those in an organization that fit. Nothing is counted, and nothing changes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use payload::PageLimit;

use crate::contract::denial::{Denial, Violation};
use crate::contract::secret::{Digest, Plain};
use crate::environment::clock;
use crate::gate::app::App;
use crate::management::terms::type_of;
use crate::registry::error::{Error, Result};
use crate::registry::fingerprint::Fingerprint;
use crate::registry::key::{Filter, Id, Key, View};
use crate::registry::organization;
use crate::registry::organization::Organization;
use crate::registry::page::Page;
use crate::registry::sha256::Sha256;
use crate::registry::slug::Slug;
use crate::store::{Holder, Passes, Reach};

/// What somebody has of a key: exactly one of `key`, `sha256`, `keyId`, or `organization` with `fingerprint`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "KeyQuestion")]
pub struct Question {
    /// The key itself. It is kept nowhere.
    key: Option<Plain>,
    /// Its SHA-256, as 64 hexadecimal digits or as base64.
    sha256: Option<Sha256>,
    /// Its id.
    key_id: Option<Id>,
    /// The organization that a key with this fingerprint is looked for in.
    organization: Option<Slug>,
    /// The beginning of its SHA-256. Several keys can share one.
    fingerprint: Option<Fingerprint>,
    /// How many keys of that fingerprint at most: 1 to 100.
    #[serde(default)]
    pub limit: PageLimit<20>,
    /// The place among them after which the answer begins.
    cursor: Option<String>,
}

enum Clue {
    Digest(Digest),
    Id(Id),
    Fingerprint(Slug, Fingerprint),
}

impl Question {
    /// What it goes by.
    ///
    /// # Errors
    /// It goes by nothing, or by more than one thing.
    fn clue(&self) -> Result<Clue> {
        let Self { key, sha256, key_id, organization, fingerprint, .. } = self;
        match (key, sha256, key_id, organization, fingerprint) {
            (Some(key), None, None, None, None) => Ok(Clue::Digest(key.digest())),
            (None, Some(Sha256(digest)), None, None, None) => Ok(Clue::Digest(*digest)),
            (None, None, Some(id), None, None) => Ok(Clue::Id(id.clone())),
            (None, None, None, Some(org), Some(digits)) => Ok(Clue::Fingerprint(org.clone(), digits.clone())),
            _ => {
                let what = "must have one of key, sha256, keyId, or organization and fingerprint";
                Err(Violation::new("body", what).into())
            }
        }
    }
}

/// A key that was found, or what is known of one that was revoked.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FoundKey")]
pub struct Match {
    /// Whose it is, or was.
    organization: Slug,
    /// Its id.
    key_id: Id,
    /// What became of the secret that was asked about; left out where an id was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SecretView")]
    secret: Option<SecretView>,
    /// The key; `null` where it was revoked.
    key: Option<View>,
    /// Its organization as it is now; `null` where it is deleted, whoever has its slug by now.
    owner: Option<organization::View>,
}

/// What became of a secret.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FoundSecret")]
struct SecretView {
    status: SecretStatus,
    /// When it stops working, or has stopped; left out where it works as long as its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    ends_at: Option<String>,
}

/// Whether a secret is its key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum SecretStatus {
    /// It is.
    Current,
    /// It was replaced, and still works.
    Old,
    /// It was replaced or revoked.
    Ended,
}

impl SecretView {
    /// The secret that `digest` stands for at `now`, which is or was that of `key`. It has `ended`, if the store says so.
    fn new(key: Option<&Key>, digest: &Digest, ended: Option<Timestamp>, now: Timestamp) -> Self {
        let previous = key.and_then(|key| key.previous).filter(|previous| previous.digest == *digest);
        let overlap = key.and_then(|key| key.overlap(now)).filter(|previous| previous.digest == *digest);
        let (status, ends_at) = match (ended, overlap) {
            (None, Some(overlap)) => (SecretStatus::Old, Some(overlap.until)),
            (None, None) if key.is_some_and(|key| key.digest == *digest) => (SecretStatus::Current, None),
            (ended, _) => (SecretStatus::Ended, ended.or(previous.map(|previous| previous.until))),
        };

        Self { status, ends_at: ends_at.map(clock::seconds) }
    }
}

/// The keys that `question` is about at `now`, and where the answer goes on. Of a key, a digest or an id there is one; of a fingerprint
/// several, or none.
///
/// # Errors
/// There is no such key or organization, it is not asked for one thing, or the store does not answer.
pub async fn find(app: &App, question: &Question, now: Timestamp) -> Result<(Vec<Match>, Option<String>)> {
    match question.clue()? {
        Clue::Digest(digest) => {
            let holder = app.keys.holder(&digest).await?.ok_or(NO_KEY)?;
            let Holder { org, key: id, ended } = holder;
            let (key, owner) = app.keys.find(&org, &id).await?;
            let owner = whose(owner, key.as_ref(), ended);
            let secret = SecretView::new(key.as_ref(), &digest, ended, now);

            Ok((vec![matched(app, (org, id), Some(secret), key, owner, now).await?], None))
        }
        Clue::Id(id) => {
            let org = app.keys.organization_of(&id).await?.ok_or(NO_KEY)?;
            let (key, owner) = app.keys.find(&org, &id).await?;

            Ok((vec![matched(app, (org, id), None, key, owner, now).await?], None))
        }
        Clue::Fingerprint(org, fingerprint) => by_fingerprint(app, question, org, fingerprint, now).await,
    }
}

/// The organization of `key`. Where the key is gone and its secret has `ended`, one that was made after that has only got the slug. (An id is
/// forgotten with its organization.)
fn whose(owner: Option<Organization>, key: Option<&Key>, ended: Option<Timestamp>) -> Option<Organization> {
    owner.filter(|owner| key.is_some() || ended.is_none_or(|ended| owner.created_at <= ended))
}

const NO_KEY: Denial = Denial::ResourceNotFound { resource: "API key" };

/// `keys` as replies show them at `now`, with when each was last used: at most 100.
///
/// # Errors
/// The store does not answer.
async fn views(app: &App, keys: Vec<Key>, now: Timestamp) -> Result<Vec<View>> {
    let (some, others) = keys.split_at(keys.len().min(Passes::AT_ONCE));
    let (mut used, of_others) = tokio::try_join!(app.passes.last_used_of(some), app.passes.last_used_of(others))?;
    used.extend(of_others);
    let view = |key: Key| {
        let used = used.get(&key.digest).copied();
        View::new(key, used, &app.contract.management, now)
    };

    Ok(keys.into_iter().map(view).collect())
}

async fn matched(
    app: &App,
    (organization, key_id): (Slug, Id),
    secret: Option<SecretView>,
    key: Option<Key>,
    owner: Option<Organization>,
    now: Timestamp,
) -> Result<Match> {
    let key = views(app, key.into_iter().collect(), now).await?.pop();

    Ok(Match { organization, key_id, secret, key, owner: owner.map(|org| organization::View::new(org, now)) })
}

async fn by_fingerprint(
    app: &App,
    question: &Question,
    slug: Slug,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Result<(Vec<Match>, Option<String>)> {
    let org = app.keys.organization(&slug).await?.ok_or(Denial::OrganizationNotFound)?;
    let filter = Filter { fingerprint: Some(fingerprint), ..Filter::default() };
    let page = Page { limit: question.limit, cursor: question.cursor.clone() };
    let (keys, cursor) = sift(app, &org, ("find", &filter), page, now).await?;
    let secrets: Vec<_> =
        keys.iter().map(|key| (key.id.clone(), SecretView::new(Some(key), &key.digest, None, now))).collect();
    let owner = organization::View::new(org, now);
    let found = secrets.into_iter().zip(views(app, keys, now).await?).map(|((key_id, secret), key)| Match {
        organization: slug.clone(),
        key_id,
        secret: Some(secret),
        key: Some(key),
        owner: Some(owner.clone()),
    });

    Ok((found.collect(), cursor))
}

/// The `page` of the keys of `org` that fit `filter` at `now`, newest first, and where the list goes on. One call looks at 500 keys at
/// most, so that a page may have fewer keys than there are.
///
/// # Errors
/// The contract has no such type, the cursor is none of this list, or the store does not answer.
pub async fn list(
    app: &App,
    org: &Organization,
    filter: &Filter,
    page: Page,
    now: Timestamp,
) -> Result<(Vec<View>, Option<String>)> {
    if filter.kind.is_some() {
        type_of(app, filter.kind.as_deref())?;
    }
    let (keys, cursor) = sift(app, org, ("keys", filter), page, now).await?;

    Ok((views(app, keys, now).await?, cursor))
}

async fn sift(
    app: &App,
    org: &Organization,
    (list, filter): (&str, &Filter),
    page: Page,
    now: Timestamp,
) -> Result<(Vec<Key>, Option<String>)> {
    let after = page.cursor.map(|cursor| org.seal.open(list, &cursor)).transpose()?;
    let after = after.map(Id::try_from).transpose().map_err(Error::failed)?;
    let found = app.keys.search(&org.slug, filter, (page.limit.get(), after.as_ref()), Reach::Page, now).await?;

    Ok((found.keys, found.goes_on.map(|id| org.seal.seal(list, id.as_str()))))
}
