//! What a failed call means for the request that made it.

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;

use crate::Item;

/// A result of DynamoDB.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call to DynamoDB gave no answer that the caller can use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DynamoDB asked to slow down: the item, the table or the account is over what it may take.
    #[error("dynamodb throttled the call: {0}")]
    Throttled(String),
    /// No answer in time, no connection, or a failure on DynamoDB's side.
    #[error("dynamodb did not answer: {0}")]
    Unavailable(String),
    /// The connection broke before there was an answer.
    #[error("the connection to dynamodb broke: {0}")]
    Disconnected(String),
    /// DynamoDB refused the call, or an item is not what it should be: ours to mend.
    #[error("{0}")]
    Fault(String),
    /// Others kept changing what this call was to change.
    #[error("gave up after too many concurrent changes")]
    Contended,
}

impl Error {
    /// Whether the call was certainly not carried out. Of the others nobody knows: not even a 500 says so.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::Fault(_) | Self::Contended => true,
            Self::Unavailable(_) | Self::Disconnected(_) => false,
        }
    }
}

impl<E> From<SdkError<E>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        if let SdkError::ServiceError(service) = &error {
            let error = service.err().meta();
            let [code, message] = [error.code(), error.message()].map(Option::unwrap_or_default);
            let cause = format!("{code}: {message}");
            return match service.err().code().unwrap_or_default() {
                "ProvisionedThroughputExceededException" | "RequestLimitExceeded" | "ThrottlingException" => {
                    Self::Throttled(cause)
                }
                "InternalServerError" | "ServiceUnavailable" | "TransactionInProgressException" => {
                    Self::Unavailable(cause)
                }
                _ if service.raw().status().is_server_error() => Self::Unavailable(cause),
                _ => Self::Fault(cause),
            };
        }
        let cause = DisplayErrorContext(&error).to_string();
        if matches!(&error, SdkError::ConstructionFailure(_)) {
            return Self::Fault(cause);
        }
        if matches!(&error, SdkError::DispatchFailure(failure) if !failure.is_timeout() && !failure.is_user()) {
            return Self::Disconnected(cause);
        }

        Self::Unavailable(cause)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Why an `UpdateItem` with a condition was not carried out.
#[derive(Debug)]
pub enum Refused {
    /// The condition failed on this item, or on the absence of one.
    Condition(Option<Item>),
    /// A transaction held the item; the same call may go through at once.
    Conflict,
    /// Anything else.
    Failed(Error),
}

impl From<SdkError<UpdateItemError>> for Refused {
    fn from(error: SdkError<UpdateItemError>) -> Self {
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                Self::Condition(failed.item.clone().map(Item::from))
            }
            Some(UpdateItemError::TransactionConflictException(_)) => Self::Conflict,
            _ => Self::Failed(error.into()),
        }
    }
}

/// Why a member of a cancelled transaction was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing was wrong with this member.
    None,
    /// Its condition failed.
    Condition,
    /// Another transaction or write held its item.
    Conflict,
    /// DynamoDB asked to slow down.
    Throttled,
    /// Anything else: ours to mend.
    Fault,
}

impl Reason {
    fn of(reason: &CancellationReason) -> Self {
        match reason.code().unwrap_or("None") {
            "None" => Self::None,
            "ConditionalCheckFailed" => Self::Condition,
            "TransactionConflict" => Self::Conflict,
            "ProvisionedThroughputExceeded" | "ThrottlingError" => Self::Throttled,
            _ => Self::Fault,
        }
    }

    /// The reasons, member by member, for which a transaction was cancelled by what its members found.
    ///
    /// # Errors
    /// Whatever else kept the transaction from being carried out, throttled and faulty members included.
    pub fn each(error: SdkError<TransactWriteItemsError>) -> Result<Vec<Self>> {
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(error.into());
        };
        let reasons: Vec<_> = cancelled.cancellation_reasons().iter().map(Self::of).collect();
        if reasons.contains(&Self::Fault) {
            return Err(Error::Fault(DisplayErrorContext(&error).to_string()));
        }
        if reasons.contains(&Self::Throttled) {
            return Err(Error::Throttled(DisplayErrorContext(&error).to_string()));
        }

        Ok(reasons)
    }
}
