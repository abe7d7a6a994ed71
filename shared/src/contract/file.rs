//! A contract file as it is written: the shape of the TOML and nothing more. Its meaning is checked in `contract`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::contract::age::Age;
use crate::contract::alerts;
use crate::contract::alerts::RuleFile;
use crate::contract::cost::Costs;
use crate::contract::denial::Kind;
use crate::contract::key_format::{Alphabet, Checksum};
use crate::contract::leaks::LeaksFile;
use crate::contract::limit::{Limits, Window};
use crate::contract::management::Management;
use crate::contract::portal::PortalFile;
use crate::contract::scope::Scopes;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) windows: Vec<Window>,
    pub(super) credential: CredentialFile,
    pub(super) cors: Option<CorsFile>,
    pub(super) key: KeyFile,
    pub(super) scopes: BTreeMap<String, String>,
    pub(super) plans: BTreeMap<String, PlanFile>,
    #[serde(default)]
    pub(super) costs: Costs,
    #[serde(default)]
    pub(super) management: Management,
    pub(super) portal: Option<PortalFile>,
    #[serde(default)]
    pub(super) alerts: BTreeMap<alerts::Kind, RuleFile>,
    pub(super) leaks: Option<LeaksFile>,
    pub(super) rate_limit_headers: Option<RateLimitHeadersFile>,
    pub(super) error: ErrorFile,
    pub(super) denials: BTreeMap<Kind, DenialFile>,
    #[serde(default)]
    pub(super) rejections: BTreeMap<String, DenialFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialFile {
    pub(super) header: String,
    pub(super) scheme: Option<String>,
    pub(super) also: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorsFile {
    pub(super) origins: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    pub(super) alphabet: Alphabet,
    pub(super) length: usize,
    pub(super) checksum: Option<Checksum>,
    #[serde(default)]
    pub(super) hint: bool,
    pub(super) all_scopes: Option<String>,
    pub(super) max_age: Option<Age>,
    pub(super) default_age: Option<Age>,
    pub(super) prefix: Option<String>,
    pub(super) scopes: Option<ScopesFile>,
    #[serde(default)]
    pub(super) types: BTreeMap<String, TypeFile>,
    #[serde(default)]
    pub(super) legacy: BTreeMap<String, LegacyFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LegacyFile {
    pub(super) pattern: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeFile {
    pub(super) prefix: String,
    pub(super) stages: Option<Vec<String>>,
    pub(super) scopes: ScopesFile,
    #[serde(default)]
    pub(super) confined: bool,
    #[serde(default)]
    pub(super) public: bool,
    pub(super) max_age: Option<Age>,
    pub(super) default_age: Option<Age>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopesFile {
    #[serde(default)]
    pub(super) always: Scopes,
    #[serde(default)]
    pub(super) choice: Scopes,
    #[serde(default)]
    pub(super) default: Scopes,
    #[serde(default)]
    pub(super) at_least: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    pub(super) api: Option<bool>,
    pub(super) limits: Option<Limits>,
    pub(super) limits_by_type: Option<BTreeMap<String, Limits>>,
    #[serde(default)]
    pub(super) custom_limits: bool,
    pub(super) shared_limits: Option<Limits>,
    pub(super) keys: Option<u32>,
    pub(super) scopes: Option<Scopes>,
    pub(super) granular_scopes: Option<bool>,
    pub(super) max_age: Option<Age>,
    pub(super) default_age: Option<Age>,
    #[serde(default)]
    pub(super) quotas: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateLimitHeadersFile {
    pub(super) limit: String,
    pub(super) remaining: String,
    pub(super) reset: String,
    pub(super) scope: Option<String>,
    pub(super) draft: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorFile {
    pub(super) body: String,
    pub(super) content_type: Option<String>,
    pub(super) types: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DenialFile {
    pub(super) same_as: Option<Kind>,
    pub(super) status: Option<u16>,
    pub(super) code: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) message: Option<String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}
