//! An update of one item that may be made twice without harm.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

use crate::{Error, Item, Refused, Result, Tries};

/// What became of an update.
#[derive(Debug)]
pub enum Updated {
    /// It was made.
    Yes,
    /// Its condition failed on this item, if it was asked for, or on the absence of one.
    No(Option<Item>),
}

/// Makes `request`, waiting for conflicts and throttling. An attempt without an answer is made again, so its condition
/// must make a second time harmless.
///
/// # Errors
/// The time of `tries` is over, or DynamoDB does not answer or does not take the call.
pub async fn update(request: UpdateItemFluentBuilder, tries: &mut Tries) -> Result<Updated> {
    let send = || async { request.clone().send().await.map_err(Refused::from) };

    repeated(send, tries).await
}

/// The same of any call that updates an item.
pub(crate) async fn repeated<T, F>(call: impl Fn() -> F, tries: &mut Tries) -> Result<Updated>
where
    F: Future<Output = std::result::Result<T, Refused>>,
{
    loop {
        let why = match call().await {
            Ok(_) => return Ok(Updated::Yes),
            Err(Refused::Condition(item)) => return Ok(Updated::No(item)),
            Err(Refused::Conflict) => Error::Contended,
            Err(Refused::Failed(error)) => error,
        };
        tries.again(why).await?;
    }
}
