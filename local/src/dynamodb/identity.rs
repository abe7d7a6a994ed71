//! Callers: functions, known by their access keys, and everyone else.

use std::collections::BTreeMap;

use template::{Statement, pattern};

use super::request::Member;

/// A function and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The access key id that it signs with.
    pub access_key_id: String,
    /// Its name.
    pub function: String,
    /// What its role allows.
    pub statements: Vec<Statement>,
}

impl Identity {
    /// The first part of a call that no statement allows.
    pub(super) fn forbidden<'m>(&self, members: &'m [Member]) -> Option<&'m Member> {
        members.iter().find(|member| !self.statements.iter().any(|statement| allows(statement, member)))
    }
}

fn allows(statement: &Statement, member: &Member) -> bool {
    let action = format!("dynamodb:{}", member.action).to_ascii_lowercase();
    statement.actions.iter().any(|allowed| pattern::matches(&allowed.to_ascii_lowercase(), &action))
        && member.table.as_ref().is_some_and(|table| statement.tables.contains(table))
}

/// The functions, by access key id.
#[derive(Debug)]
pub(super) struct Identities(BTreeMap<String, Identity>);

impl Identities {
    pub(super) fn new(identities: Vec<Identity>) -> Self {
        Self(identities.into_iter().map(|identity| (identity.access_key_id.clone(), identity)).collect())
    }

    /// The function that signed a request with this `Authorization` header.
    pub(super) fn of(&self, authorization: &str) -> Option<&Identity> {
        self.0.get(access_key_id(authorization)?)
    }
}

/// `AKID` of `AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/dynamodb/aws4_request, …`.
pub(super) fn access_key_id(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split_once('/').map(|(id, _)| id)
}
