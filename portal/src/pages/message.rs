//! A page that only says something: mostly that something is not possible.

use crate::Error;
use crate::frame::Frame;

/// A title, sentences and a way on. With `frame.inside` it leads to the list of keys, with `frame.return_to` back.
#[derive(Clone, Debug)]
pub struct MessagePage {
    /// The frame.
    pub frame: Frame,
    /// What it says.
    pub message: Message,
    /// The id of the request, for those who ask for help.
    pub request: Option<String>,
}

impl MessagePage {
    /// The whole page.
    pub fn render(&self) -> Result<String, Error> {
        Ok(format!("<!DOCTYPE html><title>MessagePage</title><pre>{self:#?}</pre>"))
    }
}

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// 400: the request makes no sense to us.
    BadRequest,
    /// 401: no session, or one that is over, or a link that is used, over or wrong.
    SessionOver,
    /// 403: the session may not do this, or the request came from another site.
    Forbidden,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 409: the session is another organization's by now.
    Switched {
        /// The organization that the session is for, if it may be told.
        organization: Option<String>,
    },
    /// 409: the key is not any more what the form was made for.
    Conflict,
    /// 429.
    TooMany {
        /// In how many seconds to try again.
        retry_after: u32,
    },
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// 200: the session is ended, as asked for.
    Left,
    /// Something else.
    Said {
        /// The title.
        title: String,
        /// The sentences, a paragraph each.
        sentences: Vec<String>,
    },
}
