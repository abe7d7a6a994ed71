//! Signature Version 4 of a request.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;

use super::{Request, now};
use crate::error::Error;

/// Who signs, and what for.
#[derive(Debug)]
pub(crate) struct Signature<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) region: &'a str,
    pub(crate) service: &'static str,
}

/// The headers that sign `request` now.
pub(crate) fn signed(request: &Request, signature: &Signature<'_>) -> Result<Vec<(String, String)>, Error> {
    let failed = |cause: &dyn std::error::Error| Error::Failed(format!("cannot sign the request: {cause}"));
    let identity = signature.credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(signature.region)
        .name(signature.service)
        .time(now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|cause| failed(&cause))?
        .into();
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signable =
        SignableRequest::new(request.method.as_str(), &request.url, headers, SignableBody::Bytes(&request.body))
            .map_err(|cause| failed(&cause))?;
    let (instructions, _) =
        aws_sigv4::http_request::sign(signable, &params).map_err(|cause| failed(&cause))?.into_parts();

    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
