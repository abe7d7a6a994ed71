//! A running stack: its gateway, its functions, its tables.

mod builder;
mod own_runtime;
mod source;
mod start;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use builder::Builder;

use crate::client::{Reply, send_signed};
use crate::clock::Clock;
use crate::credential::Credential;
use crate::data_dir::DataDir;
use crate::dynamodb::Dynamodb;
use crate::error::Error;
use crate::function_error::FunctionError;
use crate::lifeline::Lifeline;
use crate::logs::Logs;
use crate::pool::Pool;
use crate::schedules;
use crate::seed::SeededOrganization;
use crate::server::Server;
use crate::services::Services;
use own_runtime::OwnRuntime;

/// Where a template comes from: a path is a file, a string is YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// This file; functions see its folder as theirs.
    File(PathBuf),
    /// This text.
    Yaml(String),
}

/// A stack that serves. It runs on threads of its own, so any number of tests, each with its own Tokio runtime, can share
/// one; dropped without [`Stack::stop`] it ends at once, its processes too.
#[derive(Debug)]
pub struct Stack {
    port: u16,
    operator: Credential,
    clock: Clock,
    organizations: Vec<SeededOrganization>,
    pools: HashMap<&'static str, Arc<Pool>>,
    logs: Logs,
    lifeline: Lifeline,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    services: Services,
    lambda: Server,
    dynamodb: Dynamodb,
    data_dir: Option<DataDir>,
    /// Last, so that everything above is dropped before it.
    runtime: OwnRuntime,
}

impl Stack {
    /// A stack that executes `template`, still to be started.
    pub fn builder(template: impl Into<TemplateSource>) -> Builder {
        Builder::new(template.into())
    }

    /// Where the gateway answers: `http://127.0.0.1:3000`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The gateway's host and port: `127.0.0.1:3000`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The credential that must sign requests to `AWS_IAM` routes.
    pub fn operator(&self) -> &Credential {
        &self.operator
    }

    /// The clock that requests are stamped by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The database, with its recorder and its faults.
    pub fn dynamodb(&self) -> &Dynamodb {
        &self.dynamodb
    }

    /// The stand-ins for EventBridge and SNS, with what they were told and their faults.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Where functions are invoked without a gateway, as Lambda's own endpoint does it: signed by the operator, for the
    /// service `lambda`.
    pub fn lambda_endpoint(&self) -> &str {
        self.lambda.endpoint()
    }

    /// What the demo made, in this run or an earlier one.
    pub fn organizations(&self) -> &[SeededOrganization] {
        &self.organizations
    }

    /// The lines that functions wrote, process by process, and the stack's own about them; empty without
    /// [`Builder::keep_logs`]. What a function wrote before it answered is here when its answer is.
    pub fn logs(&self) -> Vec<String> {
        self.logs.kept()
    }

    /// The same, to be looked at once the stack has ended.
    pub fn logs_after(&self) -> impl Fn() -> Vec<String> + use<> {
        let logs = self.logs.clone();
        move || logs.kept()
    }

    /// How many function processes run.
    pub fn processes(&self) -> usize {
        self.lifeline.count()
    }

    /// Ends every process that has nothing to do, as Lambda ends an environment that had no requests for a while: SIGTERM for
    /// one with an extension, and time to end. Waits for what processes still do after their answers, and for their end; the
    /// next request starts a new one.
    pub async fn end_processes(&self) {
        let pools: Vec<_> = self.pools.values().cloned().collect();
        // Cut short only by the end of the stack.
        drop(self.runtime.handle().spawn(end_all(pools)).await);
    }

    /// Hands `event` to the function with this logical id, past the gateway, and returns what it answers.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError> {
        let pool = self.pools.get(function).ok_or_else(|| FunctionError::Unknown(function.to_owned()))?;
        let pool = Arc::clone(pool);
        let event = event.to_string().into();
        // On the stack's own threads: the caller's runtime may end before the process does.
        let invocation = self.runtime.handle().spawn(async move { pool.invoke(event).await });
        let answer = invocation.await.unwrap_or(Err(FunctionError::Ended))?;

        serde_json::from_slice(&answer)
            .map_err(|cause| FunctionError::NotJson { function: function.to_owned(), cause: cause.to_string() })
    }

    /// Runs the function with this logical id as its schedule does, now, and returns what it answers.
    pub async fn fire(&self, function: &str) -> Result<Value, FunctionError> {
        let pool = self.pools.get(function);
        let schedule = pool.and_then(|pool| pool.function.schedules.first());
        let schedule = schedule.ok_or_else(|| FunctionError::Unknown(function.to_owned()))?;

        self.invoke(function, schedules::event(function, schedule, &self.clock)).await
    }

    /// Kills every process of the function with this logical id (SIGKILL), whatever it is doing.
    pub fn kill(&self, function: &str) -> Result<(), FunctionError> {
        let pool = self.pools.get(function).ok_or_else(|| FunctionError::Unknown(function.to_owned()))?;
        pool.kill();

        Ok(())
    }

    /// The environment of the function with this logical id, except its Runtime API. Whatever else runs it in this
    /// environment has its permissions, too.
    pub fn environment(&self, function: &str) -> Result<BTreeMap<String, String>, FunctionError> {
        let pool = self.pools.get(function).ok_or_else(|| FunctionError::Unknown(function.to_owned()))?;

        Ok(pool.environment())
    }

    /// Sends a signed request with a JSON body, as the operator.
    pub async fn operate(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply, Error> {
        self.operate_with(method, path, &[], body).await
    }

    /// The same with more headers.
    pub async fn operate_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, Error> {
        send_signed(&self.address(), &self.operator, method, path, headers, body).await
    }

    /// Ends the stack: no new requests, two seconds at most for those under way, then the processes in good order, as
    /// [`Stack::end_processes`] does it, then those that are left, then the database.
    pub async fn stop(self) {
        let Self { pools, lifeline, stop, server, dynamodb, data_dir, runtime, .. } = self;
        stop.send_replace(true);
        drop(server.await);
        drop(runtime.handle().spawn(end_all(pools.into_values().collect())).await);
        lifeline.end();
        lifeline.until_gone().await;
        drop(runtime.handle().spawn(dynamodb.stop()).await);
        // Nobody else may have the folder before the database has left it.
        drop(data_dir);
        drop(runtime);
    }
}

async fn end_all(pools: Vec<Arc<Pool>>) {
    let ends: JoinSet<()> = pools.into_iter().map(|pool| async move { pool.end().await }).collect();
    ends.join_all().await;
}
