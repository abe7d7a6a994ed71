//! Organizations in the keys table.

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put};
use dynamodb::{Committed, Condition, Error, Item, Result, SCHEMA, Tries, bytes, number, text};

use super::organization_item::{ALL, key_of, layout, listed_as, read, status_name, write_numbers, write_pending};
use super::record::{ORGANIZATION, OnOrganization};
use super::{Keys, Part, parsed, read_as, write_limits, write_metadata};
use crate::registry::audit::Entry;
use crate::registry::organization::{Filter, Organization};
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

    /// Writes `org`, which was of the version `seen` when it was read, or is new; with `entry`. `false`: it has changed since.
    pub(crate) async fn write_organization(
        &self,
        org: &Organization,
        seen: Option<i64>,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<bool> {
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
