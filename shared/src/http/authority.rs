//! Whose authority a handler works on, by the type of an argument: a key's, the operator's, or that of a finder, who has none.
//!
//! A key is let in by the gate, and an operator by a signature that API Gateway has checked. Nothing else in a request gives any; managers
//! and visitors of the portal have modules of their own.

use std::marker::PhantomData;

use crate::contract::denial::Denial;
use crate::contract::scope::Needs;
use crate::gate;
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::management::leak::Teller;
use crate::registry::author::Author;
use crate::registry::error::{Error, Result};
use crate::registry::key;
use crate::registry::leak::Source;
use crate::registry::pass::Grant;
use crate::registry::slug::Slug;

/// A caller with a key that may do `N`. A handler without this has no organization's data to work on.
#[derive(Debug)]
pub struct Caller<N> {
    grant: Grant,
    needs: PhantomData<fn() -> N>,
}

impl<N> Caller<N> {
    /// The organization that the key belongs to.
    pub const fn org(&self) -> &Slug {
        &self.grant.org
    }

    /// The key.
    pub const fn key(&self) -> &key::Id {
        &self.grant.key
    }
}

impl<N: Needs> FromCall for Caller<N> {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let grant = admitted(call, N::SCOPE.as_slice()).await?;

        Ok(Self { grant, needs: PhantomData })
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.ask_key(N::SCOPE);
    }
}

/// The grant of a request that the gate lets in with all of `scopes`, to the organization that the path names, if it
/// names one.
pub(crate) async fn admitted(call: &mut Call, scopes: &[&str]) -> Result<Grant> {
    let credential = gate::credential(&call.app.contract, &call.headers);
    let credential = credential.inspect_err(|denial| call.refused = Some(denial.kind()))?;
    match gate::admit(call.app, credential, scopes, &call.asking()).await {
        Ok(grant) => {
            call.quotas.clone_from(&grant.quotas);
            call.used = Some(grant.used());
            // A path with another organization than the key's own leads nowhere, like one with an organization that
            // does not exist.
            if call.path_parameters.get("org").is_some_and(|org| org != grant.org.as_str()) {
                return Err(Denial::OrganizationNotFound.into());
            }
            Ok(grant)
        }
        Err(refusal) => {
            call.quotas = refusal.quotas;
            call.used = refusal.used;
            if let Error::Denied(denial) = &refusal.error {
                call.refused = Some(denial.kind());
            }
            Err(refusal.error)
        }
    }
}

/// The team that runs this stack: a request signed with its AWS credentials, which API Gateway has checked.
#[derive(Debug)]
pub struct Operator {
    /// Who signed, and when.
    pub author: Author,
}

impl FromCall for Operator {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let unguarded = || Error::Failed {
            denial: Denial::UnknownRoute,
            cause: "nobody has signed the request: the template does not guard the route".to_owned(),
        };
        let arn = call.signed_by.take().ok_or_else(unguarded)?;

        Ok(Self { author: Author::operator(arn, call.request_id.clone(), call.now) })
    }

    fn describe(operation: &mut Operation<'_>) {
        Signed::describe(operation);
        operation.refuse(Denial::Unavailable { retry_after: 1 });
    }
}

/// The same where nothing is asked of the store: such a function has no permission for it.
#[derive(Debug)]
pub struct Signed;

impl FromCall for Signed {
    async fn from_call(call: &mut Call) -> Result<Self> {
        Operator::from_call(call).await.map(|_| Self)
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.ask_signature();
    }
}

/// Somebody who tells of a key that they have found. Anybody may.
#[derive(Debug)]
pub struct Finder(pub Teller);

impl FromCall for Finder {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        Ok(Self(Teller { source: Source::Report, request: call.request_id.clone(), at: call.now }))
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.refuse(Denial::Unavailable { retry_after: 1 });
    }
}
