//! The text of the pages' one style and one script, and the policy that lets in these two and nothing else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::brand::colour::{CLEAR, Colour, DARK, LIGHT, READABLE};

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let tight = [" {", "{ ", " }", "; ", ": ", ", ", " > ", " + "];
    let source = squeezed(include_str!("../../assets/style.css")).replace('\n', " ");

    // No space beside these marks means anything in the style sheet: it has none of them in a string.
    tight.into_iter().fold(source, |style, mark| style.replace(mark, mark.trim())).replace(";}", "}")
});

static SCRIPT: LazyLock<String> = LazyLock::new(|| squeezed(include_str!("../../assets/script.js")));

/// The text of the script, which is the same on every page of every brand.
pub(crate) fn script() -> &'static str {
    &SCRIPT
}

/// The text of the style of a brand.
pub(crate) fn style(colour: Colour) -> String {
    let variables = |fill: Colour, link: Colour| format!("--fill:{fill};--on:{};--link:{link}", fill.text_on());

    format!(
        ":root{{{}}}@media(prefers-color-scheme:dark){{:root{{{}}}}}{}",
        variables(colour, on_light(colour)),
        variables(on_dark(colour), on_dark(colour)),
        *STYLE
    )
}

/// The colour of links on a light page: on the darker of its two backgrounds, so on the other one, too.
pub(crate) fn on_light(colour: Colour) -> Colour {
    let [_, background] = LIGHT;
    colour.lifted_from(background, READABLE)
}

/// The colour of links, and of what is filled, on a dark page: on the lighter of its two backgrounds.
pub(crate) fn on_dark(colour: Colour) -> Colour {
    let [_, background] = DARK;
    colour.lifted_from(background, CLEAR)
}

/// The value of `Content-Security-Policy` for pages with this style.
pub(crate) fn policy(style: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));

    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        hash(style),
        hash(script())
    )
}

/// Takes out indentation, empty lines and lines that are comments. Nothing else: a line break may mean something.
fn squeezed(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let kept = lines.filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("/*"));

    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn style_and_script_are_small_and_end_nowhere_early() {
        let style = style(Colour::BLACK);
        assert!(style.len() <= 12_500, "{}", style.len());
        assert!(script().len() <= 3_100, "{}", script().len());
        for text in [&style, script()] {
            assert!(!text.contains("</") && !text.contains("<!--"));
            assert!(!text.contains("http"), "nothing comes from elsewhere");
        }
    }

    #[test]
    fn the_style_has_the_backgrounds_that_contrast_is_computed_with() {
        let source = include_str!("../../assets/style.css");
        for background in LIGHT.into_iter().chain(DARK).filter(|colour| *colour != Colour::WHITE) {
            assert!(source.contains(&background.to_string()), "{background}");
        }
    }

    #[test]
    fn the_policy_has_no_way_around_it() {
        let policy = policy(&style(Colour::BLACK));
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains('\n'));
        assert_eq!(policy.matches("sha256-").count(), 2);
    }

    proptest! {
        #[test]
        fn every_colour_can_be_read(red: u8, green: u8, blue: u8) {
            let colour = Colour { red, green, blue };
            prop_assert!(colour.text_on().contrast(colour) >= READABLE);
            for (backgrounds, links) in [(LIGHT, on_light(colour)), (DARK, on_dark(colour))] {
                for background in backgrounds {
                    prop_assert!(links.contrast(background) >= READABLE);
                }
                prop_assert!(links.text_on().contrast(links) >= READABLE);
            }
        }
    }
}
