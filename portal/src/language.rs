//! The languages of the pages.

/// A language that all pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language for a BCP 47 tag: German for `de`, `de-AT` and the like, else English.
    ///
    /// ```
    /// use portal::Language;
    ///
    /// assert_eq!(Language::negotiate("de-AT"), Language::German);
    /// assert_eq!(Language::negotiate("pt-BR"), Language::English);
    /// ```
    pub fn negotiate(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }

    /// Its tag, for `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}
