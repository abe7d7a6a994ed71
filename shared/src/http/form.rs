//! A form, as browsers and gateways send it. In a session of the portal it must have been made for that session.

use crate::contract::denial::{Denial, Violation};
use crate::contract::secret::Digest;
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::http::extract::FromCall;
use crate::registry::error::Result;
use crate::registry::session::{Once, Token};

/// How many fields of a form are read, and how many bytes of each: what is wrong is shown again with the form.
const FIELDS_MAX: usize = 100;
const VALUE_MAX_BYTES: usize = 1_024;

/// The fields of a form, in the order in which they were sent. In a session, the form must have been made for it.
pub struct Form {
    fields: Vec<(String, String)>,
    once: Option<Once>,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(…)")
    }
}

impl Form {
    /// The value of the field, without spaces around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// All values of the field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it was made for the session of this cookie: for a page that looks the session up by itself.
    ///
    /// # Errors
    /// It was not.
    pub fn must_be_of(&self, cookie: &Token) -> Result<()> {
        self.made_for(&cookie.digest()).map(|_| ())
    }

    fn made_for(&self, cookie: &Digest) -> Result<Once> {
        let once = Once::read(cookie, self.text("once"));

        once.ok_or_else(|| Denial::MissingScope { scope: "once".to_owned() }.into())
    }

    /// The name of the form.
    pub const fn once(&self) -> Option<&Once> {
        self.once.as_ref()
    }
}

impl FromCall for Form {
    async fn from_call(call: &mut Call) -> Result<Self> {
        if call.media_type().as_deref() != Some(b"application/x-www-form-urlencoded") {
            return Err(Violation::new("Content-Type", "must be application/x-www-form-urlencoded").into());
        }
        let body = call.body()?;
        let cut = |(name, mut value): (String, String)| {
            value.truncate(value.floor_char_boundary(VALUE_MAX_BYTES));
            (name, value)
        };
        let fields: Vec<_> = form_urlencoded::parse(&body).into_owned().take(FIELDS_MAX).map(cut).collect();
        let mut form = Self { fields, once: None };
        form.once = call.guest.as_ref().map(|guest| form.made_for(&guest.cookie)).transpose()?;

        Ok(form)
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}
