//! Text that is safe to put into a page, and the phrases that it is made of.

use std::fmt;

use askama::filters::HtmlSafe;

/// Markup that is escaped already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// Markup of our own.
    pub(crate) const fn markup(markup: String) -> Self {
        Self(markup)
    }

    /// Text of anybody, escaped.
    pub(crate) fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&#34;"),
                '\'' => escaped.push_str("&#39;"),
                // Or a name could stand for a slot of the phrase that it is put into.
                '{' => escaped.push_str("&#123;"),
                // No text has a use for it, and no page may have it.
                '\0' => escaped.push('\u{fffd}'),
                other => escaped.push(other),
            }
        }

        Self(escaped)
    }

    /// What somebody has typed: escaped, and kept from turning the direction of what is around it.
    pub(crate) fn typed(text: &str) -> Self {
        Self(format!("<bdi>{}</bdi>", Self::text(text)))
    }

    /// Puts a value where `{slot}` is.
    pub(crate) fn put(&self, slot: &str, value: impl Said) -> Self {
        Self(self.0.replace(&format!("{{{slot}}}"), &value.html().0))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// What can be put into a phrase, or be one. References can, too: templates pass everything by reference.
pub(crate) trait Said {
    /// It, escaped.
    fn html(&self) -> Html;
}

impl<T: Said + ?Sized> Said for &T {
    fn html(&self) -> Html {
        (**self).html()
    }
}

impl Said for Html {
    fn html(&self) -> Html {
        self.clone()
    }
}

impl Said for str {
    fn html(&self) -> Html {
        Html::text(self)
    }
}

impl Said for String {
    fn html(&self) -> Html {
        Html::text(self)
    }
}

impl Said for Phrase {
    fn html(&self) -> Html {
        // The slots stay open.
        Html(Html::text(self.0).0.replace("&#123;", "{"))
    }
}

/// Words of a language, with slots for what changes: `{name}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phrase(pub(crate) &'static str);

impl Phrase {
    /// Puts a value where `{slot}` is.
    pub(crate) fn put(self, slot: &str, value: impl Said) -> Html {
        self.html().put(slot, value)
    }
}

/// Shows the bare text; a template escapes it.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A phrase with a number in it, `{n}`: for one, and for any other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plural(pub(crate) Phrase, pub(crate) Phrase);

impl Plural {
    /// The phrase for a number. The number itself is not put in yet.
    pub(crate) const fn for_number(self, number: u64) -> Phrase {
        if number == 1 { self.0 } else { self.1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_escaped_and_isolated() {
        let html = Html::typed("\"><img src=x onerror='alert(1)'>&\0");
        assert_eq!(html.to_string(), "<bdi>&#34;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;\u{fffd}</bdi>");
    }

    #[test]
    fn a_name_is_no_slot() {
        let phrase = Phrase("{name} until {when} & longer");
        let html = phrase.put("name", Html::typed("{when}")).put("when", "now");
        assert_eq!(html.to_string(), "<bdi>&#123;when}</bdi> until now &amp; longer");
    }
}
