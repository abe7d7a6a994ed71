//! How one denial reads on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lambda_http::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::file::{DenialFile, ErrorFile};
use super::headers::header;
use super::text::{Body, Text, Words};
use super::{Flaw, flaw};
use crate::contract::denial::Kind;
use crate::contract::placeholder::{Placeholder, Told};

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
    /// How `kind` reads where a contract says only how this, its twin, does. Where there are no `types` for all, it has one of its own.
    pub(super) fn like(&self, kind: Kind, types: Option<&str>) -> Self {
        if kind != Kind::AddressNotAllowed {
            return self.clone();
        }
        let message = "The API key may not be used from this address".to_owned();

        // A body of its own may tell of a scope.
        Self {
            status: Some(403),
            code: Some(kind.name()),
            message: Some(message),
            kind: self.kind.clone().or_else(|| types.is_none().then(|| kind.name())),
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
    fn check(place: &str, kind: Kind, file: &DenialFile, error: &ErrorFile) -> Result<Self, Flaw> {
        let status = file.status.and_then(|status| StatusCode::from_u16(status).ok());
        let Some(status) = status.filter(|status| status.is_client_error() || status.is_server_error()) else {
            return flaw(format!("{place}.status"), "must be a status from 400 to 599");
        };
        let code = file.code.as_deref();
        let of_all = error.types.as_ref().zip(code).map(|(types, code)| format!("{types}{code}"));
        let words = Words {
            code,
            kind: file.kind.as_deref().or(of_all.as_deref()),
            message: file.message.as_deref(),
            status: Some(status.as_u16()),
        };
        let read = |what| (place.to_owned(), what);
        let body = file.body.as_deref().unwrap_or(&error.body);
        let body = Body::read(body, words, Placeholder::of(kind)).map_err(read)?;
        let message = file.message.as_deref().map(|text| Text::read(text, words, Placeholder::of(kind)).map_err(read));
        let headers = file.headers.iter().map(|(name, text)| {
            let place = format!("{place}.headers");
            let text = Text::read(text, words, Placeholder::of(kind)).map_err(read)?;
            let name = header(&place, name)?;
            if FRAMING.contains(&name) {
                return flaw(place, format!("{name} is the gateway's to set"));
            }
            Ok((name, text))
        });

        Ok(Self { status, headers: headers.collect::<Result<_, Flaw>>()?, body, message: message.transpose()? })
    }

    /// Whether some denial fills every placeholder of a body: a first check, at the place where the body stands.
    fn check_body(body: &str) -> Result<(), String> {
        let words = Words { code: Some(""), kind: Some(""), message: Some(""), status: Some(400) };

        Body::read(body, words, &Placeholder::ALL).map(|_| ())
    }

    /// The body, as JSON text.
    pub fn body(&self, told: &Told<'_>) -> String {
        self.body.render(told).unwrap_or_default().to_string()
    }

    /// The sentence for `told`; empty where the contract has none apart from the body.
    fn message(&self, told: &Told<'_>) -> String {
        self.message.as_ref().map(|message| message.render(told)).unwrap_or_default()
    }

    /// The sentence for people: the message or, where that is the same for all such refusals, what this one comes with.
    pub(super) fn sentence(&self, told: &Told<'_>) -> String {
        let is_told = self.message.as_ref().is_some_and(|message| message.names(Placeholder::Reason));
        let reason = told.reason().filter(|_| !is_told);

        reason.unwrap_or_else(|| self.message(told))
    }

    /// The JSON schema of the bodies for refusals like `told`.
    pub fn schema(&self, told: &Told<'_>) -> Value {
        self.body.schema(told).unwrap_or_default()
    }

    /// The headers of its own that this denial has.
    pub fn headers<'a>(&'a self, told: &'a Told<'_>) -> impl Iterator<Item = (&'a HeaderName, HeaderValue)> {
        self.headers.iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text.render(told)).ok()?)))
    }
}

/// How every denial reads, and every rejection that the contract lists.
pub(super) type Wires = (BTreeMap<Kind, Wire>, BTreeMap<String, Wire>);

/// Reads all `denials` and `rejections`, whose bodies are that of `error` unless they have one of their own.
pub(super) fn check_all(
    error: &ErrorFile,
    denials: &BTreeMap<Kind, DenialFile>,
    rejections: &BTreeMap<String, DenialFile>,
) -> Result<Wires, Flaw> {
    Wire::check_body(&error.body).or_else(|what| flaw("error.body", what))?;
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
                spelled_out(like).map(|file| Cow::Owned(file.like(kind, error.types.as_deref())))
            }
            (None, None) => return flaw(place, "is missing: a contract says how every denial reads"),
        };
        let Some(file) = file else {
            return flaw(place, "same_as must stand alone and name a denial that is spelled out");
        };
        wires.insert(kind, Wire::check(&place, kind, &file, error)?);
    }
    let rejections = rejections.iter().map(|(name, file)| {
        let wire = Wire::check(&format!("rejections.{name}"), Kind::Conflict, file, error)?;
        Ok((name.clone(), wire))
    });

    Ok((wires, rejections.collect::<Result<_, Flaw>>()?))
}
