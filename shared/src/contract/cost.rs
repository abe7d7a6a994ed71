//! What a request costs: how much it counts in every window.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::Limits;
use super::plan::Plan;
use super::{Flaw, flaw};

/// How much a request counts in every window: 0 to [`Cost::MAX`]. One that costs nothing only asks: it counts nothing, and passes
/// where nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "u32")]
#[schemars(inline, with = "u32", extend("maximum" = 1_000))]
pub struct Cost(u32);

impl Cost {
    /// It counts nothing.
    pub const NOTHING: Self = Self(0);
    /// It counts once, as requests do whose cost nobody has said.
    pub const ONE: Self = Self(1);
    /// The most that a request can cost: 1,000.
    pub const MAX: Self = Self(1_000);

    /// How much it counts.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The same, as counters are kept.
    pub fn count(self) -> i64 {
        i64::from(self.0)
    }
}

impl From<Cost> for u32 {
    fn from(cost: Cost) -> Self {
        cost.0
    }
}

impl TryFrom<i64> for Cost {
    type Error = &'static str;

    fn try_from(cost: i64) -> Result<Self, &'static str> {
        let cost = u32::try_from(cost).ok().map(Self).filter(|cost| *cost <= Self::MAX);

        cost.ok_or("must be a number from 0 to 1000")
    }
}

/// What calls cost, by route: `POST /v1/register-agent-run`.
pub(super) type Costs = BTreeMap<String, Cost>;

/// Refuses costs that are none, and those above a limit of one of `plans`: such a call could never pass.
pub(super) fn check(costs: &Costs, plans: &BTreeMap<String, Plan>) -> Result<(), Flaw> {
    for (route, cost) in costs {
        let place = format!("costs.{route:?}");
        if !is_route(route) {
            return flaw(place, "must be a method and a path, like \"GET /v1/things/{id}\"");
        }
        if *cost == Cost::NOTHING {
            return flaw(place, "must be a number from 1 to 1000: a call that counts nothing would have no limit");
        }
        for (name, plan) in plans {
            let limits = plan.limits.each().into_iter().chain(&plan.shared_limits);
            let lowest = limits.flat_map(Limits::iter).min_by_key(|(_, requests)| *requests);
            if let Some((window, requests)) = lowest.filter(|(_, requests)| *requests < cost.get()) {
                let what =
                    format!("is more than the plan {name} admits in a {window}, {requests}: it could never pass");
                return flaw(place, what);
            }
        }
    }

    Ok(())
}

/// Whether `text` looks like a route of the template: a method in capitals and a path.
fn is_route(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(method, path)| {
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
        is_method && is_path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_a_number_from_nothing_to_a_thousand() {
        let read = |text| serde_json::from_str::<Cost>(text).ok().map(Cost::get);
        for (text, cost) in [("0", Some(0)), ("1", Some(1)), ("1000", Some(1_000)), ("1001", None), ("-1", None)] {
            assert_eq!(read(text), cost, "{text}");
        }
    }

    #[test]
    fn a_route_is_a_method_and_a_path() {
        for (text, is) in [
            ("GET /", true),
            ("POST /v1/things/{id}", true),
            ("get /", false),
            ("/v1", false),
            ("GET v1", false),
            ("GET  /v1", false),
            ("GET /v1 ", false),
            ("", false),
        ] {
            assert_eq!(is_route(text), is, "{text}");
        }
    }
}
