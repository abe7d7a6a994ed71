//! What a contract lets callers do with the keys of their own organization: its section `[management]`.

use serde::Deserialize;

use crate::contract::denial::Denial;

/// Something that can be done with an organization's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Operation {
    /// See all of them.
    List,
    /// See one.
    Get,
    /// See how one was used.
    Usage,
    /// Issue one.
    Create,
    /// Change one.
    Update,
    /// Revoke one, for good.
    Delete,
    /// Give one a new secret.
    Regenerate,
    /// Let people in to the pages on which they manage them.
    Portal,
    /// See what people are told of, and when they were.
    Alerts,
    /// Change that.
    UpdateAlerts,
}

impl TryFrom<String> for Operation {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == "import" {
            return Err(
                "import is the operator's alone: by it one tenant could tell which digests are another's".to_owned()
            );
        }
        let names = || Self::ALL.map(Self::name).join(", ");

        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
            .ok_or_else(|| format!("must be one of {}", names()))
    }
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::Get,
        Self::Usage,
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Regenerate,
        Self::Portal,
        Self::Alerts,
        Self::UpdateAlerts,
    ];

    /// Its name in contracts.
    const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Usage => "usage",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Regenerate => "regenerate",
            Self::Portal => "portal",
            Self::Alerts => "alerts",
            Self::UpdateAlerts => "update_alerts",
        }
    }

    /// The methods and paths of the operation for callers with a key, where their contract opens it.
    pub const fn routes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::List => &[("GET", "/api/v1/{org}/api-keys")],
            Self::Get => &[("GET", "/api/v1/{org}/api-keys/{id}")],
            Self::Usage => &[("GET", "/api/v1/{org}/api-keys/{id}/usage")],
            Self::Create => &[("POST", "/api/v1/{org}/api-keys")],
            Self::Update => &[("PATCH", "/api/v1/{org}/api-keys/{id}")],
            Self::Delete => &[("DELETE", "/api/v1/{org}/api-keys/{id}")],
            Self::Regenerate => &[("POST", "/api/v1/{org}/api-keys/{id}/regenerate")],
            Self::Portal => &[("POST", "/api/v1/{org}/portal-sessions")],
            Self::Alerts => &[("GET", "/api/v1/{org}/alerts"), ("GET", "/api/v1/{org}/alerts/history")],
            Self::UpdateAlerts => &[("PUT", "/api/v1/{org}/alerts")],
        }
    }

    /// The operation behind the callers' `route`: `GET /api/v1/{org}/api-keys`.
    fn by(route: &str) -> Option<Self> {
        let route = route.split_once(' ')?;

        Self::ALL.into_iter().find(|operation| operation.routes().contains(&route))
    }

    /// Whether it is about alerts.
    pub(crate) const fn is_about_alerts(self) -> bool {
        matches!(self, Self::Alerts | Self::UpdateAlerts)
    }

    /// Whether it only reads.
    pub const fn is_harmless(self) -> bool {
        match self {
            Self::List | Self::Get | Self::Usage | Self::Alerts => true,
            Self::Create | Self::Update | Self::Delete | Self::Regenerate | Self::Portal | Self::UpdateAlerts => false,
        }
    }
}

/// What a contract lets callers do with their organization's keys.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Management {
    /// The operations that are open to them; none where the contract says nothing.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// The scope that they need for it. Without one any key will do, and can only look.
    pub scope: Option<String>,
    /// What is shown of a key besides what every contract shows; everything where it is left out.
    pub shows: Option<Vec<Shown>>,
    /// Whether a hint of each key is shown. `[key]` says so, since it is about what keys look like.
    #[serde(skip)]
    pub hints: bool,
}

/// A member of a key that not every contract knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    /// `status`: `active`, `inactive`, `expired`, or `quarantined` where the contract has that.
    Status,
    /// `expiresAt`.
    ExpiresAt,
    /// `lastRotatedAt`: when it was last given another secret, if it was.
    LastRotatedAt,
    /// `overlapEndsAt`: until when the secret before this one works, while it does.
    OverlapEndsAt,
    /// `leak`: where a secret of the key was found, and what was done about it, while it works.
    Leak,
}

impl Management {
    /// Whether `route` is there for callers. The template has the routes of all operations, whatever the contract. An
    /// operation that the contract does not open is treated as if it were not there.
    pub fn opens(&self, route: &str) -> bool {
        Operation::by(route).is_none_or(|operation| self.operations.contains(&operation))
    }

    /// The answer to callers on `route`, which is one of an operation that is not open: the path may be there for other
    /// methods.
    pub(crate) fn closed(&self, route: &str) -> Denial {
        let path = route.split_once(' ').map(|(_, path)| path);
        let open = self.operations.iter().flat_map(|operation| operation.routes());
        let at_path = open.filter(|(_, open)| Some(*open) == path);
        let mut allow: Vec<_> = at_path.map(|(method, _)| (*method).to_owned()).collect();
        allow.sort();

        if allow.is_empty() { Denial::UnknownRoute } else { Denial::MethodNotAllowed { allow } }
    }

    /// Whether this member of a key is shown.
    pub fn shows(&self, member: Shown) -> bool {
        self.shows.as_ref().is_none_or(|shows| shows.contains(&member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_that_is_not_open_is_as_if_its_route_were_not_there() {
        let opening =
            |operations: &[Operation]| Management { operations: operations.to_vec(), ..Management::default() };
        let all = opening(&Operation::ALL);
        let list = opening(&[Operation::List]);
        let none = opening(&[]);
        for operation in Operation::ALL {
            for (method, path) in operation.routes() {
                let route = format!("{method} {path}");
                assert_eq!(
                    [&all, &list, &none].map(|management| management.opens(&route)),
                    [true, operation == Operation::List, false],
                    "{route}"
                );
                assert_eq!(none.closed(&route), Denial::UnknownRoute, "{route}");
            }
        }
        assert!(none.opens("GET /api/v1/courses") && none.opens("GET /operator/v1/organizations/{org}/api-keys"));
        assert_eq!(
            list.closed("POST /api/v1/{org}/api-keys"),
            Denial::MethodNotAllowed { allow: vec!["GET".to_owned()] }
        );
        assert_eq!(list.closed("GET /api/v1/{org}/api-keys/{id}"), Denial::UnknownRoute);
    }
}
