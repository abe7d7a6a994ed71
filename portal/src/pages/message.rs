//! A page that only says something: mostly that something is not possible.

use crate::frame::Frame;
use crate::html::{Html, Said};
use crate::pages::page;
use crate::voice::Voice;

/// A title, sentences and a way on. With `frame.inside` it leads to the list of keys, with `frame.return_to` back.
#[derive(Clone, Debug)]
pub struct MessagePage {
    /// The frame.
    pub frame: Frame,
    /// What it says.
    pub message: Message,
    /// Where the list of keys is, for somebody who is in, but elsewhere.
    pub list: Option<String>,
    /// The id of the request, for those who ask for help.
    pub request: Option<String>,
}

page!(MessagePage, "message.html", Nowhere, |page, voice| page.heading(voice));

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// 400: the request makes no sense to us.
    BadRequest,
    /// 401: no session, or one that is over, or a link that is used, over or wrong.
    SessionOver,
    /// 403: the session may not do this.
    Forbidden,
    /// 403: nobody may do this here.
    Shut,
    /// 403: not while the organization is locked.
    Locked,
    /// 403: the form came from another site, or from a page of another session.
    Elsewhere,
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

impl MessagePage {
    fn heading(&self, voice: &Voice<'_>) -> String {
        let words = voice.words();
        let phrase = match &self.message {
            Message::BadRequest => words.bad_request,
            Message::SessionOver => words.session_over,
            Message::Forbidden | Message::Shut | Message::Locked => words.forbidden,
            Message::Elsewhere => words.elsewhere,
            Message::NotFound => words.not_found,
            Message::MethodNotAllowed => words.method,
            Message::Switched { .. } => words.switched,
            Message::Conflict => words.conflict,
            Message::TooMany { .. } => words.too_many,
            Message::Internal => words.internal,
            Message::Unavailable => words.unavailable,
            Message::Left => words.left,
            Message::Said { title, .. } => return title.clone(),
        };

        phrase.to_string()
    }

    /// The sentences, a paragraph each.
    fn sentences(&self, voice: &Voice<'_>) -> Vec<Html> {
        let words = voice.words();
        let phrase = match &self.message {
            Message::BadRequest => words.bad_request_lead,
            Message::SessionOver => words.session_over_lead,
            Message::Forbidden => words.forbidden_lead,
            Message::Shut => words.shut_lead,
            Message::Locked => return vec![words.locked_now.put("noun", voice.noun())],
            Message::Elsewhere => words.elsewhere_lead,
            Message::NotFound => words.not_found_lead,
            Message::MethodNotAllowed => words.method_lead,
            Message::Conflict => words.conflict_lead,
            Message::Internal => words.internal_lead,
            Message::Unavailable => words.unavailable_lead,
            Message::Left => words.left_lead,
            Message::TooMany { retry_after } => {
                return vec![words.too_many_lead.put("when", voice.seconds_ahead(*retry_after))];
            }
            Message::Switched { organization } => {
                let mut sentences = vec![words.switched_lead.put("noun", voice.noun())];
                let name = organization.as_deref().map(Html::typed);
                sentences.extend(name.map(|name| words.switched_to.put("organization", name)));
                return sentences;
            }
            Message::Said { sentences, .. } => return sentences.iter().map(Said::html).collect(),
        };

        vec![phrase.html()]
    }
}
