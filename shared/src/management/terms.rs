//! What may be asked for: what a key that is ordered gets, as the contract and the organization's plan allow and its author may give.
//!
//! It makes nothing and asks no store.

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::KeyType;
use crate::contract::denial::{Denial, Violation};
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::environment::clock::Expiry;
use crate::gate::app::App;
use crate::management::cycle::Wanted;
use crate::management::lifetime;
use crate::registry::addresses::Addresses;
use crate::registry::author::Author;
use crate::registry::error::{Result, both};
use crate::registry::external_id::ExternalId;
use crate::registry::key::{Cycle, Every, Key, Overlap, OwnLimits};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::organization::Organization;

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "KeyOrder")]
pub struct Order {
    /// What people are to call it.
    pub name: Name,
    /// Its type, where the contract has types.
    #[serde(rename = "type")]
    #[schemars(extend("x-contract" = "type"))]
    pub kind: Option<String>,
    /// What it is to be allowed to do; its type's default where this is left out. Required where the type has none.
    #[schemars(extend("x-contract" = "choice"))]
    pub scopes: Option<Scopes>,
    /// Limits of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// From where it may be used: addresses and networks of IPv4 and IPv6. From everywhere, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_addresses: Option<Addresses>,
    /// What it is to belong to in a system of whoever runs the API, who alone says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// What is to be written down beside it, by whoever runs the API alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// When it is to stop working; never, if it is `null` or at the end of the year 9999. If it is left out, as the plan and the type
    /// say: never, where they say nothing.
    #[serde(default)]
    pub expires_at: Field<Expiry>,
    /// In how many seconds it is to be given a new secret by itself, each time, which whoever runs the API alone says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_every: Option<Every>,
    /// For how many seconds the secret before then is to go on working; a day, or half of that time, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_overlap: Option<Overlap>,
}

/// What an ordered key gets.
pub(crate) struct Terms {
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Option<Timestamp>,
}

/// What an ordered key gets of what was asked for, or by default.
///
/// # Errors
/// The contract does not allow the order, and all that is wrong with it is told; or `author` may not give it.
pub(crate) fn orderable(app: &App, org: &Organization, order: &Order, author: &Author) -> Result<Terms> {
    let kind = type_of(app, order.kind.as_deref());
    let scopes = match &kind {
        Ok(kind) => allowed_scopes(app, org, kind, order.scopes.as_ref()),
        // What another type could have, it may be meant to have.
        Err(_) => known_scopes(app, order.scopes.as_ref()),
    };
    let labels =
        author.may_label([("externalId", order.external_id.is_some()), ("metadata", order.metadata.is_some())]);
    let ages = app.contract.ages(&org.plan, order.kind.as_deref());
    let expiry = lifetime::of_new(ages, &order.expires_at, author.at);
    let (((_, scopes), expires_at), ()) = both(both(both(kind, scopes), expiry), labels)?;
    author.can_give(&app.contract, scopes.iter())?;

    Ok(Terms { scopes, expires_at })
}

/// What an ordered key gets that has existed elsewhere: the scopes that it was given there, whatever its type and its plan allow by now,
/// which is asked whenever it is let in; and it works as long as it did.
///
/// # Errors
/// The contract has no such type or scopes.
pub(crate) fn movable(app: &App, org: &Organization, order: &Order, author: &Author) -> Result<Terms> {
    let expires_at = order.expires_at.applied(None).and_then(|Expiry(at)| at);
    let Some(scopes) = &order.scopes else {
        let order = Order { expires_at: Field::LeftOut, ..order.clone() };
        return Ok(Terms { expires_at, ..orderable(app, org, &order, author)? });
    };
    let (_, scopes) = both(type_of(app, order.kind.as_deref()), known_scopes(app, Some(scopes)))?;

    Ok(Terms { scopes, expires_at })
}

/// The limits of its own that an ordered key gets.
///
/// # Errors
/// The contract does not count in their windows.
pub(crate) fn own_limits(app: &App, order: &Order, author: &Author) -> Result<OwnLimits> {
    if let Some(limits) = &order.limits {
        app.contract.check_limits(limits)?;
    }

    Ok(OwnLimits::new(author.sets_limits_as(), order.limits.clone()))
}

/// The cycle that an ordered key gets.
///
/// # Errors
/// As for [`Wanted::applied`].
pub(crate) fn cycle(app: &App, order: &Order, author: &Author) -> Result<Option<Cycle>> {
    Wanted::of_new(order.rotate_every, order.rotate_overlap).applied(app, None, author)
}

pub(crate) fn type_of<'a>(app: &'a App, kind: Option<&str>) -> Result<&'a KeyType> {
    let names: Vec<_> = app.contract.types.iter().filter_map(|kind| kind.name.as_deref()).collect();
    let message = match (kind, names.is_empty()) {
        (_, true) => "is not known here".to_owned(),
        (None, false) => format!("is required, one of {}", names.join(", ")),
        (Some(_), false) => format!("must be one of {}", names.join(", ")),
    };

    Ok(app.contract.key_type(kind).ok_or_else(|| Violation::new("type", message))?)
}

/// The type of `key`, which there is.
///
/// # Errors
/// The contract does not have it any more.
pub fn type_in_use<'a>(app: &'a App, key: &Key) -> Result<&'a KeyType> {
    let kind = app.contract.key_type(key.kind.as_deref());
    let gone = || {
        let kind = key.kind.as_deref().unwrap_or("none");
        Denial::Conflict { reason: format!("There are no keys of its type any more, which is {kind}") }
    };

    Ok(kind.ok_or_else(gone)?)
}

/// The scopes that are `asked` for, of a key whose type is not known.
fn known_scopes(app: &App, asked: Option<&Scopes>) -> Result<Scopes> {
    let (asked, known) = (asked.cloned().unwrap_or_default(), app.contract.scopes.keys().collect());
    check_among(&asked, &known)?;

    Ok(asked)
}

/// Whether `scopes` are all among the `possible` ones.
fn check_among(scopes: &Scopes, possible: &Scopes) -> Result<()> {
    if scopes.iter().all(|scope| possible.contains(scope)) {
        return Ok(());
    }
    let possible: Vec<_> = possible.iter().collect();

    Err(Violation::new("scopes", format!("must be among {}", possible.join(", "))).into())
}

/// The scopes that a key of the type `kind` gets in `org` when `asked` are named.
///
/// # Errors
/// The type does not allow them or has none by default, or the plan does not include them.
pub(crate) fn allowed_scopes(app: &App, org: &Organization, kind: &KeyType, asked: Option<&Scopes>) -> Result<Scopes> {
    let (plan, rule) = (app.contract.plan(&org.plan), &kind.scopes);
    let default = rule.default.union(&rule.always);
    let scopes = match asked {
        // A scope that nobody asked for is left out where the plan does not include it.
        None => plan.scopes.as_ref().map_or_else(|| default.clone(), |included| default.intersection(included)),
        Some(asked) => asked.union(&rule.always),
    };
    let possible = rule.possible();
    check_among(&scopes, &possible)?;
    if asked.is_some() && scopes.len() < rule.at_least {
        return Err(Violation::new("scopes", format!("must name at least {}", rule.at_least)).into());
    }
    // A plan can leave fewer scopes than a type asks for. A key that can do nothing is made only for those who say so.
    let least = rule.at_least.max(usize::from(!possible.is_empty()));
    if asked.is_none() && scopes.len() < least {
        let has_default = !default.is_empty();
        let why = if has_default { "the plan includes none of the default" } else { "the type has none by default" };
        return Err(Violation::new("scopes", format!("is required: {why}")).into());
    }
    if let Some(scope) = plan.scopes.as_ref().and_then(|included| scopes.iter().find(|scope| !included.contains(scope)))
    {
        return Err(Denial::PlanLimit { reason: format!("The plan does not include the scope {scope}") }.into());
    }
    if !plan.granular_scopes && scopes != default {
        return Err(Denial::PlanLimit { reason: "The plan does not include a choice of scopes".to_owned() }.into());
    }

    Ok(scopes)
}
