//! What a failed call means for the request that made it.

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ServiceError;

use crate::Item;

/// A result of DynamoDB.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call to DynamoDB gave no answer that the caller can use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DynamoDB asked to slow down: the item, the table or the account is over its limit.
    #[error("dynamodb throttled the call: {cause}")]
    Throttled {
        /// DynamoDB's reason.
        cause: String,
        /// Whether the limit is that of a partition, for the range of keys around the item, and not that of the table
        /// or the account.
        is_key_range: bool,
    },
    /// No answer in time, one that cannot be read, no connection, or a failure on DynamoDB's side.
    #[error("dynamodb did not answer: {0}")]
    Unavailable(String),
    /// The connection broke before there was an answer.
    #[error("the connection to dynamodb broke: {0}")]
    Disconnected(String),
    /// DynamoDB does not let us in: credentials have expired or are wrong, a permission or a table is missing.
    #[error("dynamodb does not let the call in: {0}")]
    Inaccessible(String),
    /// DynamoDB refused the call, or an item is not what it should be: we have to fix it.
    #[error("{0}")]
    Fault(String),
    /// Others kept changing what this call was to change.
    #[error("gave up after too many concurrent changes")]
    Contended,
}

impl Error {
    /// Whether the call was certainly not carried out. For the other errors nobody knows: not even a 500 tells.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Inaccessible(_) | Self::Fault(_) | Self::Contended => true,
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
            return Self::told(service);
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

impl Error {
    /// The error in an answer.
    fn told<E: ProvideErrorMetadata>(service: &ServiceError<E, HttpResponse>) -> Self {
        let (error, answer) = (service.err().meta(), service.raw());
        let [code, message] = [error.code(), error.message()].map(Option::unwrap_or_default);

        Self::answered(answer.status().as_u16(), (code, message), answer.body().bytes())
    }

    /// The error that an answer of this `status` with this `body` is: what DynamoDB calls it, and what it says.
    pub(crate) fn answered(status: u16, (code, message): (&str, &str), body: Option<&[u8]>) -> Self {
        let cause = format!("{status} {code}: {message}");
        match code {
            "ProvisionedThroughputExceededException" | "RequestLimitExceeded" | "ThrottlingException" => {
                Self::Throttled { cause, is_key_range: body.is_some_and(names_key_range) }
            }
            "TransactionConflictException" | "ReplicatedWriteConflictException" => Self::Contended,
            "InternalServerError" | "ServiceUnavailable" | "TransactionInProgressException" => Self::Unavailable(cause),
            "AccessDeniedException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "NotAuthorized"
            | "OptInRequired"
            | "RequestExpired"
            | "ResourceNotFoundException"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => Self::Inaccessible(cause),
            _ if status == 429 => Self::Throttled { cause, is_key_range: false },
            _ if (500..=599).contains(&status) => Self::Unavailable(cause),
            // The answer was cut short, or came from somebody else: nobody knows what DynamoDB has said.
            "" => Self::Unavailable(cause),
            _ => Self::Fault(cause),
        }
    }
}

/// Whether DynamoDB names a range of keys as the reason for throttling: `TableWriteKeyRangeThroughputExceeded` and
/// similar reasons.
fn names_key_range(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("KeyRangeThroughputExceeded")
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Why a write of one item with a condition was not carried out.
#[derive(Debug)]
pub enum Refused {
    /// The condition failed on this item, or on the absence of one.
    Condition(Option<Item>),
    /// A transaction held the item; the same call may go through at once.
    Conflict,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

macro_rules! refused {
    ($($kind:ident),*) => {$(
        impl From<SdkError<$kind>> for Refused {
            fn from(error: SdkError<$kind>) -> Self {
                match error.as_service_error() {
                    Some($kind::ConditionalCheckFailedException(failed)) => {
                        Self::Condition(failed.item.clone().map(Item::from))
                    }
                    Some($kind::TransactionConflictException(_)) => Self::Conflict,
                    _ => Self::Failed(error.into()),
                }
            }
        }
    )*};
}

refused!(UpdateItemError, PutItemError, DeleteItemError);
