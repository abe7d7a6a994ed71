//! The form for a key: what it offers, and what was sent with it, which `read` reads.

mod expiry;
mod limits;
mod read;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portal::{Expiry, Field, Form as Fields, Granted, KeyType, Permissions, Problem, Scope};
use shared::App;
use shared::Form;
use shared::contract::limit::Window;
use shared::contract::portal::{Field as Asked, Portal};
use shared::contract::scope::Scopes;
use shared::contract::{KeyType as Kind, Plan};
use shared::registry::name::Name;

use crate::view;

pub(crate) use self::limits::typed_limits;
pub(crate) use self::read::{Expires, Read, problems};

/// What was sent, or is to be shown first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) date: String,
    pub(crate) limits: BTreeMap<Window, String>,
}

impl Typed {
    /// What was sent with `form`.
    pub(crate) fn of(form: &Form) -> Self {
        Self {
            name: form.text("name").to_owned(),
            kind: Some(form.text("type")).filter(|kind| !kind.is_empty()).map(str::to_owned),
            scopes: form.all("scope").map(str::to_owned).collect(),
            expiry: Expiry::parse(form.text("expires")),
            date: form.text("date").to_owned(),
            limits: limits::sent(form),
        }
    }
}

/// A form about a key of an organization on one plan.
pub(crate) struct Sheet<'a> {
    pub(crate) app: &'a App,
    pub(crate) portal: &'a Portal,
    pub(crate) plan: &'a Plan,
    /// The type of the key, if it has one already: it stays.
    pub(crate) kind: Option<&'a Kind>,
    /// Whether the key is yet to be made. One that there is may keep its end.
    pub(crate) is_new: bool,
    /// The zone that days are of.
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
}

impl<'a> Sheet<'a> {
    fn asks(&self, field: Asked) -> bool {
        self.portal.form.contains(&field)
    }

    /// The types that the form is about.
    fn kinds(&self) -> Vec<&'a Kind> {
        let all = self.app.contract.types.iter();
        let works_here = |kind: &&Kind| kind.stages.contains(&self.app.stage);

        self.kind.map_or_else(|| all.filter(works_here).collect(), |kind| vec![kind])
    }

    /// What of a type's choice the plan includes.
    fn choice(&self, kind: &Kind) -> Scopes {
        let included = self.plan.scopes.as_ref();

        included.map_or_else(|| kind.scopes.choice.clone(), |included| kind.scopes.choice.intersection(included))
    }

    /// The type of that name among those that the form is about.
    pub(crate) fn kind_of(&self, name: Option<&str>) -> Option<&'a Kind> {
        self.kinds().into_iter().find(|kind| kind.name.as_deref() == name)
    }

    /// What a key of this type gets where `wished` is asked for, as far as the form leaves a choice.
    pub(crate) fn gives(&self, kind: &Kind, wished: &Scopes) -> Scopes {
        let choice = self.choice(kind);
        let has_choice = self.asks(Asked::Permissions) && self.plan.granular_scopes && !choice.is_empty();
        let included = self.plan.scopes.as_ref();
        let default = kind.scopes.default.union(&kind.scopes.always);
        let default = || included.map_or_else(|| default.clone(), |included| default.intersection(included));

        if has_choice { kind.scopes.always.union(&wished.intersection(&choice)) } else { default() }
    }

    fn scope(&self, name: &str) -> Scope {
        Scope { name: name.to_owned(), description: self.app.contract.scopes.get(name).cloned() }
    }

    /// The scopes that are ticked at first: as few as the contract lets a key have.
    pub(crate) fn ticked(&self) -> Vec<String> {
        let kind = self.kind.or_else(|| self.kinds().first().copied());
        let default = || kind.map(|kind| kind.scopes.default.clone()).unwrap_or_default();
        let all = self.app.contract.all_scopes.as_deref();
        let ticked = self.portal.scopes.clone().unwrap_or_else(default);

        ticked.iter().filter(|scope| Some(*scope) != all).map(str::to_owned).collect()
    }

    fn permissions(&self, ticked: &[String]) -> Permissions {
        if !self.asks(Asked::Permissions) {
            return Permissions::Hidden;
        }
        let kinds = self.kinds();
        let names: Scopes =
            kinds.iter().flat_map(|kind| self.choice(kind).iter().map(str::to_owned).collect::<Vec<_>>()).collect();
        if self.plan.granular_scopes && !names.is_empty() {
            let all = self.app.contract.all_scopes.clone().filter(|all| names.contains(all));
            let scopes = names.iter().map(|name| self.scope(name)).collect();
            return Permissions::Choice { scopes, ticked: ticked.to_vec(), all };
        }
        let why = if self.plan.granular_scopes { Granted::ByType } else { Granted::ByPlan };
        let each = kinds.iter().map(|kind| {
            let held = kind.scopes.always.union(&kind.scopes.default);
            (kind.name.as_deref().map(view::label), held.iter().map(|name| self.scope(name)).collect())
        });

        Permissions::Fixed { why, each: each.collect() }
    }

    /// The form with what was typed and what is wrong with it. `ends` is when the key ends as it is.
    pub(crate) fn fields(
        &self,
        once: String,
        typed: &Typed,
        mut problems: Vec<Problem>,
        ends: Option<Timestamp>,
    ) -> Fields {
        let kinds = self.kinds();
        let has_types = self.kind.is_none() && kinds.iter().any(|kind| kind.name.is_some());
        let kind = |kind: &&Kind| {
            let value = kind.name.clone().unwrap_or_default();
            KeyType {
                label: view::label(&value),
                hint: self.portal.types.get(&value).cloned(),
                always: kind.scopes.always.iter().map(str::to_owned).collect(),
                choice: self.choice(kind).iter().map(str::to_owned).collect(),
                value,
            }
        };

        let order = self.portal.form.iter().map(|asked| match asked {
            Asked::Name => Field::Name,
            Asked::Type => Field::Type,
            Asked::Permissions => Field::Permissions,
            Asked::Expiration => Field::Expiration,
            Asked::Limits => Field::Limits,
        });
        let order: Vec<_> = order.collect();
        problems.sort_by_key(|problem| problem.field().place_in(&order));

        Fields {
            once,
            order,
            problems,
            name: typed.name.clone(),
            name_most: Name::MAX.into(),
            types: if has_types { kinds.iter().map(kind).collect() } else { Vec::new() },
            chosen_type: typed.kind.clone(),
            permissions: self.permissions(&typed.scopes),
            expiration: self.expiration(typed, ends),
            limits: self.limits(typed),
        }
    }
}
