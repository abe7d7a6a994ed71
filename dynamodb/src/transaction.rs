//! Transactions: all of their members, or none. Each member has a name, by which a failed condition is told.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update};

use crate::{Error, Result, Tries};

/// What can be a member of a transaction.
pub trait Member {
    /// The member.
    fn into_member(self) -> TransactWriteItem;
}

macro_rules! members {
    ($($kind:ident by $setter:ident),*) => {$(
        impl Member for $kind {
            fn into_member(self) -> TransactWriteItem {
                TransactWriteItem::builder().$setter(self).build()
            }
        }
    )*};
}

members!(Put by put, Update by update, Delete by delete, ConditionCheck by condition_check);

/// A transaction that is yet to be carried out, at most 100 members about different items.
#[derive(Clone, Debug)]
pub struct Transaction {
    client: Client,
    names: Vec<&'static str>,
    members: Vec<TransactWriteItem>,
    /// By this DynamoDB knows an attempt that it has carried out already, for ten minutes. It is there once an attempt had no
    /// answer, and stays: whatever is said of a later one, that one may have been carried out.
    token: Option<String>,
}

/// What became of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub enum Committed {
    /// It was carried out.
    Yes,
    /// Nothing was written: the conditions of the members with these names failed.
    No(Vec<&'static str>),
}

impl Committed {
    /// Whether it was refused because the condition of the member `name` failed.
    pub fn failed(&self, name: &str) -> bool {
        match self {
            Self::Yes => false,
            Self::No(failed) => failed.contains(&name),
        }
    }
}

impl Transaction {
    /// A transaction without members. `once` makes no attempts of its own ([`once`](crate::once())), of which nobody would know
    /// that one had no answer.
    pub fn new(once: &Client) -> Self {
        Self { client: once.clone(), names: Vec::new(), members: Vec::new(), token: None }
    }

    /// The same, with one more member. Several may have one name.
    #[must_use]
    pub fn with(mut self, name: &'static str, member: impl Member) -> Self {
        self.names.push(name);
        self.members.push(member.into_member());

        self
    }

    /// Carries it out, or finds out why it cannot be: conflicts and throttling are waited for, and an attempt without an
    /// answer is made again under its token, so that it is carried out once.
    ///
    /// # Errors
    /// The time of `tries` is over, or DynamoDB does not answer or does not take the call. Without an answer it may have
    /// been carried out.
    pub async fn commit(mut self, tries: &mut Tries) -> Result<Committed> {
        loop {
            let outcome = self.attempt().await;
            if let Some(committed) = tries.settle(outcome).await? {
                return Ok(committed);
            }
        }
    }

    /// One attempt to carry it out.
    ///
    /// # Errors
    /// [`Error::Contended`] and [`Error::Throttled`] for conflicts and throttled members, and the others as for any call.
    pub async fn attempt(&mut self) -> Result<Committed> {
        let token = match &self.token {
            Some(token) => token.clone(),
            None => new_token()?,
        };
        let request = self.client.transact_write_items().set_transact_items(Some(self.members.clone()));
        let Err(error) = request.client_request_token(&token).send().await else { return Ok(Committed::Yes) };
        let outcome = self.outcome(error);
        if outcome.as_ref().is_err_and(|error| !error.is_refusal()) {
            self.token = Some(token);
        }

        outcome
    }

    /// Whether an attempt had no answer, so that what there is may be its own work.
    pub const fn is_in_doubt(&self) -> bool {
        self.token.is_some()
    }

    fn outcome(&self, error: SdkError<TransactWriteItemsError>) -> Result<Committed> {
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(error.into());
        };
        let reasons: Vec<_> = cancelled.cancellation_reasons().iter().map(Reason::of).collect();
        let failed = self.names.iter().zip(&reasons).filter(|(_, reason)| **reason == Reason::Condition);
        let failed: Vec<_> = failed.map(|(name, _)| *name).collect();
        // A condition that failed is an answer, whatever befell the other members.
        if !failed.is_empty() {
            return Ok(Committed::No(failed));
        }
        if reasons.contains(&Reason::Fault) {
            return Err(Error::Fault(DisplayErrorContext(&error).to_string()));
        }
        if reasons.contains(&Reason::Throttled) {
            return Err(Error::Throttled { cause: DisplayErrorContext(&error).to_string(), is_key_range: false });
        }

        Err(Error::Contended)
    }
}

/// Why a member of a cancelled transaction was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
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
}

/// 32 random hexadecimal digits; DynamoDB takes up to 36 characters.
fn new_token() -> Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::Fault(format!("no randomness for a token: {error}")))?;

    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
