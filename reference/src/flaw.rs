//! Flaws: faults of a request each of whose members is valid by itself.

/// A member, and what is wrong with it, as the rest of a sentence that begins with the member.
pub type Flaw = (&'static str, &'static str);
