//! Flaws: what is wrong with a request although each of its members is what it must be.

/// A member, and what is wrong with it, as the rest of a sentence that begins with the member.
pub type Flaw = (&'static str, &'static str);
