//! A line in the log for each request that was refused or failed, where the template's parameter `LogRefusals` asks for it:
//! whose key it was, and why. Never a key, a path, a header or a body.

use crate::contract::denial::Kind;
use crate::registry::slug::Slug;
use crate::registry::usage::Holder;

/// Writes the lines, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct RefusalLog {
    is_on: bool,
}

/// What a line says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refused<'a> {
    /// The route, as the template has it; none of a verdict, or of an event that cannot be read.
    pub route: Option<&'a str>,
    /// The gateway's id of the request.
    pub request_id: Option<&'a str>,
    /// The status of the answer.
    pub status: u16,
    /// Why, where it was refused.
    pub reason: Option<Kind>,
    /// Whose key it came with, where that is known.
    pub holder: Option<&'a Holder>,
    /// The organization, where it is known without a key.
    pub organization: Option<&'a Slug>,
}

impl RefusalLog {
    /// One that writes if it `is_on`.
    pub const fn new(is_on: bool) -> Self {
        Self { is_on }
    }

    /// Notes that a request was refused, or failed: `status` says which.
    pub fn note(&self, refused: Refused<'_>) {
        if !self.is_on {
            return;
        }
        let Refused { route, request_id, status, reason, holder, organization } = refused;
        let reason = reason.map(Kind::name);
        tracing::info!(
            route,
            status,
            reason,
            organization = holder.map(|holder| &holder.org).or(organization).map(Slug::as_str),
            keyId = holder.map(|holder| holder.key.as_str()),
            requestId = request_id,
            "a request was refused or failed"
        );
    }
}
