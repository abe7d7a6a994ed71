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
