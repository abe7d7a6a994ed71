//! The limits that a manager sets for a key: what the form offers, and what was typed.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use payload::Field as Member;
use portal::{LimitField, Problem};
use shared::Form;
use shared::contract::limit::{Limit, Limits, Window};
use shared::contract::portal::Field as Asked;

use super::{Sheet, Typed};
use crate::view;

/// How much of a number is shown again, in bytes.
const TYPED_MOST: usize = 40;

/// The numbers that were sent with `form`.
pub(super) fn sent(form: &Form) -> BTreeMap<Window, String> {
    let sent = |window| (window, view::typed(form, view::window(window).field(), TYPED_MOST));

    Window::ALL.into_iter().map(sent).collect()
}

/// What somebody would have typed who has set `limits`.
pub(crate) fn typed_limits(limits: Option<&Limits>) -> BTreeMap<Window, String> {
    limits.into_iter().flat_map(Limits::iter).map(|(window, requests)| (window, requests.to_string())).collect()
}

impl Sheet<'_> {
    pub(super) fn limits(&self, typed: &Typed) -> Vec<LimitField> {
        if !self.asks(Asked::Limits) {
            return Vec::new();
        }
        let field = |window: &Window| LimitField {
            window: view::window(*window),
            typed: typed.limits.get(window).cloned().unwrap_or_default(),
        };

        self.app.contract.windows.iter().map(field).collect()
    }

    /// A form without a number takes away what was set before.
    pub(super) fn read_limits(&self, typed: &Typed, problems: &mut Vec<Problem>) -> Member<Limits> {
        if !self.asks(Asked::Limits) {
            return Member::LeftOut;
        }
        let mut limits = Vec::new();
        for window in &self.app.contract.windows {
            let number = typed.limits.get(window).map(|number| number.trim()).unwrap_or_default();
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
            match number.parse::<NonZeroU32>() {
                Ok(requests) if is_plain => limits.push(Limit { requests, per: *window, sliding: false }),
                _ if number.is_empty() => (),
                Ok(_) | Err(_) => problems.push(Problem::LimitWrong(view::window(*window))),
            }
        }
        let limits = Limits::try_from(limits).ok().filter(|limits| !limits.is_empty());

        limits.map_or(Member::Null, Member::Value)
    }
}
