//! A logo, as an address that has the picture in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A picture in an address of its own (`data:`). It is shown as an image, where no script in it can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo(String);

impl Logo {
    /// How many bytes an address may have: it is in every page, and a page of 50 keys must stay below 40 KB.
    pub const MOST: usize = 3_072;

    /// A logo from the text of an SVG, or from a `data:image/…` address; `None` if it is neither or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let url = if text.starts_with("<svg") {
            format!("data:image/svg+xml;base64,{}", STANDARD.encode(text))
        } else {
            text.to_owned()
        };
        let kinds = ["data:image/svg+xml", "data:image/png", "data:image/webp", "data:image/gif", "data:image/jpeg"];
        let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte));

        (kinds.iter().any(|kind| url.starts_with(kind)) && is_plain && url.len() <= Self::MOST).then_some(Self(url))
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_picture_is_a_logo() {
        let svg = Logo::parse(" <svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>\n").unwrap();
        assert!(svg.url().starts_with("data:image/svg+xml;base64,PHN2Zy"));
        assert!(Logo::parse("data:image/png;base64,iVBORw0KGgo=").is_some());
        let long = format!("data:image/png;base64,{}", "A".repeat(Logo::MOST));
        for other in ["", "https://x.example/a.png", "data:text/html,<b>", "data:image/png,\" onerror=\"x", &long] {
            assert_eq!(Logo::parse(other), None, "{other:.40}");
        }
    }
}
