//! Randomness, from the operating system. No other module of this crate asks for it.

use std::fmt;

/// The operating system gives no randomness.
pub type Error = getrandom::Error;

/// Where random bytes come from.
#[derive(Clone, Copy)]
pub struct Entropy(fn(&mut [u8]) -> Result<(), Error>);

impl Entropy {
    /// The operating system's generator.
    pub const fn system() -> Self {
        Self(getrandom::fill)
    }

    /// Fills `bytes`.
    ///
    /// # Errors
    /// The operating system has none to give.
    pub fn fill(self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0(bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}
