//! What every function of a stack has: the contract, the store, and the source of randomness.

use std::collections::BTreeMap;
use std::time::Duration;

use dynamodb::Table;

use crate::contract;
use crate::contract::Contract;
use crate::contract::denial::Denial;
use crate::contract::portal::Portal;
use crate::environment::entropy::Entropy;
use crate::environment::settings;
use crate::environment::settings::{Settings, Stage};
use crate::gate::Memory;
use crate::store;
use crate::store::{Keys, Outbox, Passes};
use crate::usage::{Meter, RefusalLog};

/// Built once per process, and never torn down: it lives exactly as long as the Lambda process.
#[derive(Debug)]
pub struct App {
    /// The wire contract that this stack serves.
    pub contract: Contract,
    /// The template's parameters that decide which functions the stack has.
    pub parameters: BTreeMap<String, String>,
    /// What the stack is for.
    pub stage: Stage,
    /// Organizations and keys.
    pub keys: Keys,
    /// What requests are judged and counted by.
    pub passes: Passes,
    /// Events that are to be handed on.
    pub outbox: Outbox,
    /// What became of requests.
    pub usage: store::Usage,
    /// Notes outcomes, and writes them when nobody waits.
    pub meter: Meter,
    /// Tells of what was refused.
    pub refusals: RefusalLog,
    /// What the gate remembers of the last second.
    pub memory: Memory,
    /// How long a caller may wait for the gate: four times what one call to DynamoDB may take.
    pub patience: Duration,
    /// How long an invocation may take, by the template.
    pub timeout: Duration,
    /// How long a change may be tried.
    changing: Duration,
    /// Whether the stack has the portal: its contract describes one, and the template's parameter does not say otherwise.
    has_portal: bool,
    /// Where its pages are, `https://keys.example.com`, if not where the API is.
    pub portal_url: Option<String>,
    /// The ids of the APIs to which the authorizer hands on refused requests.
    pub told_apis: Vec<String>,
    /// Whether keys are given new secrets by themselves.
    pub rotates: bool,
    /// Randomness.
    pub entropy: Entropy,
    dynamodb: dynamodb::Client,
    reference_table: Option<String>,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Settings(#[from] settings::Error),
    /// The contract cannot be used.
    #[error(transparent)]
    Contract(#[from] contract::Error),
}

impl App {
    /// The app that the environment describes.
    ///
    /// # Errors
    /// A setting is missing or wrong, or the contract is.
    pub fn from_environment() -> Result<Self, Error> {
        let settings = Settings::read()?;
        let contract = Contract::load(&settings.contract)?;
        let dynamodb = dynamodb::client(settings.store_timeout, settings.dynamodb_endpoint.as_deref());

        Ok(Self::new(contract, dynamodb, settings))
    }

    /// The app that serves `contract` with `settings`, on `dynamodb`, to which `direct` is the shortest way.
    pub fn new(
        contract: Contract,
        (dynamodb, direct): (dynamodb::Client, dynamodb::Direct),
        settings: Settings,
    ) -> Self {
        let entropy = Entropy::system();
        let parameters = settings.parameters();
        let passes = Passes::new((dynamodb.clone(), direct), settings.counters_table, &contract);
        let usage = store::Usage::new(dynamodb.clone(), settings.usage_table, settings.usage_retention_days, entropy);
        let patience = settings.store_timeout.saturating_mul(4);
        // One machine has nobody who would draw them.
        let metrics = settings.metrics_namespace.filter(|_| settings.stage != Stage::Local);
        let is_known = !Contract::is_path(&settings.contract);
        let has_portal = contract.portal.is_some() && settings.has_portal.unwrap_or(is_known);
        let changing = changing(settings.timeout, settings.store_timeout);
        let table = |name| Table::new(dynamodb.clone(), name, changing);
        let outbox = Outbox::new(table(settings.events_table));
        let watches = !contract.alerts.is_empty();

        Self {
            contract,
            parameters,
            stage: settings.stage,
            keys: Keys::new(table(settings.keys_table), passes.clone(), outbox.clone(), entropy),
            passes,
            outbox,
            meter: Meter::new(usage.clone(), patience, metrics, watches),
            refusals: RefusalLog::new(settings.logs_refusals),
            memory: Memory::default(),
            usage,
            patience,
            timeout: settings.timeout,
            changing,
            has_portal,
            portal_url: settings.portal_url,
            told_apis: settings.told_apis,
            rotates: settings.rotates,
            entropy,
            dynamodb,
            reference_table: settings.reference_table,
        }
    }

    /// What the contract says of the portal's pages.
    ///
    /// # Errors
    /// The stack has none: their routes lead nowhere.
    pub fn portal(&self) -> Result<&Portal, Denial> {
        self.contract.portal.as_ref().filter(|_| self.has_portal).ok_or(Denial::UnknownRoute)
    }

    /// The table of the reference APIs.
    ///
    /// # Errors
    /// The stack has none.
    pub fn reference(&self) -> crate::registry::error::Result<Table> {
        let none = || crate::registry::error::Error::failed("the stack has no reference table");

        self.reference_if_any().ok_or_else(none)
    }

    /// The same, where the stack has reference APIs.
    pub fn reference_if_any(&self) -> Option<Table> {
        let name = self.reference_table.clone()?;

        Some(Table::new(self.dynamodb.clone(), name, self.changing))
    }
}

/// How long a change may be tried in an invocation that may take `timeout`: one to two thirds of it. Before the change
/// comes the gate, which gives up after four times `store_timeout`. After it come one or two last calls, each of which
/// takes at most three times `store_timeout`.
fn changing(timeout: Duration, store_timeout: Duration) -> Duration {
    let third = timeout.checked_div(3).unwrap_or(timeout);
    let others = store_timeout.saturating_mul(10).saturating_add(Duration::from_secs(1));

    timeout.saturating_sub(others).clamp(third, third.saturating_mul(2))
}
