//! The program `latchkey-local`, which is `latchkey local`, too: builds the functions, starts a stack, says what to try, and ends it on Ctrl-C.

mod banner;
mod cargo;
mod links;
mod options;
mod ready;
mod running;
mod signals;

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::ExitCode;

use shared::contract::Contract;

use crate::error::Error;
use crate::stack::{Builder, Stack};
use ready::Ready;
use signals::Signals;

pub use cargo::cargo;
pub use options::Options;
pub use running::{Running, running};

/// Runs the program as `options` say.
pub fn run(options: &Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(serve(options)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string().split_whitespace().collect::<Vec<_>>().join(" "));
            failure(&error)
        }
    }
}

/// 2 for a contract or a template that is not right, as for options that are not, and 1 for all else.
fn failure(error: &Error) -> ExitCode {
    let is_asked_wrongly =
        matches!(error, Error::Contract(_) | Error::Stage(_) | Error::Template { .. } | Error::TemplateFile { .. });

    if is_asked_wrongly { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// Tells whoever waits, beside what cargo tells.
fn say(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "latchkey: {line}"));
}

/// What is being built, and what would be faster.
fn building(functions: usize, release: bool) -> String {
    if release {
        return format!(
            "building the {functions} functions that this stack has, in release: fast under load, and slow to build. \
             Without --release they are built sooner; with --binaries DIR nothing is built"
        );
    }
    format!(
        "building the {functions} functions that this stack has: minutes the first time, seconds after that. With --binaries \
         DIR nothing is built. For load use `cargo run --release -- --release`"
    )
}

/// Serves until a signal comes.
async fn serve(options: &Options) -> Result<(), Error> {
    let mut signals = Signals::listen()?;
    let name = options.contract()?;
    let contract = Contract::load(&name)?;
    let builder = builder(options, &name, &contract)?;
    let template = builder.template()?;
    contract.check_routes(&template.route_keys())?;
    let demo = options.demo(&template, &contract)?;
    let examples = demo.examples.clone();
    let stack = tokio::select! {
        stack = start(options, builder.demo(demo)) => stack?,
        () = signals.next() => return Ok(()),
    };
    let links = if options.stage == "local" { links::make(&stack).await? } else { Vec::new() };
    let ready = Ready::of(options, &stack, &links);
    let asked_for = options.ready_file.as_deref().map(|path| ready.write(path)).transpose()?;
    // Nobody has asked for this one.
    let told = running::tell(&ready).map_err(|error| say(&format!("the command will not find this stack: {error}")));
    drop(std::io::stdout().lock().write_all(banner::text(options, &stack, &links, &examples).as_bytes()));

    signals.next().await;
    // It goes before the stack does: a reader of it would call a gateway that no longer answers.
    drop((asked_for, told));
    tokio::select! {
        () = stack.stop() => {}
        () = signals.next() => {}
    }
    Ok(())
}

/// Builds what has to be built and starts the stack.
async fn start(options: &Options, builder: Builder) -> Result<Stack, Error> {
    let binaries = if let Some(folder) = &options.binaries {
        folder.clone()
    } else {
        // Whoever has another stack running need not wait for a build to hear of it.
        let port = options.port;
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|cause| Error::Bind { port, cause })?;
        let functions = builder.template()?.functions;
        let binaries: BTreeSet<_> = functions.iter().map(|function| function.binary.as_str()).collect();
        say(&building(binaries.len(), options.release));
        cargo::build(&options.template, &binaries, options.release).await?
    };

    builder.binaries(binaries).start().await
}

/// The stack that the options ask for, but for its binaries and its demo.
fn builder(options: &Options, name: &str, contract: &Contract) -> Result<Builder, Error> {
    let mut builder =
        Stack::builder(Path::new(&options.template)).contract(name).stage(&options.stage).port(options.port);
    // An emulator on a busy laptop is slower than DynamoDB: it may take its time.
    builder = builder.parameter("StoreTimeout", "2000");
    for (name, value) in &options.parameters {
        builder = builder.parameter(name, value);
    }
    // A template cannot look into a contract, and this program can, as `deployment` can: one of your own has its pages, too.
    let is_told = options.parameters.iter().any(|(name, _)| name == "Portal");
    if contract.portal.is_some() && !is_told && builder.template()?.parameters.contains_key("Portal") {
        builder = builder.parameter("Portal", "on");
    }
    builder = builder.run_schedules(options.tick).print_events();
    if let Some(path) = &options.events_file {
        builder = builder.events_file(path);
    }
    if let Some(folder) = options.data_dir() {
        builder = builder.data_dir(folder);
    }
    if let Some(url) = &options.dynamodb_endpoint {
        builder = builder.dynamodb_endpoint(url);
    }

    Ok(builder)
}
