//! How a process reaches AWS and others. [`connections`]: HTTP/1.1 over connections that are kept, for any client of the SDK.
//! [`config`]: what clients of AWS's services have in common. [`tls`]: whom it trusts. [`Environment`]: who it is itself. It knows no service by name.

mod config;
mod environment;
mod http;
mod tls;

pub use config::config;
pub use environment::{Environment, credentials, region};
pub use http::{Connections, Patience, Pool, by_attempt, connections, connections_by_system_roots};
pub use tls::tls;
