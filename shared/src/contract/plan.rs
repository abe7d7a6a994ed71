//! Plans: the terms on which an organization's keys are let in.

mod in_force;

use std::collections::BTreeMap;

pub use in_force::{InForce, Numbers, Override};

use super::file::PlanFile;
use super::{Contract, Flaw, KeyType, check_scopes, flaw};
use crate::contract::age::Ages;
use crate::contract::denial::Violation;
use crate::contract::limit::{Limits, Window};
use crate::contract::management::{Management, Operation};
use crate::contract::portal;
use crate::contract::portal::Portal;
use crate::contract::scope::Scopes;

/// A plan, as the contract states it. Its numbers are to be had as they are in force ([`InForce`]), since the operator may have put
/// others in their place.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whether it has an API at all.
    pub api: bool,
    /// Where the limits come from.
    pub(super) limits: PlanLimits,
    /// What all keys of an organization may do together, where it has no such limits of its own.
    pub(super) shared_limits: Option<Limits>,
    /// How many keys an organization may have; no cap where it is `None`.
    pub(super) keys: Option<u32>,
    /// Everything that a key may hold; no bound where it is `None`.
    pub scopes: Option<Scopes>,
    /// Whether a key's scopes may be chosen.
    pub granular_scopes: bool,
    /// How long keys work.
    pub(super) ages: Ages,
    /// Caps that the API behind the keys keeps, by its own names.
    pub(super) quotas: BTreeMap<String, u64>,
}

/// Where a plan's limits come from.
#[derive(Clone, Debug)]
pub(super) enum PlanLimits {
    /// The same for every key.
    All(Limits),
    /// By the type of the key.
    ByType(BTreeMap<String, Limits>),
    /// The organization must bring its own.
    Custom,
}

impl PlanLimits {
    /// The limits of each type of key, as far as the plan says them.
    pub(super) fn each(&self) -> Vec<&Limits> {
        match self {
            Self::All(limits) => vec![limits],
            Self::ByType(by_type) => by_type.values().collect(),
            Self::Custom => Vec::new(),
        }
    }
}

/// A plan that the contract has no more, while an organization is still on it: none of its keys is let in, and it gets no other.
pub(super) static GONE: Plan = Plan {
    api: false,
    limits: PlanLimits::Custom,
    shared_limits: None,
    keys: Some(0),
    scopes: None,
    granular_scopes: true,
    ages: Ages::NONE,
    quotas: BTreeMap::new(),
};

impl Plan {
    pub(super) fn check(
        place: &str,
        file: PlanFile,
        windows: &[Window],
        types: &[KeyType],
        scopes: &BTreeMap<String, String>,
    ) -> Result<Self, Flaw> {
        let api = file.api.unwrap_or(true);
        let limits = match (file.limits, file.limits_by_type, file.custom_limits) {
            (None, None, true) => PlanLimits::Custom,
            (None, None, false) if !api || file.shared_limits.is_some() => PlanLimits::All(Limits::default()),
            (Some(limits), None, false) if !limits.is_empty() => PlanLimits::All(limits),
            (None, Some(limits), false) => PlanLimits::ByType(limits),
            _ => return flaw(place, "must have limits or shared_limits, limits_by_type, custom_limits or api = false"),
        };
        let check = |place: String, limits: &Limits| match limits.iter().find(|(window, _)| !windows.contains(window)) {
            Some((window, _)) => flaw(place, format!("{window} is not among the windows that requests are counted in")),
            None => Ok(()),
        };
        match &limits {
            PlanLimits::All(limits) => check(format!("{place}.limits"), limits)?,
            PlanLimits::ByType(by_type) => {
                let place = format!("{place}.limits_by_type");
                by_type.iter().try_for_each(|(name, limits)| check(format!("{place}.{name}"), limits))?;
                let named: Vec<_> = by_type.keys().map(|name| Some(name.as_str())).collect();
                let mut there: Vec<_> = types.iter().map(|kind| kind.name.as_deref()).collect();
                there.sort_unstable();
                if named != there || by_type.values().any(Limits::is_empty) {
                    return flaw(place, "must give every type of key its limits, and nothing else");
                }
            }
            PlanLimits::Custom => (),
        }
        if let Some(shared) = &file.shared_limits {
            let place = format!("{place}.shared_limits");
            if !api {
                return flaw(place, "makes no sense on a plan without an API");
            }
            check_shared(shared).or_else(|what| flaw(&place, what))?;
            check(place, shared)?;
        }
        if let Some(named) = &file.scopes {
            check_scopes(&format!("{place}.scopes"), named, scopes)?;
        }

        Ok(Self {
            api,
            limits,
            shared_limits: file.shared_limits,
            keys: file.keys,
            scopes: file.scopes,
            granular_scopes: file.granular_scopes.unwrap_or(true),
            ages: Ages::check(place, file.max_age, file.default_age)?,
            quotas: file.quotas,
        })
    }

    /// Whether an organization must bring limits of its own.
    pub const fn has_custom_limits(&self) -> bool {
        matches!(self.limits, PlanLimits::Custom)
    }

    /// The limits that are stated for keys of type `kind`.
    fn limits_of(&self, kind: Option<&str>) -> Option<&Limits> {
        match &self.limits {
            PlanLimits::All(limits) => Some(limits),
            PlanLimits::ByType(by_type) => by_type.get(kind?),
            PlanLimits::Custom => None,
        }
    }
}

/// Whether callers or pages may create keys.
fn opens_creation(management: &Management, portal: Option<&Portal>) -> bool {
    management.operations.contains(&Operation::Create)
        || portal.is_some_and(|portal| portal.opens(portal::Operation::Create))
}

/// A plan has a cap where people could otherwise make keys without end.
pub(super) fn check_caps(
    management: &Management,
    portal: Option<&Portal>,
    plans: &BTreeMap<String, Plan>,
) -> Result<(), Flaw> {
    let opens = opens_creation(management, portal);
    match plans.iter().find(|(_, plan)| opens && plan.api && plan.keys.is_none()) {
        Some((name, _)) => flaw(
            format!("plans.{name}.keys"),
            "is required where callers or pages may create keys: what limits a key limits nobody who can have another",
        ),
        None => Ok(()),
    }
}

/// Refuses limits that cannot be shared. A key's requests and all others' would have to be in two items at one moment, for one of
/// them to know when a span began.
fn check_shared(limits: &Limits) -> Result<(), &'static str> {
    if limits.is_empty() {
        return Err("must have at least one limit");
    }

    if limits.sliding().next().is_some() { Err("must not slide") } else { Ok(()) }
}

impl Contract {
    /// Whether every limit of `limits` is for a window that requests are counted in.
    pub fn counts(&self, limits: &Limits) -> bool {
        limits.iter().all(|(window, _)| self.windows.contains(&window))
    }

    /// Refuses `limits` that nobody can have.
    ///
    /// # Errors
    /// There is none, or one is for a window that requests are not counted in.
    pub(crate) fn check_limits(&self, limits: &Limits) -> Result<(), Violation> {
        self.check_limits_of("limits", limits)
    }

    /// Refuses limits that nobody can share.
    ///
    /// # Errors
    /// There is none, or one is for a window that requests are not counted in, or slides.
    pub(crate) fn check_shared_limits(&self, limits: &Limits) -> Result<(), Violation> {
        check_shared(limits).map_err(|what| Violation::new("sharedLimits", what))?;

        self.check_limits_of("sharedLimits", limits)
    }

    /// The same of limits that are named `field`.
    ///
    /// # Errors
    /// Those of [`check_limits`](Self::check_limits).
    pub(crate) fn check_limits_of(&self, field: &str, limits: &Limits) -> Result<(), Violation> {
        if limits.is_empty() {
            return Err(Violation::new(field, "must have at least one limit"));
        }
        if !self.counts(limits) {
            let windows: Vec<_> = self.windows.iter().map(ToString::to_string).collect();
            return Err(Violation::new(field, format!("must be per {}", windows.join(" or "))));
        }

        Ok(())
    }
}
