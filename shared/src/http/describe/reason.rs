//! Refusals that a handler's types do not show: the handler announces them where it is served.

use crate::contract::denial::{Denial, Kind, Violation};
use crate::contract::limit::Window;

/// A refusal that a handler decides on by itself: `serve(get.may_refuse(&[Reason::NotFound("Course")]))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The route leads nowhere under this contract.
    NoRoute,
    /// No such organization.
    NoOrganization,
    /// Nothing of that kind with that id: the `resource` of [`Denial::ResourceNotFound`].
    NotFound(&'static str),
    /// It clashes with what is there.
    Conflict,
    /// Something is at its plan's cap, or not in the plan.
    PlanLimit,
    /// The key lacks what it would give away.
    MissingScope,
    /// What is asked for is not open to anybody, or not the maker's to give: the operator is refused, too.
    NotOpen,
    /// The request is well formed, and wrong nevertheless.
    Invalid,
    /// A refusal of the API behind the keys, by its name in the contract's `[rejections]`.
    Rejected(&'static str),
}

impl Reason {
    /// A denial for this reason, as an example.
    pub(super) fn denial(self) -> Denial {
        match self {
            Self::NoRoute => Denial::UnknownRoute,
            Self::NoOrganization => Denial::OrganizationNotFound,
            Self::NotFound(resource) => Denial::ResourceNotFound { resource },
            Self::Conflict => example(Kind::Conflict),
            Self::PlanLimit => example(Kind::PlanLimit),
            Self::MissingScope | Self::NotOpen => example(Kind::MissingScope),
            Self::Invalid => example(Kind::InvalidRequest),
            Self::Rejected(name) => Denial::Rejected { name, reason: "It cannot be done".to_owned() },
        }
    }
}

/// A denial of that kind, as an example.
pub(super) fn example(kind: Kind) -> Denial {
    match kind {
        Kind::MissingCredential => Denial::MissingCredential,
        Kind::MalformedCredential => Denial::MalformedCredential,
        Kind::UnknownKey => Denial::UnknownKey,
        Kind::InactiveKey => Denial::InactiveKey,
        Kind::ExpiredKey => Denial::ExpiredKey,
        Kind::WrongEnvironment => Denial::WrongEnvironment,
        Kind::WrongKeyType => Denial::WrongKeyType,
        Kind::OrganizationLocked => Denial::OrganizationLocked,
        Kind::NoApiOnPlan => Denial::NoApiOnPlan,
        Kind::PlanLimit => Denial::PlanLimit { reason: "The plan does not include this".to_owned() },
        Kind::AddressNotAllowed => Denial::AddressNotAllowed,
        Kind::MissingScope => Denial::MissingScope { scope: "write".to_owned() },
        Kind::UnknownRoute => Denial::UnknownRoute,
        Kind::MethodNotAllowed => Denial::MethodNotAllowed { allow: vec!["GET".to_owned()] },
        Kind::OrganizationNotFound => Denial::OrganizationNotFound,
        Kind::ResourceNotFound => Denial::ResourceNotFound { resource: "Resource" },
        Kind::InvalidRequest => Violation::new("body", "must be JSON").into(),
        Kind::Conflict => Denial::Conflict { reason: "There is one already".to_owned() },
        Kind::RateLimited => Denial::RateLimited { retry_after: 30, windows: vec![Window::Minute] },
        Kind::OrganizationRateLimited => {
            Denial::OrganizationRateLimited { retry_after: 30, windows: vec![Window::Minute] }
        }
        Kind::Unavailable => Denial::Unavailable { retry_after: 1 },
        Kind::Internal => Denial::Internal,
    }
}

/// When a request is refused like this, as a sentence.
pub(super) const fn when(denial: &Denial) -> &'static str {
    match denial {
        Denial::MissingCredential => "There is no key.",
        Denial::MalformedCredential => "The header has not the scheme.",
        Denial::UnknownKey => "There is no such key.",
        Denial::InactiveKey => "The key is switched off.",
        Denial::ExpiredKey => "The key's time is over.",
        Denial::WrongEnvironment => "Keys of this type do not work at this stage.",
        Denial::WrongKeyType => "Keys of this type can never do this.",
        Denial::OrganizationLocked => "The organization is locked.",
        Denial::NoApiOnPlan => "The organization's plan has no API.",
        Denial::PlanLimit { .. } => "A cap of the plan is reached, or the plan does not include it.",
        Denial::AddressNotAllowed => "The key may not be used from this address.",
        Denial::MissingScope { .. } => "The key lacks a scope.",
        Denial::UnknownRoute => "There is no such path.",
        Denial::MethodNotAllowed { .. } => "The path does not take this method.",
        Denial::OrganizationNotFound => "There is no such organization, or it is not the key's own.",
        Denial::ResourceNotFound { .. } => "There is nothing with that id.",
        Denial::InvalidRequest { .. } => "The request is at fault.",
        Denial::Conflict { .. } => "It clashes with what is there.",
        Denial::RateLimited { .. } => "A limit is reached.",
        Denial::OrganizationRateLimited { .. } => "A limit of all keys of the organization together is reached.",
        Denial::Unavailable { .. } => "The store does not answer.",
        Denial::Internal => "Something is wrong here.",
        Denial::Rejected { .. } => "It asks for what cannot be had.",
    }
}
