//! Who is let in to the portal, and who no longer is.

mod create;
mod end;
mod end_all;
mod list;

/// Where the operator makes links.
const SESSIONS: &str = "/organizations/acme/portal-sessions";

/// Where callers do.
const CALLERS: &str = "/api/v1/acme/portal-sessions";
