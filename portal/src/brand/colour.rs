//! Colours, and whether people can read what is written in them.

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Colour {
    /// The colour that is written `#rrggbb`; `None` if it is not.
    ///
    /// ```
    /// use portal::Colour;
    ///
    /// assert_eq!(Colour::parse("#0b6e4f"), Some(Colour { red: 11, green: 110, blue: 79 }));
    /// assert_eq!(Colour::parse("green"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();

        Some(Self { red, green, blue })
    }
}

/// The backgrounds that text stands on in light pages. `style.css` has the same.
pub(crate) const LIGHT: [Colour; 2] = [Colour::WHITE, Colour { red: 0xf4, green: 0xf5, blue: 0xf7 }];

/// The backgrounds that text stands on in dark pages.
pub(crate) const DARK: [Colour; 2] =
    [Colour { red: 0x14, green: 0x17, blue: 0x1a }, Colour { red: 0x1f, green: 0x23, blue: 0x28 }];

/// What contrast WCAG asks for text (1.4.3, level AA).
pub(crate) const READABLE: f64 = 4.5;

/// What it asks at level AAA (1.4.6). On a dark page a dark brand is lifted that far, or its links look like what is
/// switched off.
pub(crate) const CLEAR: f64 = 7.0;

impl Colour {
    /// White.
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };
    /// Black.
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };

    /// Its relative luminance, by WCAG's definition: 0 for black, 1 for white.
    pub(crate) fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The contrast between two colours, by WCAG's definition: from 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// Black or white: the one that reads better on this colour. One of the two always has a contrast of 4.5.
    pub(crate) fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest colour of its kind that has this contrast on `background`: as it is, or darkened or lightened.
    pub(crate) fn lifted_from(self, background: Self, contrast: f64) -> Self {
        let end = background.text_on();
        let mixed = (0..=100).map(|percent| self.mixed_with(end, percent));

        mixed.into_iter().find(|mixed| mixed.contrast(background) >= contrast).unwrap_or(end)
    }

    /// The colour with that much of another in it.
    fn mixed_with(self, other: Self, percent: u16) -> Self {
        let mix = |one: u8, two: u8| {
            let sum = u16::from(one) * (100 - percent) + u16::from(two) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self { red: mix(self.red, other.red), green: mix(self.green, other.green), blue: mix(self.blue, other.blue) }
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!(colour("#0B6e4f").to_string(), "#0b6e4f");
        for text in ["", "#", "#fff", "#12345", "#1234567", "123456", "#12345g", "#+12345", "#é1234", "red", "#ffffff;"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let near = |one: f64, two: f64| (one - two).abs() < 0.01;
        assert!(near(Colour::BLACK.contrast(Colour::WHITE), 21.0));
        assert!(near(colour("#767676").contrast(Colour::WHITE), 4.54));
        assert!(near(colour("#ff0000").contrast(Colour::WHITE), 4.0));
        assert!(near(colour("#0000ff").contrast(Colour::WHITE), 8.59));
        assert!(near(colour("#123456").contrast(colour("#123456")), 1.0));
    }

    #[test]
    fn a_colour_that_can_be_read_is_kept() {
        assert_eq!(colour("#0b5fff").lifted_from(Colour::WHITE, READABLE), colour("#0b5fff"));
        assert_ne!(colour("#ffdd00").lifted_from(Colour::WHITE, READABLE), colour("#ffdd00"));
    }
}
