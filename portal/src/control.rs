//! Whether somebody may do something here, and if not, why.

/// Whether a page offers an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// The contract does not have it: nothing is shown.
    #[default]
    Absent,
    /// It is offered.
    Open,
    /// It is shown, cannot be used, and says why.
    Shut(Why),
}

/// Why an action cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The session was made without it.
    Session,
    /// The organization is locked.
    Locked,
    /// There are as many keys as there may be: a whole sentence in the language of the contract.
    Full(String),
    /// For another reason: a whole sentence, in the language of the page or, where the contract has said it, in the contract's.
    Said(String),
}

impl Control {
    /// Whether it is offered.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether it is not shown: a page says once that the link of its session does not include everything.
    pub const fn is_hidden(&self) -> bool {
        matches!(self, Self::Absent | Self::Shut(Why::Session))
    }

    /// Whether there is no such thing here.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
