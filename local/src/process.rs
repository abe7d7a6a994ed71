//! One function as a child process, in the environment that Lambda would give it and with nothing else of ours.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use template::Function;
use tokio::process::{Child, Command};

use crate::clock::Clock;
use crate::credential::{Credential, REGION};
use crate::logs::{self, Logs};

/// The settings that all processes of a stack share.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The folder of the binaries.
    pub(crate) binaries: PathBuf,
    /// The folder that functions see as their own: the template's.
    pub(crate) task_root: PathBuf,
    /// Where `DynamoDB` answers.
    pub(crate) dynamodb_endpoint: String,
    /// Where the stand-ins for EventBridge and SNS answer.
    pub(crate) services_endpoint: String,
    /// Where lines go.
    pub(crate) logs: Logs,
    /// The gateway's clock: the platform's is the same.
    pub(crate) clock: Clock,
    /// The one variable that is passed on.
    pub(crate) path: Option<std::ffi::OsString>,
}

/// Starts `function` with its Runtime API at `runtime` (`127.0.0.1:1234`).
pub(crate) fn start(
    function: &'static Function,
    credential: &Credential,
    surroundings: &Surroundings,
    runtime: &str,
) -> std::io::Result<Child> {
    let (stdout, stderr) = surroundings.logs.outlets()?;
    let mut command = Command::new(surroundings.binaries.join(&function.binary));
    command.env_clear();
    command.envs(environment(function, credential, surroundings)).env("AWS_LAMBDA_RUNTIME_API", runtime);
    if let Some(path) = &surroundings.path {
        command.env("PATH", path);
    }
    command.current_dir(&surroundings.task_root).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    // A group of its own: Ctrl-C in the terminal is for the stack, which lets requests under way finish.
    command.process_group(0).kill_on_drop(true);

    let mut child = command.spawn()?;
    if let Some(pipe) = child.stdout.take() {
        tokio::spawn(logs::forward(&function.name, pipe));
    }
    if let Some(pipe) = child.stderr.take() {
        tokio::spawn(logs::forward(&function.name, pipe));
    }
    Ok(child)
}

/// The variables that Lambda sets, except the address of the Runtime API, and those that the template sets.
pub(crate) fn environment(
    function: &Function,
    credential: &Credential,
    surroundings: &Surroundings,
) -> BTreeMap<String, String> {
    let lambdas = lambda_environment(function, credential, surroundings);
    let lambdas = lambdas.into_iter().map(|(name, value)| (name.to_owned(), value));

    lambdas.chain(function.environment.clone()).collect()
}

fn lambda_environment(
    function: &Function,
    credential: &Credential,
    surroundings: &Surroundings,
) -> Vec<(&'static str, String)> {
    let name = &function.name;
    vec![
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", if function.json_logs { "JSON" } else { "Text" }.to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", function.log_level.clone()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{}", uuid::Uuid::new_v4().simple())),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", credential.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", credential.secret_access_key.clone()),
        ("AWS_SESSION_TOKEN", format!("session-{}", credential.access_key_id)),
        ("AWS_ENDPOINT_URL_DYNAMODB", surroundings.dynamodb_endpoint.clone()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", surroundings.services_endpoint.clone()),
        ("AWS_ENDPOINT_URL_SNS", surroundings.services_endpoint.clone()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", surroundings.services_endpoint.clone()),
        ("LAMBDA_TASK_ROOT", surroundings.task_root.display().to_string()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
    ]
}
