//! Credentials of the account that a local stack pretends to be: the operator's, and one for each function.

use serde::{Deserialize, Serialize};

/// The region that a local stack pretends to be in.
pub const REGION: &str = "us-east-1";

/// The account that a local stack pretends to belong to.
pub(crate) const ACCOUNT: &str = "000000000000";

/// An access key, with which requests are signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The key's id.
    pub access_key_id: String,
    /// The secret, which only its owner knows.
    pub secret_access_key: String,
    /// Where it is used: always [`REGION`].
    pub region: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Credential").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl Credential {
    /// A new credential whose id begins with `prefix`, which is none of AWS's: nobody should take it for a real one.
    pub(crate) fn random(prefix: &str) -> Result<Self, getrandom::Error> {
        Ok(Self {
            access_key_id: format!("{prefix}{}", random_text::<15>()?),
            secret_access_key: random_text::<40>()?,
            region: REGION.to_owned(),
        })
    }
}

/// `N` random characters out of thirty-two.
fn random_text<const N: usize>() -> Result<String, getrandom::Error> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)?;

    Ok(bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    use super::Credential;

    #[test]
    fn a_credential_does_not_show_its_secret() {
        let credential = Credential::random("LOCAL").unwrap();
        assert_eq!(credential.access_key_id.len(), 20);
        assert_eq!(credential.secret_access_key.len(), 40);
        assert!(!format!("{credential:?}").contains(&credential.secret_access_key));
    }
}
