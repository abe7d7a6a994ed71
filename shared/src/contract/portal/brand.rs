//! Whose pages they are: name, colour, logo.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::super::{Flaw, flaw};
use super::check_words;

/// The most bytes of a logo: it is in every page.
const LOGO_MAX_BYTES: usize = 3_072;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandFile {
    name: String,
    colour: String,
    logo: Option<String>,
}

/// Whose pages they are.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The product's name.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    /// A picture as a data URL.
    pub logo: Option<String>,
}

impl Brand {
    pub(super) fn check(file: BrandFile) -> Result<Self, Flaw> {
        let BrandFile { name, colour, logo } = file;
        check_words("portal.brand.name", &name)?;
        let digits = colour.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return flaw("portal.brand.colour", format!("{colour:?} is not a colour like #1f6feb"));
        }
        let logo = logo.map(|logo| {
            data_url(&logo).ok_or_else(|| {
                let what = "must be an SVG, or a data URL of a PNG, SVG or WebP in base64, of at most 3 KB";
                ("portal.brand.logo".to_owned(), what.to_owned())
            })
        });

        Ok(Self { name, colour, logo: logo.transpose()? })
    }
}

/// A logo as a data URL: browsers run nothing that is in a picture.
fn data_url(logo: &str) -> Option<String> {
    let logo = logo.trim();
    let url = if logo.starts_with("<svg") && logo.ends_with("</svg>") {
        format!("data:image/svg+xml;base64,{}", BASE64.encode(logo))
    } else {
        let kinds = ["data:image/png;base64,", "data:image/svg+xml;base64,", "data:image/webp;base64,"];
        let data = kinds.iter().find_map(|kind| logo.strip_prefix(kind))?;
        BASE64.decode(data).ok()?;
        logo.to_owned()
    };

    (url.len() <= LOGO_MAX_BYTES).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_a_picture_in_the_page_itself() {
        let png = "data:image/png;base64,iVBORw0KGgo=";
        for (logo, good) in [
            ("<svg xmlns='http://www.w3.org/2000/svg'/></svg>", true),
            (png, true),
            ("data:image/png;base64,<>", false),
            ("data:text/html;base64,PGI+", false),
            ("https://x.example/logo.png", false),
            (&*format!("{png}{}", "A".repeat(8_192)), false),
        ] {
            assert_eq!(data_url(logo).is_some(), good, "{logo}");
        }
    }
}
