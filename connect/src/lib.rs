//! How a process reaches AWS and others. [`connections`]: HTTP/1.1 over connections that are kept, for any client of the SDK.
//! [`tls`]: whom it trusts. [`Environment`]: who it is itself. It knows no service by name.

mod environment;
mod http;
mod tls;

pub use environment::{Environment, credentials, region};
pub use http::{Connections, Patience, Pool, by_attempt, connections, connections_by_system_roots};
pub use tls::tls;
