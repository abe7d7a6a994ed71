//! Bodies, read whole without being copied where that is possible, and only up to a limit.

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};

/// The most bytes of a body that are read, whatever its limit.
const MOST: usize = 64 * 1_024 * 1_024;

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is larger than its limit.
    TooLarge,
    /// It broke off, or was not a body.
    Broken,
}

/// Reads `body`. A body of more than `limit` bytes is read too, and thrown away: a sender that is still sending would
/// not see the answer.
pub(crate) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    let mut first = Bytes::new();
    let mut all = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Unread::Broken) };
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > MOST {
            return Err(Unread::TooLarge);
        }
        if length > limit {
            (first, all) = (Bytes::new(), Vec::new());
        } else if length == data.len() {
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
    }

    match length {
        length if length > limit => Err(Unread::TooLarge),
        _ if all.is_empty() => Ok(first),
        _ => Ok(Bytes::from(all)),
    }
}
