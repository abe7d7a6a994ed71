//! The placeholders of a contract's texts, and what each stands for in the answer to one request.

use serde_json::{Value, json};

use crate::contract::denial::{Denial, Kind};
use crate::contract::quota::Holder;

/// Something that a contract's text leaves open until a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{reason}`: a public sentence.
    Reason,
    /// `{scope}`: the scope that a call needs.
    Scope,
    /// `{resource}`: `Course`.
    Resource,
    /// `{resource_code}`: `course`.
    ResourceCode,
    /// `{retry_after}`: seconds, a number.
    RetryAfter,
    /// `{details}`: a list of `{"field", "message"}`.
    Details,
    /// `{detail}`: a public sentence about this very request.
    Detail,
    /// `{request_id}`: the gateway's id of the request.
    RequestId,
    /// `{policies}`: the names of the limits that are reached, as the header `RateLimit-Policy` has them: a list.
    Policies,
}

/// A denial as the caller is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The denial.
    pub denial: &'a Denial,
    /// The gateway's id of the request, where there is one.
    pub request_id: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// The answer to the request of that id; an empty one is none.
    pub fn new(denial: &'a Denial, request_id: &'a str) -> Self {
        Self { denial, request_id: Some(request_id).filter(|id| !id.is_empty()) }
    }

    /// What `placeholder` stands for.
    pub(super) fn fill(&self, placeholder: Placeholder) -> Option<Value> {
        match placeholder {
            Placeholder::Reason => self.reason().map(Value::from),
            Placeholder::Detail => self.reason().or_else(|| detail(self.denial)).map(Value::from),
            Placeholder::RequestId => self.request_id.map(Value::from),
            Placeholder::Scope
            | Placeholder::Resource
            | Placeholder::ResourceCode
            | Placeholder::RetryAfter
            | Placeholder::Details
            | Placeholder::Policies => self.data(placeholder),
        }
    }

    /// The sentence that the denial comes with.
    pub(super) fn reason(&self) -> Option<String> {
        if let Denial::PlanLimit { reason } | Denial::Conflict { reason } | Denial::Rejected { reason, .. } =
            self.denial
        {
            return Some(reason.clone());
        }
        let Denial::InvalidRequest { violations } = self.denial else { return None };
        let sentences: Vec<_> = violations.iter().map(|v| format!("{} {}", v.field, v.message)).collect();

        Some(sentences.join("; "))
    }

    /// What `placeholder` stands for, where that is part of the denial.
    fn data(&self, placeholder: Placeholder) -> Option<Value> {
        match (placeholder, self.denial) {
            (Placeholder::Details, Denial::InvalidRequest { violations }) => serde_json::to_value(violations).ok(),
            (Placeholder::Scope, Denial::MissingScope { scope }) => Some(scope.as_str().into()),
            (Placeholder::Resource, Denial::ResourceNotFound { resource }) => Some((*resource).into()),
            (Placeholder::ResourceCode, Denial::ResourceNotFound { resource }) => {
                Some(resource.to_lowercase().replace(' ', "_").into())
            }
            (
                Placeholder::RetryAfter,
                Denial::RateLimited { retry_after, .. }
                | Denial::OrganizationRateLimited { retry_after, .. }
                | Denial::Unavailable { retry_after },
            ) => Some((*retry_after).into()),
            (Placeholder::Policies, Denial::RateLimited { windows, .. }) if !windows.is_empty() => {
                Some(windows.iter().map(|window| Holder::Key.policy(*window)).collect())
            }
            (Placeholder::Policies, Denial::OrganizationRateLimited { windows, .. }) => {
                Some(windows.iter().map(|window| Holder::Organization.policy(*window)).collect())
            }
            _ => None,
        }
    }
}

/// A sentence of the data that `denial` comes with.
fn detail(denial: &Denial) -> Option<String> {
    if let Denial::MissingScope { scope } = denial {
        return Some(format!("The key lacks the scope {scope}"));
    }
    if let Denial::ResourceNotFound { resource } = denial {
        return Some(format!("{resource} not found"));
    }
    if let Denial::MethodNotAllowed { allow } = denial {
        return Some(format!("The path takes {}", allow.join(", ")));
    }
    let (Denial::RateLimited { retry_after, .. }
    | Denial::OrganizationRateLimited { retry_after, .. }
    | Denial::Unavailable { retry_after }) = denial
    else {
        return None;
    };
    let plural = if *retry_after == 1 { "" } else { "s" };

    Some(format!("Try again in {retry_after} second{plural}"))
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 9] = [
        Self::Reason,
        Self::Scope,
        Self::Resource,
        Self::ResourceCode,
        Self::RetryAfter,
        Self::Details,
        Self::Detail,
        Self::RequestId,
        Self::Policies,
    ];

    /// Whether the text of every denial may have it. A member that is nothing else is left out where it stands for nothing.
    pub(super) const fn is_anywhere(self) -> bool {
        match self {
            Self::Details | Self::Detail | Self::RequestId | Self::Policies => true,
            Self::Reason | Self::Scope | Self::Resource | Self::ResourceCode | Self::RetryAfter => false,
        }
    }

    /// Whether a function that announces a denial already knows what this stands for.
    pub(super) const fn is_known(self) -> bool {
        match self {
            Self::Resource | Self::ResourceCode => true,
            Self::Reason
            | Self::Scope
            | Self::RetryAfter
            | Self::Details
            | Self::Detail
            | Self::RequestId
            | Self::Policies => false,
        }
    }

    /// Whether an answer may lack it, although another to the same denial has it.
    pub(super) const fn is_optional(self) -> bool {
        matches!(self, Self::RequestId | Self::Policies)
    }

    /// The JSON schema of what it stands for.
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Reason | Self::Scope | Self::Resource | Self::ResourceCode | Self::Detail | Self::RequestId => {
                json!({"type": "string"})
            }
            Self::RetryAfter => json!({"type": "integer", "minimum": 1}),
            Self::Policies => json!({"type": "array", "items": {"type": "string"}}),
            Self::Details => json!({
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["field", "message"],
                    "additionalProperties": false,
                },
            }),
        }
    }

    /// The placeholder of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "reason" => Some(Self::Reason),
            "scope" => Some(Self::Scope),
            "resource" => Some(Self::Resource),
            "resource_code" => Some(Self::ResourceCode),
            "retry_after" => Some(Self::RetryAfter),
            "details" => Some(Self::Details),
            "detail" => Some(Self::Detail),
            "request_id" => Some(Self::RequestId),
            "policies" => Some(Self::Policies),
            _ => None,
        }
    }

    /// The placeholders that the texts of some denials have: those of `kind`.
    pub(super) const fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::PlanLimit | Kind::Conflict | Kind::InvalidRequest => &[Self::Reason],
            Kind::MissingScope => &[Self::Scope],
            Kind::ResourceNotFound => &[Self::Resource, Self::ResourceCode],
            Kind::RateLimited | Kind::OrganizationRateLimited | Kind::Unavailable => &[Self::RetryAfter],
            Kind::MissingCredential
            | Kind::MalformedCredential
            | Kind::UnknownKey
            | Kind::InactiveKey
            | Kind::ExpiredKey
            | Kind::WrongEnvironment
            | Kind::WrongKeyType
            | Kind::OrganizationLocked
            | Kind::NoApiOnPlan
            | Kind::AddressNotAllowed
            | Kind::UnknownRoute
            | Kind::MethodNotAllowed
            | Kind::OrganizationNotFound
            | Kind::Internal => &[],
        }
    }
}
