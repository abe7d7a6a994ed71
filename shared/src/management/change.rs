//! Changing a key: its name, its scopes, its limits, its expiry, and whether it is switched on.

use payload::Field;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::contract::denial::{Denial, Violation};
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::environment::clock::Expiry;
use crate::gate::app::App;
use crate::management::cycle::Wanted;
use crate::management::lifetime;
use crate::management::settle::is_done;
use crate::management::terms::{allowed_scopes, type_in_use};
use crate::registry::addresses::Addresses;
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::error::{Result, both};
use crate::registry::external_id::ExternalId;
use crate::registry::key::{Every, Id, Key, Overlap, OwnLimits, Status, View};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::store::Warrant;

/// A change: what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "KeyChange", extend("minProperties" = 1))]
pub struct Change {
    /// What people are to call it.
    pub name: Option<Name>,
    /// What it is to be allowed to do.
    #[schemars(extend("x-contract" = "choice"))]
    pub scopes: Option<Scopes>,
    /// Limits of its own, of those that its author sets; `null` takes these away.
    #[serde(default)]
    pub limits: Field<Limits>,
    /// From where it may be used; `null` allows everywhere.
    #[serde(default)]
    pub allowed_addresses: Field<Addresses>,
    /// What it is to belong to in a system of whoever runs the API, who alone says so; `null` takes that away.
    #[serde(default)]
    pub external_id: Field<ExternalId>,
    /// What is to be written down beside it, all of it, by whoever runs the API alone; `null` takes that away.
    #[serde(default)]
    pub metadata: Field<Metadata>,
    /// When it is to stop working; `null` takes that away.
    #[serde(default)]
    pub expires_at: Field<Expiry>,
    /// In how many seconds it is to be given a new secret by itself, each time, which whoever runs the API alone says; `null` takes that
    /// away.
    #[serde(default)]
    pub rotate_every: Field<Every>,
    /// For how many seconds the secret before then is to go on working; `null` is as long as it usually does.
    #[serde(default)]
    pub rotate_overlap: Field<Overlap>,
    /// Whether it is to be switched on.
    pub status: Option<Status>,
}

impl Change {
    /// Whether everything stays.
    pub fn is_empty(&self) -> bool {
        let Self { name, scopes, limits, allowed_addresses, external_id, metadata, expires_at, .. } = self;
        let keeps_cycle = self.rotate_every.is_left_out() && self.rotate_overlap.is_left_out();
        let keeps_bounds = limits.is_left_out() && allowed_addresses.is_left_out();
        let keeps_terms = scopes.is_none() && keeps_bounds && expires_at.is_left_out();
        let keeps_labels = name.is_none() && external_id.is_left_out() && metadata.is_left_out();

        keeps_labels && keeps_terms && keeps_cycle && self.status.is_none()
    }

    fn apply(&self, app: &App, key: &mut Key, org: &Organization, author: &Author) -> Result<()> {
        let allowed = |asked| allowed_scopes(app, org, type_in_use(app, key)?, Some(asked));
        let scopes = self.scopes.as_ref().map(allowed).transpose();
        let limits = self.new_limits(app, key, author);
        let are_set = [("externalId", !self.external_id.is_left_out()), ("metadata", !self.metadata.is_left_out())];
        let ages = lifetime::ages_of(&app.contract, org, key);
        let terms = both(both(scopes, limits), lifetime::of_changed(ages, key, self.expires_at, author.at));
        let cycle = Wanted { every: self.rotate_every, overlap: self.rotate_overlap }.applied(app, key.cycle, author);
        let ((((scopes, limits), expires_at), ()), cycle) = both(both(terms, author.may_label(are_set)), cycle)?;
        key.cycle = cycle;
        key.external_id = self.external_id.clone().applied(key.external_id.take());
        key.metadata = self.metadata.clone().applied(Some(std::mem::take(&mut key.metadata))).unwrap_or_default();
        if let Some(name) = &self.name {
            key.name = name.clone();
        }
        if let Some(scopes) = scopes {
            author.can_give(&app.contract, scopes.iter().filter(|scope| !key.scopes.contains(scope)))?;
            key.scopes = scopes;
        }
        key.limits = limits;
        let addresses = Some(key.addresses.clone()).filter(|addresses| !addresses.is_empty());
        key.addresses = self.allowed_addresses.clone().applied(addresses).unwrap_or_default();
        let (was, was_until) = (key.status, key.expires_at);
        key.expires_at = expires_at;
        // A key that leaked while it was off has been dealt with by nobody yet. Whoever lets one out of quarantine has.
        let is_confined = was == Status::Inactive && key.must_be_confined(author.at);
        let is_let_out = was == Status::Active && key.must_be_confined(author.at);
        key.status = match self.status {
            Some(Status::Active) if is_confined => Status::Quarantined,
            status => status.unwrap_or(was),
        };
        if let Some(leak) = key.leak.as_mut().filter(|_| is_let_out && key.status == Status::Inactive) {
            leak.settled = true;
        }
        let lasts_longer = was_until.is_some_and(|before| key.expires_at.is_none_or(|after| after > before));
        if lasts_longer || (key.status != was && key.status != Status::Inactive) {
            // A holder of its secret can again, or for longer, do what it can.
            let kind = app.contract.key_type(key.kind.as_deref());
            let held = kind.map_or_else(|| key.scopes.clone(), |kind| kind.scopes.recorded(&key.scopes));
            author.can_give(&app.contract, held.iter())?;
        }

        Ok(())
    }

    /// Whoever sets limits sets their own. Those that stay are not judged: the contract may have dropped their window meanwhile.
    fn new_limits(&self, app: &App, key: &Key, author: &Author) -> Result<OwnLimits> {
        let by = author.sets_limits_as();
        let before = key.limits.of(by);
        let after = self.limits.clone().applied(before.cloned());
        if let Some(limits) = after.as_ref().filter(|after| before != Some(*after)) {
            app.contract.check_limits(limits)?;
        }

        Ok(key.limits.clone().with(by, after))
    }
}

/// The key `id` of `slug` as it is now, for `author` to change, and its organization.
///
/// # Errors
/// There is no such organization or key, or `author` is no longer allowed to.
pub(super) async fn changeable(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<(Key, Organization)> {
    let (key, org) = app.keys.find(slug, id).await?;
    let org = org.ok_or(Denial::OrganizationNotFound)?;
    author.may_go_on(&app.contract, &org, Some((id, key.as_ref())))?;
    let key = key.ok_or(Denial::ResourceNotFound { resource: "API key" })?;

    Ok((key, org))
}

/// Refuses a change of `key` that was made from another version of it than the one it has, where `seen` says from which.
///
/// # Errors
/// It was.
pub(super) fn check_seen(key: &Key, seen: Option<i64>) -> Result<()> {
    if seen.is_none_or(|seen| seen == key.version) {
        return Ok(());
    }

    Err(Denial::Conflict { reason: "The API key has changed meanwhile".to_owned() }.into())
}

/// Makes `change` to the key `id` of `slug`, on behalf of `author`. Once this has returned, the key is on its new terms
/// everywhere. A change that changes nothing leaves nothing behind. Where `seen` is the version of the key that the change
/// was made from, it is made to no other.
///
/// # Errors
/// There is no such organization or key, the key is of another version, or the contract does not allow the changed key.
pub async fn change(
    app: &App,
    slug: &Slug,
    id: &Id,
    change: &Change,
    author: &Author,
    seen: Option<i64>,
) -> Result<Key> {
    let now = author.at;
    if change.is_empty() {
        return Err(Violation::new("body", "must change something").into());
    }
    let mut tries = app.keys.tries();
    loop {
        let (before, org) = changeable(app, slug, id, author).await?;
        check_seen(&before, seen)?;
        let mut after = before.clone();
        change.apply(app, &mut after, &org, author)?;
        if after.is_as(&before) {
            return Ok(before);
        }
        let states = [Some(View::in_full(&before, now)), Some(View::in_full(&after, now))];
        let entry = author.did(Action::KeyChanged, slug, Some(id), states);
        let replaced = app.keys.replace(&before, &mut after, Warrant { author, org: &org }, &entry, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(after);
        }
    }
}
