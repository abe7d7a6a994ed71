//! What a request asks of a pass, beside the scopes that it needs.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::contract::cost::Cost;
use crate::contract::limit::Window;
use crate::contract::slide::Slide;
use crate::environment::clock::Times;

/// What a request asks of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// When it is judged.
    pub times: Times,
    /// How much it counts in every window.
    pub cost: Cost,
    /// From where it comes, as far as that is known.
    pub address: Option<IpAddr>,
}

impl Ask {
    /// A request at `times` that counts once, and of which it is not known from where it comes.
    pub fn once(times: impl Into<Times>) -> Self {
        Self { times: times.into(), cost: Cost::ONE, address: None }
    }

    /// When it is judged, where at least a minute matters.
    pub const fn now(&self) -> Timestamp {
        self.times.now
    }

    /// When it is judged in `window`.
    pub const fn at(&self, window: Window) -> Timestamp {
        match window {
            Window::Second => self.times.near,
            Window::Minute | Window::Hour | Window::Day | Window::Week | Window::Month => self.times.now,
        }
    }

    /// The number of the `window` that it counts in.
    pub fn number(&self, window: Window) -> i64 {
        window.number(self.at(window))
    }

    /// The number of the sub-window of `window` that it counts in, where that slides.
    pub fn part(&self, window: Window) -> i64 {
        Slide::number(window, self.times.near)
    }
}
