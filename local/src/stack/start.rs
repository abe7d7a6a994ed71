//! Starts a stack, in the order that shows a mistake soonest: template, binaries, port, folder, database, gateway, demo.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use template::{Function, Template};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Stack;
use super::builder::Builder;
use super::own_runtime::OwnRuntime;
use super::source::{absolute, read_template};
use crate::clock::Clock;
use crate::credential::Credential;
use crate::data_dir::{DataDir, State};
use crate::dynamodb::{Dynamodb, Identity, Source, create_tables};
use crate::error::Error;
use crate::gateway::Gateway;
use crate::lambda;
use crate::lifeline::Lifeline;
use crate::pool::Pool;
use crate::process::Surroundings;
use crate::schedules;
use crate::seed::seed;
use crate::services::{Outlets, Services};

impl Builder {
    /// Starts the stack; when this returns it serves.
    pub async fn start(self) -> Result<Stack, Error> {
        let lifeline = Lifeline::new();
        let runtime = OwnRuntime::new(lifeline.clone())?;
        let started = runtime.handle().spawn(start(self, lifeline)).await;
        started.map_err(std::io::Error::other)?.map(|on| on(runtime))
    }
}

/// Starts what `builder` describes on the threads of the caller. Returns the stack but for those.
async fn start(builder: Builder, lifeline: Lifeline) -> Result<impl FnOnce(OwnRuntime) -> Stack, Error> {
    let (template, task_root) = read_template(&builder.template, &builder.parameters)?;
    // Kept for ever: routes borrow from it, and every task of the stack asks it.
    let template: &'static Template = Box::leak(Box::new(template));
    let binaries = find_binaries(&builder.binaries, &template.functions)?;
    let (listener, port) = bind(builder.port).await?;
    let data_dir = builder.data_dir.as_deref().map(DataDir::open).transpose()?;
    let mut state = remembered(&builder, data_dir.as_ref())?;

    let credentials = template.functions.iter().map(|function| Ok((function, Credential::random("LAMBD")?)));
    let credentials = credentials.collect::<Result<Vec<_>, Error>>()?;
    let dynamodb = Dynamodb::start(source(&builder, data_dir.as_ref()), identities(&credentials)).await?;
    create_tables(dynamodb.endpoint(), &template.tables).await?;

    let logs = builder.logs.clone();
    let clock = Clock::default();
    let services =
        Services::start(outlets(&builder, data_dir.as_ref()), clock.clone(), secret(&state.operator)).await?;
    let surroundings = Surroundings {
        binaries,
        task_root,
        dynamodb_endpoint: dynamodb.endpoint().to_owned(),
        services_endpoint: services.endpoint().to_owned(),
        logs: logs.clone(),
        clock: clock.clone(),
        path: search_path(),
    };
    let pools = pools(credentials, surroundings, &lifeline, builder.max_instances);
    let gateway = Gateway {
        routes: template.routes(),
        pools: pools.clone(),
        operator: state.operator.clone(),
        clock: clock.clone(),
        logs: logs.clone(),
        port,
    };
    let lambda = lambda::start(pools.clone(), state.operator.clone()).await?;
    let (stop, stopped) = watch::channel(false);
    schedules::start(pools.values(), builder.pace, &clock, &stopped);
    let server = tokio::spawn(Arc::new(gateway).serve(listener, stopped));

    let address = format!("127.0.0.1:{port}");
    state.organizations = seed(&address, &state.operator, &builder.demo, &state.organizations).await?;
    if let Some(data_dir) = &data_dir {
        data_dir.save(&state)?;
    }
    let State { operator, organizations, .. } = state;

    Ok(move |runtime| Stack {
        port,
        operator,
        clock,
        organizations,
        pools,
        logs,
        lifeline,
        stop,
        server,
        services,
        lambda,
        dynamodb,
        data_dir,
        runtime,
    })
}

/// What the stand-in for Secrets Manager keeps: the same for as long as the operator's credential is.
fn secret(operator: &Credential) -> String {
    format!("{}{}", operator.secret_access_key, operator.access_key_id)
}

/// Where what the stand-ins are told goes.
fn outlets(builder: &Builder, data_dir: Option<&DataDir>) -> Outlets {
    Outlets { secrets: data_dir.map(DataDir::secrets), ..builder.outlets.clone() }
}

/// A pool for each function, by its logical id.
fn pools(
    credentials: Vec<(&'static Function, Credential)>,
    surroundings: Surroundings,
    lifeline: &Lifeline,
    max_instances: usize,
) -> HashMap<&'static str, Arc<Pool>> {
    let surroundings = Arc::new(surroundings);
    let pool = |(function, credential): (&'static Function, Credential)| {
        let pool = Pool::new(function, credential, Arc::clone(&surroundings), lifeline.clone(), max_instances);
        (function.name.as_str(), Arc::new(pool))
    };

    credentials.into_iter().map(pool).collect()
}

/// The state that an earlier run saved, or that a first one begins with.
fn remembered(builder: &Builder, data_dir: Option<&DataDir>) -> Result<State, Error> {
    let contract = builder.parameters.get("Contract").map(String::as_str);
    let state = match data_dir {
        Some(data_dir) => data_dir.state(contract)?,
        None => None,
    };
    match state {
        Some(state) => Ok(state),
        None => Ok(State {
            contract: contract.map(str::to_owned),
            operator: Credential::random("LOCAL")?,
            organizations: Vec::new(),
        }),
    }
}

/// The folder of the binaries, all of which are there.
fn find_binaries(folder: &Path, functions: &[Function]) -> Result<PathBuf, Error> {
    let folder = absolute(folder)?;
    let missing = functions.iter().map(|function| &function.binary).filter(|binary| !folder.join(binary).is_file());
    let names: Vec<_> = missing.cloned().collect();

    if names.is_empty() { Ok(folder) } else { Err(Error::Binaries { folder, names }) }
}

async fn bind(port: u16) -> Result<(TcpListener, u16), Error> {
    let failed = |cause| Error::Bind { port, cause };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

fn source(builder: &Builder, data_dir: Option<&DataDir>) -> Source {
    match (&builder.dynamodb_endpoint, data_dir) {
        (Some(url), _) => Source::Endpoint(url.clone()),
        (None, Some(data_dir)) => Source::File(data_dir.database()),
        (None, None) => Source::Memory,
    }
}

fn identities(credentials: &[(&'static Function, Credential)]) -> Vec<Identity> {
    let identity = |(function, credential): &(&'static Function, Credential)| Identity {
        access_key_id: credential.access_key_id.clone(),
        function: function.name.clone(),
        statements: function.statements.clone(),
    };
    credentials.iter().map(identity).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one variable that functions inherit")]
fn search_path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}
