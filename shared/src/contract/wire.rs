//! How one denial reads on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lambda_http::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::file::DenialFile;
use super::text::{Body, Text, Words};
use super::{Flaw, flaw, header};
use crate::contract::denial::{Denial, Kind, Placeholder};

/// Headers that frame a message: a contract cannot set them.
const FRAMING: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING];

/// A status, headers and a body, with places for the data of a denial.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The status, 400 to 599.
    pub status: StatusCode,
    headers: Vec<(HeaderName, Text)>,
    body: Body,
    message: Option<Text>,
}

impl DenialFile {
    /// How `kind` reads where a contract says only how this, its twin, does.
    pub(super) fn like(&self, kind: Kind) -> Self {
        if kind != Kind::AddressNotAllowed {
            return self.clone();
        }
        let message = "The API key may not be used from this address".to_owned();

        // A body of its own may tell of a scope.
        Self {
            status: Some(403),
            code: Some(kind.name()),
            message: Some(message),
            kind: self.kind.clone().or_else(|| Some(kind.name())),
            ..Self::default()
        }
    }

    pub(super) fn is_only_a_reference(&self) -> bool {
        let Self { same_as, status, code, kind, message, body, headers } = self;
        let words = [code, kind, message, body];
        same_as.is_some() && status.is_none() && headers.is_empty() && words.iter().all(|word| word.is_none())
    }
}

impl Wire {
    pub(super) fn check(place: &str, kind: Kind, file: &DenialFile, default_body: &str) -> Result<Self, Flaw> {
        let status = file.status.and_then(|status| StatusCode::from_u16(status).ok());
        let Some(status) = status.filter(|status| status.is_client_error() || status.is_server_error()) else {
            return flaw(format!("{place}.status"), "must be a status from 400 to 599");
        };
        let words = Words { code: file.code.as_deref(), kind: file.kind.as_deref(), message: file.message.as_deref() };
        let read = |what| (place.to_owned(), what);
        let body = file.body.as_deref().unwrap_or(default_body);
        let body = Body::read(body, words, kind.placeholders()).map_err(read)?;
        let message = file.message.as_deref().map(|text| Text::read(text, words, kind.placeholders()).map_err(read));
        let headers = file.headers.iter().map(|(name, text)| {
            let place = format!("{place}.headers");
            let text = Text::read(text, words, kind.placeholders()).map_err(read)?;
            let name = header(&place, name)?;
            if FRAMING.contains(&name) {
                return flaw(place, format!("{name} is the gateway's to set"));
            }
            Ok((name, text))
        });

        Ok(Self { status, headers: headers.collect::<Result<_, Flaw>>()?, body, message: message.transpose()? })
    }

    /// Whether some denial fills every placeholder of a body: a first check, at the place where the body stands.
    pub(super) fn check_body(body: &str) -> Result<(), String> {
        let words = Words { code: Some(""), kind: Some(""), message: Some("") };

        Body::read(body, words, &Placeholder::ALL).map(|_| ())
    }

    /// The body, as JSON text.
    pub fn body(&self, denial: &Denial) -> String {
        self.body.render(denial).unwrap_or_default().to_string()
    }

    /// The sentence for `denial`; empty where the contract has none apart from the body.
    pub fn message(&self, denial: &Denial) -> String {
        self.message.as_ref().map(|message| message.render(denial)).unwrap_or_default()
    }

    /// The JSON schema of the bodies for refusals like `denial`.
    pub fn schema(&self, denial: &Denial) -> Value {
        self.body.schema(denial).unwrap_or_default()
    }

    /// The headers of its own that this denial has.
    pub fn headers<'a>(&'a self, denial: &'a Denial) -> impl Iterator<Item = (&'a HeaderName, HeaderValue)> {
        self.headers.iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text.render(denial)).ok()?)))
    }
}

/// How every denial reads, and every rejection that the contract lists.
pub(super) type Wires = (BTreeMap<Kind, Wire>, BTreeMap<String, Wire>);

/// Reads all `denials` and `rejections`, whose bodies are `body` unless they have one of their own.
pub(super) fn check_all(
    body: &str,
    denials: &BTreeMap<Kind, DenialFile>,
    rejections: &BTreeMap<String, DenialFile>,
) -> Result<Wires, Flaw> {
    Wire::check_body(body).or_else(|what| flaw("error.body", what))?;
    let mut wires = BTreeMap::new();
    for kind in Kind::ALL {
        let place = format!("denials.{}", kind.name());
        let spelled_out = |twin: Kind| denials.get(&twin).filter(|twin| twin.same_as.is_none());
        let file = match (denials.get(&kind), kind.twin()) {
            (Some(own), _) if own.same_as.is_none() => Some(Cow::Borrowed(own)),
            (Some(own), _) => {
                own.same_as.and_then(spelled_out).filter(|_| own.is_only_a_reference()).map(Cow::Borrowed)
            }
            (None, Some(twin)) => {
                let like = denials.get(&twin).and_then(|file| file.same_as).unwrap_or(twin);
                spelled_out(like).map(|file| Cow::Owned(file.like(kind)))
            }
            (None, None) => return flaw(place, "is missing: a contract says how every denial reads"),
        };
        let Some(file) = file else {
            return flaw(place, "same_as must stand alone and name a denial that is spelled out");
        };
        wires.insert(kind, Wire::check(&place, kind, &file, body)?);
    }
    let rejections = rejections.iter().map(|(name, file)| {
        let wire = Wire::check(&format!("rejections.{name}"), Kind::Conflict, file, body)?;
        Ok((name.clone(), wire))
    });

    Ok((wires, rejections.collect::<Result<_, Flaw>>()?))
}
