//! The wire contract that a stack serves: the header that carries the key, what a key looks like, the plans and limits,
//! and how each refusal reads. It is data, `contracts/<name>.toml`, and is checked as a whole when it is read.
//!
//! It uses the environment's types, and HTTP's headers and statuses. It knows no organization and nobody's key, and
//! decides nothing: it says how a decision reads.

pub mod age;
pub mod alerts;
pub mod cors;
pub mod cost;
pub mod denial;
pub mod envelope;
pub(crate) mod fault;
mod file;
pub(crate) mod given;
mod headers;
pub mod key_format;
mod key_type;
pub mod leaks;
mod legacy;
pub mod limit;
mod looks;
pub mod management;
mod pattern;
pub mod placeholder;
mod plan;
pub mod portal;
pub mod quota;
pub(crate) mod reading;
pub mod scope;
pub mod secret;
pub mod slide;
mod text;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use lambda_http::http::HeaderValue;
use sha2::{Digest as _, Sha256};

pub use headers::{Credential, RateLimitHeaders};
pub use key_type::{KeyType, ScopeRule};
pub use legacy::LegacyForm;
pub use looks::Looks;
pub use plan::{InForce, Numbers, Override, Plan};
pub use wire::Wire;

use crate::contract::age::Ages;
use crate::contract::alerts::Alerts;
use crate::contract::cors::Cors;
use crate::contract::cost::{Cost, Costs};
use crate::contract::denial::{Denial, Kind};
use crate::contract::leaks::Leaks;
use crate::contract::limit::Window;
use crate::contract::management::{Management, Operation};
use crate::contract::placeholder::Told;
use crate::contract::portal::Portal;
use crate::contract::scope::Scopes;
use crate::environment::system::plain;
use file::File;

const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// How many scopes a contract has at most: a change by a key checks those that it gives, and a condition of DynamoDB has 4 KB.
const MOST_SCOPES: usize = 100;

/// The version of the layout of passes. Passes of another version are stamped anew, by whichever function meets them.
const PASS_LAYOUT: u32 = 2;

/// Whether passes of `edition` have the layout of today's.
pub(crate) fn has_this_layout(edition: &str) -> bool {
    edition.rsplit('.').next().is_some_and(|layout| layout.parse() == Ok(PASS_LAYOUT))
}

/// How an API treats those who call it with keys.
#[derive(Debug)]
pub struct Contract {
    /// The name by which it was chosen.
    pub name: String,
    /// Changes whenever the file or the layout of passes does; passes stamped under another edition are stamped anew.
    pub edition: String,
    /// The windows that requests are counted in, shortest first.
    pub windows: Vec<Window>,
    /// Where the key is.
    pub credential: Credential,
    /// The types of key, or the one without a name.
    pub types: Vec<KeyType>,
    /// Forms of keys that were not issued here.
    pub legacy: Vec<LegacyForm>,
    /// The scope that includes all others.
    pub all_scopes: Option<String>,
    /// Every scope, and what it is for.
    pub scopes: BTreeMap<String, String>,
    /// The pages whose scripts browsers let call, if there are any.
    pub cors: Option<Cors>,
    /// The plans by name.
    pub plans: BTreeMap<String, Plan>,
    costs: Costs,
    /// What callers may do with their organization's keys.
    pub management: Management,
    /// The pages on which people manage their organization's keys, if there are any.
    pub portal: Option<Portal>,
    /// What people are told of before it hurts: nothing where the contract does not say.
    pub alerts: Alerts,
    /// What becomes of keys that have leaked.
    pub leaks: Leaks,
    /// The headers that tell a caller how much is left, where the contract has them.
    pub rate_limit_headers: Option<RateLimitHeaders>,
    /// The media type of its refusals: `application/json`, or one like it.
    pub error_type: HeaderValue,
    denials: BTreeMap<Kind, Wire>,
    rejections: BTreeMap<String, Wire>,
    spelled_out: Vec<Kind>,
}

/// Why a contract cannot be used: the file, the place in it, and what is wrong there.
#[derive(Debug)]
pub struct Error {
    file: String,
    place: String,
    what: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, what } = self;
        if place.is_empty() { write!(f, "{file}: {what}") } else { write!(f, "{file}: {place}: {what}") }
    }
}

impl std::error::Error for Error {}

/// What is wrong, and where in the file.
type Flaw = (String, String);

fn flaw<T>(place: impl Into<String>, what: impl Into<String>) -> Result<T, Flaw> {
    Err((place.into(), what.into()))
}

impl Contract {
    /// The contract of that name, or the one in the file at that path. A name that has a `/` or ends in `.toml` is a
    /// path.
    ///
    /// # Errors
    /// There is none, it cannot be read, or it does not pass its checks.
    pub fn load(name: &str) -> Result<Self, Error> {
        let fail = |what: String| Error { file: name.to_owned(), place: String::new(), what };
        if Self::is_path(name) {
            let text = std::fs::read_to_string(name)
                .map_err(|error| fail(format!("cannot read the contract: {}", plain(&error))))?;
            return Self::read(name, &text);
        }
        match EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
            Some((_, text)) => Self::read(&format!("contracts/{name}.toml"), text),
            None => Err(fail(format!("no such contract; there are {}", Self::names().collect::<Vec<_>>().join(", ")))),
        }
    }

    /// Whether a contract is named by its file's path.
    pub fn is_path(name: &str) -> bool {
        name.contains('/') || Path::new(name).extension().is_some_and(|extension| extension == "toml")
    }

    /// The contracts that came with this build.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Reads the contract `text`, which stands in `file`.
    ///
    /// # Errors
    /// It is not TOML, has fields that no contract has, lacks some, or contradicts itself.
    pub fn read(file: &str, text: &str) -> Result<Self, Error> {
        let parsed: File = toml::from_str(text).map_err(|error| Error {
            file: file.to_owned(),
            place: error.span().map(|span| line(text, span.start)).unwrap_or_default(),
            what: error.message().trim().replace('\n', ", "),
        })?;
        let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(text));
        let edition = format!("{:08x}.{}", u32::from_be_bytes([a, b, c, d]), PASS_LAYOUT);

        Self::check(name, edition, parsed).map_err(|(place, what)| Error { file: file.to_owned(), place, what })
    }

    fn check(name: &str, edition: String, file: File) -> Result<Self, Flaw> {
        let mut windows = file.windows;
        windows.sort_unstable();
        if windows.is_empty() || windows.windows(2).any(|pair| pair.first() == pair.last()) {
            return flaw("windows", "must name each window that requests are counted in, once");
        }
        check_scope_names(&file.scopes, file.key.all_scopes.as_ref())?;
        let credential = Credential::check(file.credential)?;
        let cors = file.cors.map(|cors| {
            let what = "must be \"*\" alone, or origins like \"https://shop.example\"";
            Cors::read(cors.origins).ok_or_else(|| ("cors.origins".to_owned(), what.to_owned()))
        });
        let cors = cors.transpose()?;
        let all_scopes = file.key.all_scopes.clone();
        let management = Management { hints: file.key.hint, ..file.management };
        let mut key = file.key;
        let legacy = std::mem::take(&mut key.legacy);
        let types = key_type::check(key, &file.scopes)?;
        let legacy = legacy::check(legacy, &types)?;
        let plans = file.plans.into_iter().map(|(name, plan)| {
            let plan = Plan::check(&format!("plans.{name}"), plan, &windows, &types, &file.scopes)?;
            Ok((name, plan))
        });
        let plans = plans.collect::<Result<BTreeMap<_, _>, Flaw>>()?;
        cost::check(&file.costs, &plans)?;
        check_management(&management, &file.scopes)?;
        let names: Vec<_> = types.iter().map(|kind| kind.name.clone()).collect();
        let portal = file.portal.map(|portal| Portal::check(portal, &names, &file.scopes)).transpose()?;
        plan::check_caps(&management, portal.as_ref(), &plans)?;
        if portal.is_none() && management.operations.contains(&Operation::Portal) {
            return flaw("management.operations", "has portal, and there is no section [portal]");
        }
        let alerts = Alerts::check(file.alerts)?;
        check_alerts(&alerts, &management, portal.as_ref())?;
        let leaks = Leaks::check(file.leaks, &windows, &file.scopes, all_scopes.as_ref())?;
        let rate_limit_headers = file.rate_limit_headers.map(RateLimitHeaders::check).transpose()?;
        let error_type = headers::check_error_type(file.error.content_type.as_deref())?;
        let spelled_out = file.denials.keys().copied().collect();
        let (denials, rejections) = wire::check_all(&file.error, &file.denials, &file.rejections)?;

        Ok(Self {
            name: name.to_owned(),
            edition,
            windows,
            credential,
            cors,
            types,
            legacy,
            all_scopes,
            scopes: file.scopes,
            plans,
            costs: file.costs,
            management,
            portal,
            alerts,
            leaks,
            rate_limit_headers,
            error_type,
            denials,
            rejections,
            spelled_out,
        })
    }

    /// The plan `name`. One that was dropped while somebody is on it has no API and no room for a key.
    pub fn plan(&self, name: &str) -> &Plan {
        self.plans.get(name).unwrap_or(&plan::GONE)
    }

    /// What a call of `route` costs: `POST /v1/register-agent-run`.
    pub fn cost(&self, route: &str) -> Cost {
        self.costs.get(route).copied().unwrap_or(Cost::ONE)
    }

    /// Whether it says of a call what it costs.
    pub fn has_costs(&self) -> bool {
        !self.costs.is_empty()
    }

    /// Refuses costs of calls that there are not, in a stack with these `routes`.
    ///
    /// # Errors
    /// Names the first one.
    pub fn check_routes(&self, routes: &[String]) -> Result<(), Error> {
        let is_callers = |route: &String| routes.contains(route) && !route.contains(" /operator/");
        match self.costs.keys().find(|route| !is_callers(route)) {
            Some(route) => Err(Error {
                file: self.name.clone(),
                place: format!("costs.{route:?}"),
                what: "callers have no such route".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// How long keys of the type `kind` work on the plan `plan`. A plan or a type that was dropped says nothing.
    pub(crate) fn ages(&self, plan: &str, kind: Option<&str>) -> Ages {
        let kind = self.key_type(kind).map_or(Ages::NONE, |kind| kind.ages);

        kind.and(self.plan(plan).ages)
    }

    /// Whether it says anywhere how long keys work.
    pub(crate) fn has_ages(&self) -> bool {
        let of_plans = self.plans.values().map(|plan| plan.ages);

        self.types.iter().map(|kind| kind.ages).chain(of_plans).any(|ages| ages != Ages::NONE)
    }

    /// The type of that name; the one without a name for `None`.
    pub fn key_type(&self, name: Option<&str>) -> Option<&KeyType> {
        self.types.iter().find(|kind| kind.name.as_deref() == name)
    }

    /// Whether a key that holds `scopes` may do what needs `needed`.
    pub fn allows(&self, scopes: &Scopes, needed: &str) -> bool {
        scopes.contains(needed) || self.all_scopes.as_ref().is_some_and(|all| scopes.contains(all))
    }

    /// How `denial` reads.
    pub fn wire(&self, denial: &Denial) -> Option<&Wire> {
        let own = if let Denial::Rejected { name, .. } = denial { self.rejections.get(*name) } else { None };

        own.or_else(|| self.denials.get(&denial.kind()))
    }

    /// Whether the file says how denials of this kind read.
    pub(crate) fn tells_apart(&self, kind: Kind) -> bool {
        self.spelled_out.contains(&kind)
    }

    /// The status and the sentence of `denial`.
    pub fn sentence(&self, denial: &Denial) -> (u16, String) {
        self.wire(denial).map_or((500, String::new()), |wire| {
            (wire.status.as_u16(), wire.sentence(&Told { denial, request_id: None }))
        })
    }
}

fn check_management(management: &Management, scopes: &BTreeMap<String, String>) -> Result<(), Flaw> {
    if let Some(scope) = management.scope.as_ref().filter(|scope| !scopes.contains_key(*scope)) {
        return flaw("management.scope", format!("there is no scope {scope}"));
    }
    if management.scope.is_none() && !management.operations.iter().all(|operation| operation.is_harmless()) {
        return flaw("management.scope", "is required where callers may create, update, regenerate or delete keys");
    }

    Ok(())
}

/// What shows alerts makes sense only where there are some.
fn check_alerts(alerts: &Alerts, management: &Management, portal: Option<&Portal>) -> Result<(), Flaw> {
    let is_open = management.operations.iter().any(|operation| operation.is_about_alerts());
    let place = if is_open {
        "management.operations"
    } else if portal.is_some_and(|portal| portal.opens(portal::Operation::Alerts)) {
        "portal.operations"
    } else {
        return Ok(());
    };

    if alerts.is_empty() { flaw(place, "has alerts, and there is no section [alerts]") } else { Ok(()) }
}

fn check_scope_names(scopes: &BTreeMap<String, String>, all: Option<&String>) -> Result<(), Flaw> {
    if scopes.len() > MOST_SCOPES {
        return flaw("scopes", format!("must have at most {MOST_SCOPES}"));
    }
    if let Some(scope) = scopes.keys().find(|scope| !scope::is_token(scope)) {
        return flaw("scopes", format!("{scope:?} must be of visible ASCII without spaces, \" and \\"));
    }

    if let Some(scope) = scopes.keys().find(|scope| ["-", "nginx"].contains(&scope.as_str()) || scope.contains(',')) {
        return flaw("scopes", format!("{scope:?} means something else in the paths of forward-auth"));
    }

    match all.filter(|all| !scopes.contains_key(*all)) {
        Some(all) => flaw("key.all_scopes", format!("there is no scope {all}")),
        None => Ok(()),
    }
}

fn check_scopes(place: &str, named: &Scopes, scopes: &BTreeMap<String, String>) -> Result<(), Flaw> {
    match named.iter().find(|scope| !scopes.contains_key(*scope)) {
        Some(scope) => flaw(place, format!("there is no scope {scope}")),
        None => Ok(()),
    }
}

/// `line 3, column 7` of `text`.
fn line(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    format!("line {}, column {column}", before.matches('\n').count().saturating_add(1))
}

#[cfg(test)]
mod tests;
