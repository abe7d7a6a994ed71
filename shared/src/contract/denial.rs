//! Why a request is refused: one enum for all of Latchkey. The contract decides what each refusal says on the wire.

use schemars::JsonSchema;
use serde::de::IntoDeserializer as _;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::limit::Window;

/// A refusal, with the data that only this one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No credential where the contract wants one.
    MissingCredential,
    /// The header is there, but not in the contract's scheme.
    MalformedCredential,
    /// Not a key, or not one that exists: never issued, or revoked.
    UnknownKey,
    /// The key is switched off.
    InactiveKey,
    /// The key has expired.
    ExpiredKey,
    /// The key's type does not work at this stage.
    WrongEnvironment,
    /// The key's type can never do this.
    WrongKeyType,
    /// The organization is locked.
    OrganizationLocked,
    /// The organization's plan has no API.
    NoApiOnPlan,
    /// Something is at its plan's cap.
    PlanLimit {
        /// A public sentence.
        reason: String,
    },
    /// The key may not be used from where the request comes.
    AddressNotAllowed,
    /// The key does not hold what the call needs.
    MissingScope {
        /// The scope that it needs.
        scope: String,
    },
    /// No such path.
    UnknownRoute,
    /// The path exists, for other methods.
    MethodNotAllowed {
        /// The methods that it takes.
        allow: Vec<String>,
    },
    /// No such organization, or not the key's own: both read the same.
    OrganizationNotFound,
    /// Nothing of that kind with that id in this organization.
    ResourceNotFound {
        /// The kind of thing that was looked for, as a sentence would begin with it: `Course`.
        resource: &'static str,
    },
    /// The request itself is wrong.
    InvalidRequest {
        /// What is wrong, at least one.
        violations: Vec<Violation>,
    },
    /// It clashes with what is there.
    Conflict {
        /// A public sentence.
        reason: String,
    },
    /// A limit is reached.
    RateLimited {
        /// Seconds until a request can be admitted again, at least 1.
        retry_after: u32,
        /// The windows whose limits are reached; none where DynamoDB's own limit of an item is.
        windows: Vec<Window>,
    },
    /// A limit of all keys of the organization together is reached.
    OrganizationRateLimited {
        /// Seconds until a request can be admitted again, at least 1.
        retry_after: u32,
        /// The windows whose limits are reached.
        windows: Vec<Window>,
    },
    /// The store does not answer. Nobody is let in.
    Unavailable {
        /// Seconds after which another try makes sense.
        retry_after: u32,
    },
    /// Our own fault.
    Internal,
    /// A refusal of the API behind the keys, by the name that it has in the contract's `[rejections]`.
    Rejected {
        /// The name, `invalid_course`.
        name: &'static str,
        /// A public sentence for contracts that do not know the name.
        reason: String,
    },
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Violation {
    /// Where: a member of the body (`limits[0].per`), a parameter, or `body`.
    pub field: String,
    /// What, as the rest of a sentence that begins with the field: `must be …`.
    pub message: String,
}

impl Violation {
    /// `field message`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl From<Violation> for Denial {
    fn from(violation: Violation) -> Self {
        Self::InvalidRequest { violations: vec![violation] }
    }
}

/// A denial without its data: the key of a contract's `[denials]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "each is documented at its twin in Denial")]
pub enum Kind {
    MissingCredential,
    MalformedCredential,
    UnknownKey,
    InactiveKey,
    ExpiredKey,
    WrongEnvironment,
    WrongKeyType,
    OrganizationLocked,
    NoApiOnPlan,
    PlanLimit,
    AddressNotAllowed,
    MissingScope,
    UnknownRoute,
    MethodNotAllowed,
    OrganizationNotFound,
    ResourceNotFound,
    InvalidRequest,
    Conflict,
    RateLimited,
    OrganizationRateLimited,
    Unavailable,
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::MissingCredential,
        Self::MalformedCredential,
        Self::UnknownKey,
        Self::InactiveKey,
        Self::ExpiredKey,
        Self::WrongEnvironment,
        Self::WrongKeyType,
        Self::OrganizationLocked,
        Self::NoApiOnPlan,
        Self::PlanLimit,
        Self::AddressNotAllowed,
        Self::MissingScope,
        Self::UnknownRoute,
        Self::MethodNotAllowed,
        Self::OrganizationNotFound,
        Self::ResourceNotFound,
        Self::InvalidRequest,
        Self::Conflict,
        Self::RateLimited,
        Self::OrganizationRateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// Whether it says that the credential is not a key, or does not work as one.
    pub const fn is_no_key(self) -> bool {
        match self {
            Self::MissingCredential
            | Self::MalformedCredential
            | Self::UnknownKey
            | Self::InactiveKey
            | Self::ExpiredKey
            | Self::WrongEnvironment => true,
            Self::WrongKeyType
            | Self::OrganizationLocked
            | Self::NoApiOnPlan
            | Self::PlanLimit
            | Self::AddressNotAllowed
            | Self::MissingScope
            | Self::UnknownRoute
            | Self::MethodNotAllowed
            | Self::OrganizationNotFound
            | Self::ResourceNotFound
            | Self::InvalidRequest
            | Self::Conflict
            | Self::RateLimited
            | Self::OrganizationRateLimited
            | Self::Unavailable
            | Self::Internal => false,
        }
    }

    /// The denial like which it reads where a contract does not say how it does. They came after contracts were written.
    pub(super) const fn twin(self) -> Option<Self> {
        if matches!(self, Self::AddressNotAllowed) {
            Some(Self::MissingScope)
        } else if matches!(self, Self::OrganizationRateLimited) {
            Some(Self::RateLimited)
        } else {
            None
        }
    }

    /// Its name in contracts: `rate_limited`.
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).ok();
        name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
        Self::deserialize(name).ok()
    }
}

impl Denial {
    /// The kind that decides how it reads, unless the contract lists its own name.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::MissingCredential => Kind::MissingCredential,
            Self::MalformedCredential => Kind::MalformedCredential,
            Self::UnknownKey => Kind::UnknownKey,
            Self::InactiveKey => Kind::InactiveKey,
            Self::ExpiredKey => Kind::ExpiredKey,
            Self::WrongEnvironment => Kind::WrongEnvironment,
            Self::WrongKeyType => Kind::WrongKeyType,
            Self::OrganizationLocked => Kind::OrganizationLocked,
            Self::NoApiOnPlan => Kind::NoApiOnPlan,
            Self::PlanLimit { .. } => Kind::PlanLimit,
            Self::AddressNotAllowed => Kind::AddressNotAllowed,
            Self::MissingScope { .. } => Kind::MissingScope,
            Self::UnknownRoute => Kind::UnknownRoute,
            Self::MethodNotAllowed { .. } => Kind::MethodNotAllowed,
            Self::OrganizationNotFound => Kind::OrganizationNotFound,
            Self::ResourceNotFound { .. } => Kind::ResourceNotFound,
            Self::InvalidRequest { .. } | Self::Rejected { .. } => Kind::InvalidRequest,
            Self::Conflict { .. } => Kind::Conflict,
            Self::RateLimited { .. } => Kind::RateLimited,
            Self::OrganizationRateLimited { .. } => Kind::OrganizationRateLimited,
            Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal => Kind::Internal,
        }
    }
}
