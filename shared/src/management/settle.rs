//! What follows an attempt to change what was read.

use dynamodb::Tries;

use crate::contract::denial::Denial;
use crate::registry::error::{Error, Result};
use crate::store::Replaced;

/// Whether it is done. Where it is to be looked at again, the wait before that is over.
///
/// # Errors
/// The author is no longer allowed to, or the time of `tries` is over.
pub(super) async fn is_done(replaced: Replaced, tries: &mut Tries) -> Result<bool> {
    match replaced {
        Replaced::Yes => Ok(true),
        Replaced::Unauthorized => Err(Denial::UnknownKey.into()),
        Replaced::Changed => tries.again(dynamodb::Error::Contended).await.map(|()| false).map_err(Error::from),
    }
}
