//! Ids of what is made here: version 7 UUIDs, so that they sort by the time they were made. Those that people read are in
//! Crockford's base 32 behind a prefix that says what they are of.

use jiff::Timestamp;
use uuid::Uuid;

use crate::environment::entropy;
use crate::environment::entropy::Entropy;

/// How many characters of base 32 a UUID has.
const LENGTH: usize = 26;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes a type `Id`, of ids that begin with `$prefix` and are `$of`.
macro_rules! dated_id {
    ($(#[$about:meta])* $prefix:literal, $of:literal) => {
        $(#[$about])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema,
        )]
        #[serde(try_from = "String")]
        #[schemars(inline, extend("pattern" = concat!("^", $prefix, "[0-9A-HJKMNP-TV-Z]{26}$")))]
        pub struct Id(String);

        impl Id {
            /// A new id, made at `now`.
            ///
            /// # Errors
            /// The operating system has no randomness to give.
            pub fn new(
                now: ::jiff::Timestamp,
                entropy: $crate::environment::entropy::Entropy,
            ) -> Result<Self, $crate::environment::entropy::Error> {
                Ok(Self(format!("{}{}", $prefix, $crate::registry::id::dated_digits(now, entropy)?)))
            }

            /// When it was made, as it says itself, in milliseconds; `None` where no UUID is in it.
            pub fn made_at(&self) -> Option<::jiff::Timestamp> {
                $crate::registry::id::made_at(self.0.strip_prefix($prefix)?)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for Id {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, &'static str> {
                let digits = text.strip_prefix($prefix);
                let is_one = digits.is_some_and($crate::registry::id::are_digits);

                if is_one { Ok(Self(text)) } else { Err(concat!("must be the id of ", $of)) }
            }
        }

        impl ::std::fmt::Display for Id {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use dated_id;

/// A version 7 UUID of something that is made at `now`, in Crockford's base 32.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn dated_digits(now: Timestamp, entropy: Entropy) -> Result<String, entropy::Error> {
    let bits = dated_uuid(now, entropy)?.as_u128();
    let digits = (0..LENGTH).rev().map(|place| (bits >> place.saturating_mul(5)) & 31);

    Ok(digits.filter_map(|digit| CROCKFORD.get(usize::try_from(digit).ok()?)).map(|byte| char::from(*byte)).collect())
}

/// The time in `digits`, which are those of a version 7 UUID; `None` where they are those of no UUID.
pub(crate) fn made_at(digits: &str) -> Option<Timestamp> {
    let bits = digits.bytes().try_fold(0_u128, |bits, digit| {
        let value = CROCKFORD.iter().position(|known| *known == digit)?;
        Some(bits.checked_mul(32)? | u128::try_from(value).ok()?)
    })?;

    Timestamp::from_millisecond(i64::try_from(bits >> 80).ok()?).ok()
}

/// Whether `digits` are those of a UUID in Crockford's base 32.
pub(crate) fn are_digits(digits: &str) -> bool {
    digits.len() == LENGTH && digits.bytes().all(|byte| CROCKFORD.contains(&byte))
}

/// The id of something that is made at `now`: version 7, so that ids sort by the time they were made.
///
/// # Errors
/// The operating system has no randomness to give.
pub fn dated_uuid(now: Timestamp, entropy: Entropy) -> Result<Uuid, entropy::Error> {
    let mut random = [0; 10];
    entropy.fill(&mut random)?;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();

    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
