//! The limits that a key has of its own, and what comes of them on its plan. Pure.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::limit::{Limit, Limits, Window};

/// Who has set a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum SetBy {
    /// The operator.
    Operator,
    /// A manager of the organization: another key, or a person in the portal.
    Manager,
}

/// The limits of a key's own. Whoever writes them writes their own list, and leaves the other one alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnLimits {
    /// What the operator has set.
    pub operator: Option<Limits>,
    /// What a manager has set.
    pub manager: Option<Limits>,
}

/// A limit of a key's own, as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "KeyLimit")]
pub struct OwnLimit {
    /// How many requests are admitted.
    #[schemars(with = "u32", range(min = 1, max = u32::MAX))]
    requests: NonZeroU32,
    /// In which window.
    per: Window,
    /// Whether this holds for every span of that length.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sliding: bool,
    /// Who has set it.
    set_by: SetBy,
}

impl OwnLimits {
    /// Those of a new key, for which `by` has asked for `limits`.
    pub(crate) const fn new(by: SetBy, limits: Option<Limits>) -> Self {
        match by {
            SetBy::Operator => Self { operator: limits, manager: None },
            SetBy::Manager => Self { operator: None, manager: limits },
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.operator.is_none() && self.manager.is_none()
    }

    /// What `by` has set.
    pub const fn of(&self, by: SetBy) -> Option<&Limits> {
        match by {
            SetBy::Operator => self.operator.as_ref(),
            SetBy::Manager => self.manager.as_ref(),
        }
    }

    /// The same, after `by` has set `limits`.
    pub(crate) fn with(self, by: SetBy, limits: Option<Limits>) -> Self {
        match by {
            SetBy::Operator => Self { operator: limits, ..self },
            SetBy::Manager => Self { manager: limits, ..self },
        }
    }

    /// What a key with these is held to where its plan or organization says `base`: in each window what the operator has set,
    /// or else the base; and what a manager has set, where that is lower.
    pub(super) fn over(&self, base: &Limits) -> Limits {
        let Self { operator, manager } = self;
        let granted = operator.as_ref().map_or_else(|| base.clone(), |own| base.replaced_by(own));

        manager.as_ref().map_or_else(|| granted.clone(), |own| granted.lowered_by(own))
    }

    /// Who has set the limit of `requests` that a key with these is held to in `window`; `None` where it is the plan's.
    pub fn set_by(&self, window: Window, requests: u32) -> Option<SetBy> {
        let has_set = |by: &SetBy| self.of(*by).and_then(|limits| limits.get(window)) == Some(requests);

        [SetBy::Operator, SetBy::Manager].into_iter().find(has_set)
    }

    /// All of them, as replies show them.
    pub(crate) fn shown(self) -> Vec<OwnLimit> {
        let Self { operator, manager } = self;
        let both = [(SetBy::Operator, operator), (SetBy::Manager, manager)];
        let shown = both.into_iter().flat_map(|(set_by, limits)| {
            let limits = limits.map(Vec::from).unwrap_or_default();
            limits.into_iter().map(move |Limit { requests, per, sliding }| OwnLimit { requests, per, sliding, set_by })
        });

        shown.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Limits by the first letter of their window: `9m 5h`. None for nothing.
    fn limits(text: &str) -> Option<Limits> {
        let limits = text.split_whitespace().map(|limit| {
            let requests = limit.trim_end_matches(char::is_alphabetic);
            let per = Window::ALL.into_iter().find(|window| limit.ends_with(window.letter())).unwrap();
            Limit { requests: requests.parse().unwrap(), per, sliding: false }
        });

        Some(limits.collect::<Vec<_>>()).filter(|limits| !limits.is_empty()).map(|limits| limits.try_into().unwrap())
    }

    #[test]
    fn the_operators_stand_in_place_of_the_plans_and_a_managers_only_lower() {
        use SetBy::{Manager, Operator};
        for (base, operator, manager, effective, set_by) in [
            ("9m", "", "", "9m", [None, None]),
            ("9m", "12m", "", "12m", [Some(Operator), None]),
            ("9m", "3m", "", "3m", [Some(Operator), None]),
            ("9m", "", "12m", "9m", [None, None]),
            ("9m", "", "3m", "3m", [Some(Manager), None]),
            ("9m", "12m", "10m", "10m", [Some(Manager), None]),
            ("9m", "12m", "14m", "12m", [Some(Operator), None]),
            ("9m", "12m", "12m", "12m", [Some(Operator), None]),
            ("9m", "9m", "", "9m", [Some(Operator), None]),
            ("9m", "50h", "", "9m 50h", [None, Some(Operator)]),
            ("9m", "", "50h", "9m 50h", [None, Some(Manager)]),
            ("9m 40h", "12m", "30h", "12m 30h", [Some(Operator), Some(Manager)]),
            ("9m 40h", "50h", "3m 60h", "3m 50h", [Some(Manager), Some(Operator)]),
        ] {
            let own = OwnLimits { operator: limits(operator), manager: limits(manager) };
            let over = own.over(&limits(base).unwrap());
            assert_eq!(Some(&over), limits(effective).as_ref(), "{base}, operator {operator}, manager {manager}");
            let said = [Window::Minute, Window::Hour].map(|window| own.set_by(window, over.get(window)?));
            assert_eq!(said, set_by, "{base}, operator {operator}, manager {manager}");
        }
    }

    #[test]
    fn whatever_is_set_nobody_gets_over_the_operator_and_no_manager_raises_anything() {
        let choices = ["", "1m", "2m", "3m", "2h", "1m 3h", "3m 1h", "2m 2h 2d"].map(limits);
        for base in choices.iter().flatten() {
            for (operator, manager) in choices.iter().flat_map(|one| choices.iter().map(move |other| (one, other))) {
                let own = OwnLimits { operator: operator.clone(), manager: manager.clone() };
                let alone = OwnLimits { manager: None, ..own.clone() };
                let (with, without) = (own.over(base), alone.over(base));
                let get = |limits: &Option<Limits>, window| limits.as_ref().and_then(|limits| limits.get(window));
                for window in Window::ALL {
                    let granted = get(operator, window).or(base.get(window));
                    assert_eq!(without.get(window), granted, "{own:?} on {base:?}");
                    let lower = [granted, get(manager, window)].into_iter().flatten().min();
                    assert_eq!(with.get(window), lower, "{own:?} on {base:?}");
                }
            }
        }
    }

    #[test]
    fn each_sets_their_own_and_all_are_shown() {
        let own = OwnLimits::new(SetBy::Manager, limits("3m")).with(SetBy::Operator, limits("50h 9m"));
        let shown = |own: OwnLimits| serde_json::to_value(own.shown()).unwrap();
        let all = json!([
            {"requests": 9, "per": "minute", "setBy": "operator"},
            {"requests": 50, "per": "hour", "setBy": "operator"},
            {"requests": 3, "per": "minute", "setBy": "manager"},
        ]);
        assert_eq!(shown(own.clone()), all);
        let own = own.with(SetBy::Manager, None);
        assert_eq!(shown(own.clone()).as_array().map(Vec::len), Some(2));
        let own = own.with(SetBy::Operator, None);
        assert_eq!((own.is_empty(), shown(own)), (true, Value::Array(Vec::new())));
    }
}
