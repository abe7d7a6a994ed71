//! The kinds of alert.

/// A kind of alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// A key has used much of what it may in a window.
    LimitApproaching,
    /// Requests were refused because a limit was reached.
    LimitReached,
    /// Too many requests have failed.
    ErrorsHigh,
    /// A key was used far more, or far less, than usual.
    ActivityUnusual,
    /// A key was used after a long silence.
    ActivityWoke,
    /// Somebody tries what a key may not do, or a key that does not work any more.
    ActivityProbing,
    /// A key was not used for long.
    KeyUnused,
    /// A key stops working soon.
    KeyExpiring,
    /// A key was found where others can see it.
    KeyExposed,
    /// An old secret is still used, and stops working soon.
    RotationLingering,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::LimitApproaching,
        Self::LimitReached,
        Self::ErrorsHigh,
        Self::ActivityUnusual,
        Self::ActivityWoke,
        Self::ActivityProbing,
        Self::KeyUnused,
        Self::KeyExpiring,
        Self::KeyExposed,
        Self::RotationLingering,
    ];

    /// What the form sends as `on`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LimitApproaching => "limit.approaching",
            Self::LimitReached => "limit.reached",
            Self::ErrorsHigh => "errors.high",
            Self::ActivityUnusual => "activity.unusual",
            Self::ActivityWoke => "activity.woke",
            Self::ActivityProbing => "activity.probing",
            Self::KeyUnused => "key.unused",
            Self::KeyExpiring => "key.expiring",
            Self::KeyExposed => "key.exposed",
            Self::RotationLingering => "rotation.lingering",
        }
    }
}
