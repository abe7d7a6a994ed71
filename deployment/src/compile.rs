//! Has cargo-lambda compile a stack's functions, all in one go.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use template::Template;

use crate::error::Error;

/// Compiles the functions of `template` for what it says that they run on. What is compiled already takes a moment.
pub(crate) fn compile(root: &Path, template: &Template) -> Result<(), Error> {
    let architecture = template.parameters.get("Architecture").map(String::as_str);
    let target = if architecture == Some("x86_64") { "--x86-64" } else { "--arm64" };
    let binaries = template.functions.iter().flat_map(|function| ["--bin", &function.binary]);
    let mut command = Command::new("cargo");
    command.args(["lambda", "build", "--release", target]).args(binaries).current_dir(root);
    for variable in package_variables() {
        command.env_remove(variable);
    }
    let status = command.status().map_err(Error::Cargo)?;

    if status.success() { Ok(()) } else { Err(Error::Build(status)) }
}

/// The variables that `cargo run` has set for this process. Build scripts watch them, and would all run anew.
fn package_variables() -> impl Iterator<Item = OsString> {
    let of_package = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
    std::env::vars_os().map(|(name, _)| name).filter(move |name| name.to_str().is_some_and(of_package))
}
