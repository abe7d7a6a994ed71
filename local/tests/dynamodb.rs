//! The stack's `DynamoDB`, by way of the AWS SDK.

mod conflicts;
mod faults;
mod permissions;
mod recording;
mod sources;
#[cfg(test)]
mod support;
