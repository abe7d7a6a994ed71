//! What becomes of a key that somebody has found in public: a contract's section `[leaks]`.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::{Limits, Window};
use super::scope::Scopes;
use super::{Flaw, check_scopes, flaw};

/// How often a key in quarantine may call: once a minute.
const ONCE: NonZeroU32 = NonZeroU32::MIN;

/// What is done about a key that has leaked. Each does what those before it do, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "LeakPolicy")]
pub enum Policy {
    /// People and programs are told.
    Notify,
    /// The key has few scopes and one request a minute, until it has a new secret.
    Quarantine,
    /// The key is revoked.
    Revoke,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Notify, Self::Quarantine, Self::Revoke];

    /// Its name in contracts, requests and items.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Quarantine => "quarantine",
            Self::Revoke => "revoke",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaksFile {
    policy: Option<Policy>,
    quarantine_scopes: Option<Scopes>,
}

/// What becomes of keys that have leaked.
#[derive(Clone, Debug)]
pub struct Leaks {
    /// What is done unless an organization has chosen something else: people are told, where the contract says nothing.
    pub policy: Policy,
    /// The scopes that are left to a key in quarantine; `None` where the contract has no quarantine.
    quarantine: Option<Scopes>,
}

impl Leaks {
    pub(super) fn check(
        file: Option<LeaksFile>,
        windows: &[Window],
        scopes: &BTreeMap<String, String>,
        all_scopes: Option<&String>,
    ) -> Result<Self, Flaw> {
        let (policy, quarantine) = file.map_or((None, None), |file| (file.policy, file.quarantine_scopes));
        let policy = policy.unwrap_or(Policy::Notify);
        if let Some(left) = &quarantine {
            check_scopes("leaks.quarantine_scopes", left, scopes)?;
            if let Some(all) = all_scopes.filter(|all| left.contains(all)) {
                return flaw("leaks.quarantine_scopes", format!("{all} would leave a key everything"));
            }
            if !windows.contains(&Window::Minute) {
                return flaw(
                    "leaks.quarantine_scopes",
                    "a quarantine counts by the minute, which is none of the windows",
                );
            }
        } else if policy == Policy::Quarantine {
            return flaw("leaks.policy", "quarantine needs quarantine_scopes, which may be none: []");
        }

        Ok(Self { policy, quarantine })
    }

    /// Whether an organization may choose `policy`.
    pub fn has(&self, policy: Policy) -> bool {
        policy != Policy::Quarantine || self.quarantine.is_some()
    }

    /// Every policy that an organization may choose.
    pub fn policies(&self) -> impl Iterator<Item = Policy> + '_ {
        Policy::ALL.into_iter().filter(|policy| self.has(*policy))
    }

    /// What is left of a key in quarantine that could do what `may` says: a contract without a quarantine leaves nothing.
    pub fn left(&self, may: impl Fn(&str) -> bool) -> Scopes {
        let left = self.quarantine.iter().flat_map(Scopes::iter);

        left.filter(|scope| may(scope)).collect()
    }

    /// How often a key in quarantine may call.
    pub fn limits() -> Limits {
        Limits::of(Window::Minute, ONCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, windows: &[Window]) -> Result<Leaks, String> {
        let file = toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())?;
        let scopes = ["read", "write", "admin"].map(|scope| (scope.to_owned(), String::new())).into();

        Leaks::check(Some(file), windows, &scopes, Some(&"admin".to_owned()))
            .map_err(|(place, what)| format!("{place} {what}"))
    }

    #[test]
    fn a_section_that_makes_no_sense_is_refused() {
        let minute = [Window::Minute];
        for (text, windows, wrong) in [
            ("policy = \"ignore\"", &minute[..], "unknown variant `ignore`"),
            ("policy = \"quarantine\"", &minute, "leaks.policy quarantine needs quarantine_scopes"),
            ("quarantine_scopes = [\"fly\"]", &minute, "leaks.quarantine_scopes there is no scope fly"),
            ("quarantine_scopes = [\"admin\"]", &minute, "admin would leave a key everything"),
            ("quarantine_scopes = []", &[Window::Day], "which is none of the windows"),
        ] {
            let told = read(text, windows).unwrap_err();
            assert!(told.contains(wrong), "{text}: {told}");
        }
    }

    #[test]
    fn a_quarantine_is_there_where_its_scopes_are_named_and_never_adds_one() {
        let leaks = read("quarantine_scopes = [\"read\"]", &[Window::Minute]).unwrap();
        assert_eq!(leaks.policy, Policy::Notify);
        assert_eq!(leaks.policies().collect::<Vec<_>>(), Policy::ALL);
        assert_eq!(leaks.left(|_| true), ["read"].into_iter().collect());
        assert_eq!(leaks.left(|scope| scope == "write"), Scopes::default());

        let leaks = read("", &[Window::Day]).unwrap();
        assert_eq!(leaks.policies().collect::<Vec<_>>(), [Policy::Notify, Policy::Revoke]);
        assert_eq!(leaks.left(|_| true), Scopes::default());
    }
}
