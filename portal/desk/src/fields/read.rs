//! What was typed into the form for a key, read as the API takes it; and what is wrong with it, in the page's words.

use jiff::Timestamp;
use payload::Field as Member;
use portal::{Field, Problem};
use shared::App;
use shared::Denial;
use shared::contract::KeyType as Kind;
use shared::contract::limit::Limits;
use shared::contract::portal::Field as Asked;
use shared::contract::scope::Scopes;
use shared::registry::key::Key;
use shared::registry::name::Name;

use super::{Sheet, Typed};
use crate::view;

/// What was sent, once nothing is wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) name: Name,
    pub(crate) kind: Option<String>,
    pub(crate) scopes: Option<Scopes>,
    pub(crate) expires: Expires,
    pub(crate) limits: Member<Limits>,
}

/// When a key is to stop working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expires {
    /// As it is; a new key as its plan and its type say.
    Kept,
    /// Never.
    Never,
    /// Then.
    At(Timestamp),
}

impl<'a> Sheet<'a> {
    /// The scopes that `key` is to have where `chosen` were ticked; `None` where that changes nothing. What the form could
    /// not offer, because the plan does not include it, stays.
    pub(crate) fn changed(&self, chosen: &Scopes, key: &Key) -> Option<Scopes> {
        let kind = self.kind?;
        let offered = self.choice(kind);
        let before: Scopes = key.scopes.iter().filter(|scope| offered.contains(scope)).collect();
        let kept: Scopes =
            key.scopes.iter().filter(|scope| kind.scopes.choice.contains(scope) && !offered.contains(scope)).collect();

        (before != *chosen).then(|| chosen.union(&kept))
    }

    /// What was typed, as the API takes it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(&self, typed: &Typed) -> Result<Read, Vec<Problem>> {
        let mut problems = Vec::new();
        let name = read_name(typed, &mut problems);
        let kind = self.read_kind(typed, &mut problems);
        let scopes = kind.as_ref().and_then(|kind| self.read_scopes(typed, kind, &mut problems));
        let expires = self.read_expiry(typed, &mut problems);
        let limits = self.read_limits(typed, &mut problems);
        match (name, kind) {
            (Some(name), Some(kind)) if problems.is_empty() => {
                Ok(Read { name, kind: kind.name.clone(), scopes, expires, limits })
            }
            _ => Err(problems),
        }
    }

    fn read_kind(&self, typed: &Typed, problems: &mut Vec<Problem>) -> Option<&'a Kind> {
        let kind = self.kind.or_else(|| self.kinds().into_iter().find(|kind| kind.name == typed.kind));
        if kind.is_none() {
            problems.push(Problem::TypeMissing);
        }

        kind
    }

    /// `None` where the form leaves no choice: the key has what its type has by default.
    fn read_scopes(&self, typed: &Typed, kind: &Kind, problems: &mut Vec<Problem>) -> Option<Scopes> {
        let choice = self.choice(kind);
        let has_choice = !kind.scopes.choice.is_empty();
        if !self.asks(Asked::Permissions) || !self.plan.granular_scopes || (!has_choice && typed.scopes.is_empty()) {
            return None;
        }
        let label = kind.name.as_deref().map(view::label);
        let possible = &kind.scopes.choice;
        let chosen: Scopes = typed.scopes.iter().filter(|scope| !kind.scopes.always.contains(scope)).cloned().collect();
        problems.extend(chosen.iter().filter(|scope| !choice.contains(scope)).take(3).map(|scope| {
            // Somebody may have sent a text of any length.
            let named = scope.chars().take(60).collect();
            match &label {
                Some(kind) if !possible.contains(scope) => {
                    Problem::PermissionNotForType { scope: named, kind: kind.clone() }
                }
                Some(_) | None => Problem::PermissionNotOnPlan { scope: named },
            }
        }));
        if !has_choice {
            return None;
        }
        if chosen.is_empty() && kind.scopes.always.is_empty() {
            problems.push(Problem::PermissionsMissing);
        }

        Some(chosen)
    }
}

fn read_name(typed: &Typed, problems: &mut Vec<Problem>) -> Option<Name> {
    let name = Name::try_from(typed.name.clone());
    if name.is_err() {
        let is_long = typed.name.chars().count() > usize::from(Name::MAX);
        problems.push(match (typed.name.is_empty(), is_long) {
            (true, _) => Problem::NameMissing,
            (_, true) => Problem::NameTooLong { most: Name::MAX.into() },
            (false, false) => Problem::NameUnseen,
        });
    }

    name.ok()
}

/// What a page says of a refusal that only the change itself has met: `None` where it is no fault of the form.
pub(crate) fn problems(app: &App, denial: &Denial) -> Option<Vec<Problem>> {
    let said = |field, sentence: String| Problem::Said { field, sentence };
    match denial {
        Denial::InvalidRequest { violations } => {
            let field = |name: &str| match name {
                "type" => Field::Type,
                "scopes" => Field::Permissions,
                "expiresAt" => Field::Expiration,
                "limits" => Field::Limits,
                _ => Field::Name,
            };
            let problem = |violation: &shared::Violation| {
                said(field(&violation.field), format!("{} {}", violation.field, violation.message))
            };
            Some(violations.iter().map(problem).collect())
        }
        Denial::PlanLimit { .. } | Denial::MissingScope { .. } => {
            let (_, sentence) = app.contract.sentence(denial);
            Some(vec![said(Field::Permissions, sentence)])
        }
        Denial::MissingCredential
        | Denial::MalformedCredential
        | Denial::UnknownKey
        | Denial::InactiveKey
        | Denial::ExpiredKey
        | Denial::WrongEnvironment
        | Denial::WrongKeyType
        | Denial::OrganizationLocked
        | Denial::NoApiOnPlan
        | Denial::UnknownRoute
        | Denial::MethodNotAllowed { .. }
        | Denial::OrganizationNotFound
        | Denial::ResourceNotFound { .. }
        | Denial::Conflict { .. }
        | Denial::AddressNotAllowed
        | Denial::RateLimited { .. }
        | Denial::OrganizationRateLimited { .. }
        | Denial::Unavailable { .. }
        | Denial::Internal
        | Denial::Rejected { .. } => None,
    }
}
