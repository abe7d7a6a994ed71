//! Whose pages they are: name, colour, logo; and with them the style, which is the same on every page of the brand.

use std::sync::Arc;

use crate::brand::colour::Colour;
use crate::brand::logo::Logo;

pub(crate) mod colour;
pub(crate) mod logo;
pub(crate) mod style;

/// Whose pages they are. Made once in the life of a process, and cheap to clone.
#[derive(Clone, Debug)]
pub struct Brand(Arc<Made>);

#[derive(Debug)]
struct Made {
    name: String,
    logo: Option<Logo>,
    style: String,
    policy: String,
}

impl Brand {
    /// A brand; its style and its content security policy are put together here.
    pub fn new(name: String, colour: Colour, logo: Option<Logo>) -> Self {
        let style = style::style(colour);
        let policy = style::policy(&style);

        Self(Arc::new(Made { name, logo, style, policy }))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its logo.
    pub fn logo(&self) -> Option<&Logo> {
        self.0.logo.as_ref()
    }

    /// The text of the pages' one `<style>`.
    pub fn style(&self) -> &str {
        &self.0.style
    }

    /// The text of the pages' one `<script>`, which is the same for every brand.
    pub fn script(&self) -> &'static str {
        style::script()
    }

    /// The value of the header `Content-Security-Policy` for every page of the brand.
    pub fn content_security_policy(&self) -> &str {
        &self.0.policy
    }
}
