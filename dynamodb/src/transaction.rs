//! Transactions: all of their members, or none. Each member has a name, which identifies it when its condition fails.

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

/// A transaction that is not carried out yet, with at most 100 members about different items.
#[derive(Clone, Debug)]
pub struct Transaction {
    client: Client,
    names: Vec<&'static str>,
    members: Vec<TransactWriteItem>,
    /// DynamoDB recognizes an attempt that it has already carried out by this token, for ten minutes. The token is set
    /// once an attempt had no answer, and stays: whatever a later attempt is told, the earlier one may have been
    /// carried out.
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
    /// A transaction without members. `once` makes no further attempts of its own ([`once`](crate::once())): nobody
    /// would know that one of those had no answer.
    pub fn new(once: &Client) -> Self {
        Self { client: once.clone(), names: Vec::new(), members: Vec::new(), token: None }
    }

    /// The same, with one more member. Several members may have the same name.
    #[must_use]
    pub fn with(mut self, name: &'static str, member: impl Member) -> Self {
        self.names.push(name);
        self.members.push(member.into_member());

        self
    }

    /// Carries it out, or finds out why that cannot be done. It waits for conflicts and throttling. An attempt without
    /// an answer is made again under its token, so that the transaction is carried out once.
    ///
    /// # Errors
    /// The time of `tries` is over, or DynamoDB does not answer or does not take the call. Without an answer the
    /// transaction may have been carried out.
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
    /// [`Error::Contended`] and [`Error::Throttled`] for conflicts and throttled members, and the others as for any
    /// call.
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

    /// Whether an attempt had no answer, so that what is there now may be its own work.
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
        // A failed condition is an answer, whatever happened to the other members.
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
    /// Anything else: we have to fix it.
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
