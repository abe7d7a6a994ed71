//! The stack on one machine: the very binaries that are deployed, run as `template.yaml` says.
//!
//! [`Stack`] reads the template, starts an embedded `DynamoDB`, speaks Lambda's Runtime and Extensions APIs to every function
//! and puts a gateway in front that turns HTTP requests into the events that an HTTP API sends. Lambda's `Invoke` reaches
//! the functions without it. Schedules run, and EventBridge and SNS have stand-ins. Tests use it as a library; the program
//! `latchkey-local` is [`program::run`]. Nothing here knows what a key is.

mod body;
mod client;
mod clock;
mod credential;
mod data_dir;
pub mod demo;
pub mod dynamodb;
mod error;
mod extensions;
mod function_error;
mod gateway;
mod instance;
mod invocation;
mod keeper;
mod lambda;
mod lifeline;
mod logs;
mod pool;
mod process;
pub mod program;
mod runtime;
mod schedules;
mod seed;
mod server;
mod services;
mod sigv4;
mod stack;
mod sync;

pub use client::Reply;
pub use clock::Clock;
pub use credential::{Credential, REGION};
pub use demo::{Demo, DemoCredential, DemoKey, DemoOrganization, DemoRequest, Example};
pub use error::Error;
pub use function_error::FunctionError;
pub use seed::{SeededKey, SeededOrganization};
pub use services::{Kept, Services};
pub use sigv4::{SignError, sign, sign_at};
pub use stack::{Builder, Stack, TemplateSource};
