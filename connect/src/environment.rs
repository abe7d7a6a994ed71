//! Credentials and region as Lambda puts them into the environment of a function. The SDK's own reader of these is in `aws-config`,
//! with all the ways by which people sign in, whose tables of unwinding would stay in each function.

use std::env;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_types::region::Region;

/// What `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` say.
#[derive(Debug, Clone, Copy)]
pub struct Environment;

impl ProvideCredentials for Environment {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(credentials())
    }
}

/// What these say.
///
/// # Errors
/// The first or the second is not in the environment, or empty.
pub fn credentials() -> Result<Credentials, CredentialsError> {
    let need = |name: &'static str| {
        variable(name).ok_or_else(|| CredentialsError::not_loaded(format!("{name} is not in the environment")))
    };
    let (id, secret) = (need("AWS_ACCESS_KEY_ID")?, need("AWS_SECRET_ACCESS_KEY")?);

    Ok(Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment"))
}

/// The region that `AWS_REGION` names, or else `AWS_DEFAULT_REGION`.
pub fn region() -> Option<Region> {
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new)
}

#[expect(clippy::disallowed_methods, reason = "what the SDK would read itself, and no setting of ours")]
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}
