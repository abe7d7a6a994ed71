//! Sessions of the portal in the keys table: how they begin, what reaches them, and how they end.

use aws_sdk_dynamodb::types::{Delete, KeysAndAttributes, Put, Update};
use dynamodb::{Committed, Condition, Conditional as _, Error, Item, Result, Tries, bytes, number};
use jiff::Timestamp;

use super::record::{ORGANIZATION, OnOrganization};
use super::session_item::{By, is_in_time, item, listed_as, of_cookie, partition, reached_by, read, read_listed};
use super::warrant::Warrant;
use super::{Attributes, Keys, Part, is_new, key_item, names, organization_item, warrant};
use crate::contract::secret::Digest;
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::key;
use crate::registry::key::Key;
use crate::registry::organization::Organization;
use crate::registry::session::{Entered, Id, Session, View};
use crate::registry::slug::Slug;

/// A session that is in the table, its organization, and the key that it was made with, as far as they are there.
#[derive(Debug, Default)]
pub struct Visited {
    /// The session and when it ends.
    pub session: Option<(Session, Timestamp)>,
    /// The organization that was asked for.
    pub organization: Option<Organization>,
    /// The key.
    pub bearer: Option<Key>,
}

/// A session in the list of its organization's, the key of the item by which it is reached, and the digest in that.
type Listed = (Entered, (Attributes, Digest));

/// What became of an attempt to begin or end a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It is done.
    Yes,
    /// The link or the session is not there any more.
    Gone,
    /// The organization has changed since it was read: look again.
    Changed,
    /// The author is no longer allowed to.
    Unauthorized,
}

impl Keys {
    /// Makes the link with the code of this digest, which can be used until `over` to begin `session`.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn link(
        &self,
        session: &Session,
        code: &Digest,
        over: Timestamp,
        warrant: Warrant<'_>,
        tries: &mut Tries,
    ) -> Result<Settled> {
        let author = warrant.author;
        let mut listed = item(listed_as(&session.org, &session.id), session, over)?;
        listed.insert("reached".to_owned(), bytes(*code.as_bytes()));
        let put = |item| Put::builder().table_name(&self.table).set_item(Some(item)).when(is_new()).build();
        let shown = Entered { session: session.clone(), entered_at: None, expires_at: over };
        let states = [None, Some(View::in_full(shown))];
        let entry = author.did(Action::SessionCreated, &session.org, None, states);
        let transaction = self
            .transaction()
            .with("link", put(item(reached_by(By::Code, code), session, over)?)?)
            .with("listed", put(listed)?);
        let transaction = warrant.sealed(self, transaction, None, &entry)?;

        Ok(settled(&transaction.commit(tries).await?))
    }

    /// The session that the code of this digest begins, if its link can be used at `now`, and until when it can.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn linked(&self, code: &Digest, now: Timestamp) -> Result<Option<(Session, Timestamp)>> {
        let found = self.reached(reached_by(By::Code, code)).await?;

        Ok(found.filter(|(_, over)| *over > now))
    }

    /// The session in the item of this key, and when that is over.
    async fn reached(&self, key: Attributes) -> Result<Option<(Session, Timestamp)>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);

        request.send().await?.item.map(|found| read(&mut found.into())).transpose()
    }

    /// Exchanges the code of this digest for a cookie, at the author's time: the link is gone afterwards, and the session
    /// has begun.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn enter(
        &self,
        session: &Session,
        [code, cookie]: [&Digest; 2],
        warrant: Warrant<'_>,
        tries: &mut Tries,
    ) -> Result<Settled> {
        let author = warrant.author;
        let (now, ends) = (author.at, session.ends(author.at));
        let link = Delete::builder().table_name(&self.table).set_key(Some(reached_by(By::Code, code)));
        let begun = Put::builder().table_name(&self.table).set_item(Some(item(of_cookie(cookie), session, ends)?));
        let listed = Update::builder()
            .table_name(&self.table)
            .set_key(Some(listed_as(&session.org, &session.id)))
            .update_expression("SET #reached = :cookie, #entered = :now, #over = :over, #ttl = :ttl")
            .set_expression_attribute_names(Some(names(["reached", "entered", "over", "ttl"])))
            .expression_attribute_values(":cookie", bytes(*cookie.as_bytes()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":over", number(ends.as_millisecond()))
            .expression_attribute_values(":ttl", number(ends.as_second().saturating_add(1)));
        let is_linked = Condition::that("#reached = :code", ["reached"]).value(":code", bytes(*code.as_bytes()));
        let shown = Entered { session: session.clone(), entered_at: Some(now), expires_at: ends };
        let states = [None, Some(View::in_full(shown))];
        let entry = author.did(Action::SessionEntered, &session.org, None, states);
        let transaction = self
            .transaction()
            .with("link", link.when(is_in_time(now)).build()?)
            .with("session", begun.when(is_new()).build()?)
            .with("listed", listed.when(is_linked).build()?);
        let transaction = warrant.sealed(self, transaction, None, &entry)?;

        Ok(settled(&transaction.commit(tries).await?))
    }

    /// The session that the cookie of this digest reaches, over or not, and when it is over.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn session(&self, cookie: &Digest) -> Result<Option<(Session, Timestamp)>> {
        self.reached(of_cookie(cookie)).await
    }

    /// The session that the cookie of this digest reaches, the organization `org`, and the key `bearer`: one round trip.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn visited(&self, cookie: &Digest, org: &Slug, bearer: Option<&key::Id>) -> Result<Visited> {
        let wanted = KeysAndAttributes::builder().keys(of_cookie(cookie)).keys(organization_item::key_of(org));
        let wanted = bearer.map_or(wanted.clone(), |id| wanted.keys(key_item::key_of(org, id)));
        let mut visited = Visited::default();
        for mut item in dynamodb::batch_get(&self.client, &self.table, wanted).await? {
            match (item.need("sk", Item::text)?.as_str(), bearer) {
                (organization_item::SORT_KEY, _) => visited.organization = organization_item::read(org, item)?,
                ("session", _) => visited.session = Some(read(&mut item)?),
                (_, Some(id)) => visited.bearer = Some(key_item::read(org, id, item)?),
                (_, None) => (),
            }
        }

        Ok(visited)
    }

    /// At most `limit` sessions of `org` from before `after`, newest first, that are not over at `now`; and the last one that
    /// was looked at, if there are more.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn sessions(
        &self,
        org: &Slug,
        limit: u32,
        after: Option<&Id>,
        now: Timestamp,
    ) -> Result<(Vec<Entered>, Option<Id>)> {
        let partition = partition(org);
        let after = after.map(|id| listed_as(org, id));
        let part = Part { partition: &partition, prefix: None, newest_first: true, limit, after };
        let (items, has_more) = self.part(part).await?;
        let mut listed = items.into_iter().map(read_listed).collect::<Result<Vec<_>>>()?;
        let last = listed.last().filter(|_| has_more).map(|(entered, ..)| entered.session.id.clone());
        // TTL takes its time.
        listed.retain(|(entered, ..)| entered.expires_at > now);

        Ok((listed.into_iter().map(|(entered, ..)| entered).collect(), last))
    }

    /// Ends the session `id` of `org`, or takes back its link, at the author's time: nothing that begins afterwards is done
    /// in it.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn end_session(&self, org: &Slug, id: &Id, author: &Author, tries: &mut Tries) -> Result<Settled> {
        loop {
            let (found, organization) = tries.run(|| self.listed(org, id)).await?;
            let found = found.filter(|(entered, _)| entered.expires_at > author.at);
            // Without its organization a session opens nothing.
            let Some(((entered, reached), organization)) = found.zip(organization) else { return Ok(Settled::Gone) };
            let condition =
                Condition::that("#reached = :seen", ["reached"]).value(":seen", bytes(*reached.1.as_bytes()));
            let listed = Delete::builder().table_name(&self.table).set_key(Some(listed_as(org, id))).when(condition);
            let item = Delete::builder().table_name(&self.table).set_key(Some(reached.0)).build()?;
            let entry = author.did(Action::SessionEnded, org, None, [Some(View::in_full(entered)), None]);
            let transaction = self.transaction().with("listed", listed.build()?).with("session", item);
            let numbered = OnOrganization::checked(Condition::default());
            let transaction = self.recorded(transaction, &entry, organization.sequence, numbered)?;
            match transaction.commit(tries).await? {
                Committed::Yes => return Ok(Settled::Yes),
                // Its link was used in this moment, and it is reached by a cookie now; or another change came first.
                Committed::No(_) => tries.again(Error::Contended).await?,
            }
        }
    }

    /// The ids of the sessions of `org` that `subject` has, or could begin, at `now`: all of them.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn sessions_of(&self, org: &Slug, subject: &str, now: Timestamp) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        let mut after = None;
        loop {
            let (sessions, last) = self.sessions(org, 100, after.as_ref(), now).await?;
            let theirs = sessions
                .into_iter()
                .map(|entered| entered.session)
                .filter(|session| session.subject.as_str() == subject);
            ids.extend(theirs.map(|session| session.id));
            match last {
                Some(last) => after = Some(last),
                None => return Ok(ids),
            }
        }
    }

    /// A session in the list, the key of the item by which it is reached and the digest in that; and its organization.
    async fn listed(&self, org: &Slug, id: &Id) -> Result<(Option<Listed>, Option<Organization>)> {
        let wanted = KeysAndAttributes::builder().keys(listed_as(org, id)).keys(organization_item::key_of(org));
        let (mut listed, mut organization) = (None, None);
        for mut item in dynamodb::batch_get(&self.client, &self.table, wanted).await? {
            if item.need("sk", Item::text)? == organization_item::SORT_KEY {
                organization = organization_item::read(org, item)?;
            } else {
                let (entered, by, digest) = read_listed(item)?;
                listed = Some((entered, (reached_by(by, &digest), digest)));
            }
        }

        Ok((listed, organization))
    }
}

fn settled(committed: &Committed) -> Settled {
    match committed {
        Committed::Yes => Settled::Yes,
        no if no.failed(warrant::AUTHOR) => Settled::Unauthorized,
        no if no.failed(ORGANIZATION) => Settled::Changed,
        Committed::No(_) => Settled::Gone,
    }
}
