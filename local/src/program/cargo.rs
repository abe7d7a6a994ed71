//! Builds the functions, and learns from cargo where they are then.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::error::Error;

/// One of cargo's messages, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    /// Where a binary is, in the message about it.
    executable: Option<PathBuf>,
}

/// Builds `binaries` of the package beside `template`; returns their folder.
pub(super) async fn build(template: &Path, binaries: &BTreeSet<&str>, release: bool) -> Result<PathBuf, Error> {
    let folder = template.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |cause: std::io::Error| Error::Build(format!("cargo: {cause}"));
    let mut command = Command::from(cargo());
    // Diagnostics and progress go to standard error, where people see them; messages come to us.
    command.args(["build", "--message-format", "json-render-diagnostics"]);
    for binary in binaries {
        command.args(["--bin", binary]);
    }
    if release {
        command.arg("--release");
    }
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut cargo = command.spawn().map_err(failed)?;
    let mut messages = Vec::new();
    if let Some(mut pipe) = cargo.stdout.take() {
        pipe.read_to_end(&mut messages).await.map_err(failed)?;
    }
    let status = cargo.wait().await.map_err(failed)?;
    if !status.success() {
        return Err(Error::Build(format!("cargo build: {status}")));
    }

    folder_of_binaries(&messages).ok_or_else(|| Error::Build(format!("no binaries in {}", folder.display())))
}

/// The folder of the binaries that `messages` tell of, one message a line.
fn folder_of_binaries(messages: &[u8]) -> Option<PathBuf> {
    let mut lines = messages.split(|byte| *byte == b'\n');
    let executable = lines.find_map(|line| serde_json::from_slice::<Message>(line).ok()?.executable);
    executable?.parent().map(Path::to_owned)
}

/// The cargo that runs this process, or else the one in `PATH`. What `cargo run` and `cargo bench` have set for this process is not
/// handed on: build scripts watch it, and would all run anew.
#[expect(clippy::disallowed_methods, reason = "cargo tells those it runs which cargo it is")]
pub fn cargo() -> std::process::Command {
    let mut command = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for variable in package_variables() {
        command.env_remove(variable);
    }

    command
}

fn package_variables() -> impl Iterator<Item = OsString> {
    let of_package = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
    std::env::vars_os().map(|(name, _)| name).filter(move |name| name.to_str().is_some_and(of_package))
}

#[cfg(test)]
mod tests {
    use super::folder_of_binaries;
    use std::path::Path;

    #[test]
    fn the_folder_is_in_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"echo"},"executable":"/t/debug/echo"}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(folder_of_binaries(messages).as_deref(), Some(Path::new("/t/debug")));
        assert_eq!(folder_of_binaries(b"{\"reason\":\"build-finished\",\"success\":true}\n"), None);
    }
}
