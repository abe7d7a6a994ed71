//! What a call that gave no answer means for the SDK, which repeats those that took too long and those whose connection
//! broke.

use std::error::Error;
use std::io;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use hyper_util::client::legacy;

use super::timeout::Timeout;

/// The class of an error, by the first in its chain that says something.
pub(super) fn failure(error: BoxError) -> ConnectorError {
    let hyper = find::<hyper::Error>(&*error);
    if find::<Timeout>(&*error).is_some() {
        ConnectorError::timeout(error)
    } else if hyper.is_some_and(hyper::Error::is_user) {
        ConnectorError::user(error)
    } else if hyper.is_some_and(|hyper| hyper.is_closed() || hyper.is_canceled() || hyper.is_incomplete_message())
        || find::<legacy::Error>(&*error).is_some_and(legacy::Error::is_connect)
        || find::<io::Error>(&*error).is_some()
    {
        ConnectorError::io(error)
    } else {
        ConnectorError::other(error, None)
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }

    None
}
