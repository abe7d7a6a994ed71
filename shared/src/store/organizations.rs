//! Organizations in the keys table, and what a change to one does to the passes of its keys.

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put};
use dynamodb::{Committed, Condition, Error, Item, Result, SCHEMA, Tries, bytes, number, text};
use jiff::Timestamp;

use super::organization_item::{ALL, key_of, layout, listed_as, read, status_name, write_numbers, write_pending};
use super::record::{ORGANIZATION, OnOrganization};
use super::{Keys, Part, parsed, read_as, write_limits, write_metadata};
use crate::contract::denial::Denial;
use crate::environment::clock;
use crate::registry::audit::{Action, Entry};
use crate::registry::author::Author;
use crate::registry::closing::Closed;
use crate::registry::error;
use crate::registry::organization::{Filter, Organization, Pending, View};
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// How many organizations are read at once, which is as many as DynamoDB gives by their keys; and how often, in one search: some 510 read
/// units at most, since DynamoDB counts each by itself.
const SEARCHED_AT_ONCE: u32 = 100;
const SEARCHED_PAGES: u32 = 5;

impl Keys {
    /// The organization `slug`, as it is now. One that is being deleted is not there.
    pub async fn organization(&self, slug: &Slug) -> Result<Option<Organization>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key_of(slug))).consistent_read(true);

        request.send().await?.item.map_or(Ok(None), |item| read(slug, item.into()))
    }

    /// Makes `change` to the organization `slug`, and takes the passes of its keys out of force before it returns.
    /// `true`: there was none before.
    ///
    /// A change that changes nothing does nothing, unless the numbers of the organization's plan were overridden since its last
    /// one: then all passes are taken out of force, so that the numbers are in force at once.
    ///
    /// A run that was cut short has changed the organization, but perhaps not all passes: the change is then pending.
    /// The passes that are left end by themselves within [`crate::registry::pass::STANDS_SECS`]. If the call is made
    /// again, it goes on from where this one stopped, and they end at once.
    ///
    /// # Errors
    /// The refusals of `change`, and DynamoDB's errors.
    pub async fn change_organization(
        &self,
        slug: &Slug,
        author: &Author,
        mut change: impl FnMut(Option<Organization>, Seal) -> error::Result<Organization> + Send,
    ) -> error::Result<(Organization, bool)> {
        let mut tries = self.tries();
        loop {
            let before = tries.run(|| self.organization(slug)).await?;
            if before.is_none() {
                self.check_free(slug, author.at, &mut tries).await?;
            }
            let seen = before.as_ref().map(|org| org.version);
            let mut seal = [0; 32];
            self.entropy.fill(&mut seal)?;
            let mut org = change(before.clone(), Seal::new(seal))?;
            org.numbers = tries.run(|| self.plan_override(&org.plan)).await?.version();
            if let Some(before) = before.as_ref().filter(|before| before.is_as(&org)) {
                // The same change was made before and cut short: it is written, but not yet in force.
                if before.pending_at(author.at).is_some() {
                    self.withdraw_all(before, &tries).await?;
                }
                return Ok((Organization { pending: None, ..before.clone() }, false));
            }
            org.version = seen.unwrap_or_default().saturating_add(1);
            // What touches no terms, as a name, is in force without more ado, unless an earlier change is not yet.
            let touched =
                before.as_ref().filter(|before| !before.is_on_terms_of(&org) || before.pending_at(author.at).is_some());
            org.pending = touched.map(|before| Pending::of(before.keys));
            let action = if seen.is_some() { Action::OrganizationChanged } else { Action::OrganizationCreated };
            let states = [before.map(View::in_full), Some(View::in_full(org.clone()))];
            let entry = author.did(action, slug, None, states);
            if self.write(&org, seen, &entry, &mut tries).await? {
                // A new organization has no keys.
                if org.pending.is_some() {
                    self.withdraw_all(&org, &tries).await?;
                }
                return Ok((
                    Organization { pending: None, sequence: org.sequence.saturating_add(1), ..org },
                    seen.is_none(),
                ));
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Refuses to make an organization of the slug `slug` at `now`, where that is taken by one that goes, or is gone.
    async fn check_free(&self, slug: &Slug, now: Timestamp, tries: &mut Tries) -> error::Result<()> {
        let conflict = |reason: String| Err(Denial::Conflict { reason }.into());
        if tries.run(|| self.closing(slug)).await?.is_there() {
            return conflict("The organization is being deleted".to_owned());
        }
        let closed = tries.run(|| self.closed(slug, now)).await?;
        match closed.map(Closed::free_at).filter(|free| *free > now) {
            None => Ok(()),
            Some(free) => {
                let free = clock::seconds(free);
                conflict(format!("The organization was deleted: its slug can be another's from {free} on"))
            }
        }
    }

    /// `false`: it has changed since it was read.
    async fn write(&self, org: &Organization, seen: Option<i64>, entry: &Entry, tries: &mut Tries) -> Result<bool> {
        let is_overridden = org.numbers > 0;
        let values = [
            (":name", Some(text(org.name.as_str()))),
            (":plan", Some(text(&*org.plan))),
            (":status", Some(text(status_name(org.status)))),
            (":limits", write_limits(org.limits.as_ref())?),
            (":limits_shared", write_limits(org.shared_limits.as_ref())?),
            (":external", org.external_id.as_ref().map(|id| text(id.as_str()))),
            (":metadata", write_metadata(&org.metadata)?),
            (":leaks", org.leaks.map(|policy| text(policy.name()))),
            (":created", Some(number(org.created_at.as_millisecond()))),
            (":updated", Some(number(org.updated_at.as_millisecond()))),
            (":version", Some(number(org.version))),
            (":seal", Some(bytes(*org.seal.as_bytes()))),
            (":none", Some(number(0))),
            (":schema", Some(number(layout(org)))),
            (":numbers", is_overridden.then(|| write_numbers(org.numbers, org.version))),
            (":pending", org.pending.as_ref().map(|pending| write_pending(pending, org.version))),
        ];
        let values = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let condition = match seen {
            None => Condition::that("attribute_not_exists(#version)", ["version"]),
            Some(seen) => read_as(seen),
        };
        let pending = if org.pending.is_some() { ", #pending = :pending" } else { "" };
        let optional = [
            ("limits", org.limits.is_some()),
            ("limits_shared", org.shared_limits.is_some()),
            ("leaks", org.leaks.is_some()),
            ("external", org.external_id.is_some()),
            ("metadata", !org.metadata.is_empty()),
        ];
        let there = |is_there| optional.iter().filter(move |(_, there)| *there == is_there).map(|(name, _)| *name);
        let set: Vec<_> = there(true).map(|name| format!(", #{name} = :{name}")).collect();
        let set = set.concat();
        let gone: Vec<_> = there(false).map(|name| format!("#{name}")).collect();
        let remove = if gone.is_empty() { String::new() } else { format!(" REMOVE {}", gone.join(", ")) };
        let numbers = if is_overridden { ", #numbers = :numbers" } else { "" };
        let names = ["name", "plan", "status", "created", "updated", "version", "keys", "seal", SCHEMA];
        let names = names.into_iter().chain(optional.map(|(name, _)| name));
        let names = names.chain(org.pending.as_ref().map(|_| "pending"));
        let names = names.chain(is_overridden.then_some("numbers"));
        // This is an update and not a put, because the number of keys is counted by the calls that make and delete
        // keys, and so that what newer functions have added stays.
        let expression = format!(
            ", #name = :name, #plan = :plan, #status = :status, #created = :created, #updated = :updated, \
             #version = :version, #seal = :seal, #schema = :schema, #keys = if_not_exists(#keys, :none){pending}{numbers}{set}{remove}"
        );
        let written = OnOrganization::new(ORGANIZATION, condition).also(expression, names, values);
        let mut transaction = self.recorded(self.transaction(), entry, org.sequence, written)?;
        if seen.is_none() {
            let listed = Put::builder().table_name(&self.table).set_item(Some(listed_as(&org.slug))).build()?;
            transaction = transaction.with("listed", listed).with("free", self.is_free(&org.slug, entry.at)?);
        }

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// The slugs of at most `limit` organizations that come after `after`; and whether there are more.
    pub async fn slugs(&self, limit: u32, after: Option<&Slug>) -> Result<(Vec<Slug>, bool)> {
        let part = Part { partition: ALL, prefix: None, newest_first: false, limit, after: after.map(listed_as) };
        let (items, has_more) = self.part(part).await?;
        let slugs = items.into_iter().map(|mut item| parsed(&mut item, "sk"));

        Ok((slugs.collect::<Result<_>>()?, has_more))
    }

    /// At most `limit` organizations that fit `filter` and come after `after`, by their slugs; and the slug after which the search
    /// goes on, if there are more to look at. One call looks at 500 at most, so that a page may have fewer than there are.
    pub async fn search_organizations(
        &self,
        filter: &Filter,
        limit: u32,
        after: Option<Slug>,
    ) -> Result<(Vec<Organization>, Option<Slug>)> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut found, mut place) = (Vec::new(), after);
        for _ in 0..SEARCHED_PAGES {
            let at_once = if filter.is_empty() { limit } else { SEARCHED_AT_ONCE };
            let (page, goes_on) = self.each_organization(at_once, place.as_ref()).await?;
            let last = page.last().map(|(slug, _)| slug.clone());
            for (_, org) in page {
                let org = org?;
                if filter.fits(&org) {
                    found.push(org);
                }
                if found.len() == most {
                    let slug = found.last().map(|org| org.slug.clone());
                    return Ok((found, slug.filter(|slug| goes_on.is_some() || last.as_ref() != Some(slug))));
                }
            }
            if goes_on.is_none() {
                return Ok((found, None));
            }
            place = goes_on;
        }

        Ok((found, place))
    }

    /// At most `limit` organizations that come after `after`, with their slugs and by them; and the slug after which there are more, if
    /// there are. Each that cannot be read is an error of its own.
    pub(crate) async fn each_organization(
        &self,
        limit: u32,
        after: Option<&Slug>,
    ) -> Result<(Vec<(Slug, Result<Organization>)>, Option<Slug>)> {
        let (slugs, has_more) = self.slugs(limit, after).await?;
        let goes_on = slugs.last().filter(|_| has_more).cloned();
        let wanted = KeysAndAttributes::builder().set_keys(Some(slugs.iter().map(key_of).collect()));
        let found = dynamodb::batch_get(&self.client, &self.table, wanted).await?;
        let read_one = |mut item: Item| {
            let partition = item.need("pk", Item::text)?;
            let slug = Slug::try_from(partition.trim_start_matches("org#").to_owned());
            let slug = slug.map_err(|error| Error::Fault(format!("the slug of an organization {error}")))?;
            let organization = read(&slug, item).transpose();
            Ok(organization.map(|organization| (slug, organization)))
        };
        let mut each = found.into_iter().filter_map(|item| read_one(item).transpose()).collect::<Result<Vec<_>>>()?;
        // A batch comes in any order.
        each.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));

        Ok((each, goes_on))
    }
}
