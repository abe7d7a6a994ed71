//! Asks a function's binary what it is.

use std::path::Path;
use std::process::Command;

use shared::contract::Contract;
use shared::http::describe::Fragment;

use crate::Error;

/// The description of `binary`, in the folder `binaries`, under `contract` at each of `routes`; `None` where the
/// contract does not open it.
pub(crate) fn describe(
    binaries: &Path,
    binary: &str,
    contract: &Contract,
    routes: &[String],
) -> Result<Vec<Option<Fragment>>, Error> {
    let fail = |what: &str| Error::new(format!("{binary} describe {}: {what}", contract.name));
    let mut command = Command::new(binaries.join(binary));
    command.arg("describe").arg(&contract.name).args(routes);
    // A release build knows nothing of this, and looks for Lambda's environment instead.
    command.env_clear();
    let output = command.output().map_err(|error| fail(&format!("{error}; is it built? cargo build --bins")))?;
    if !output.status.success() {
        return Err(fail(String::from_utf8_lossy(&output.stderr).trim()));
    }

    serde_json::from_slice(&output.stdout).map_err(|error| fail(&format!("it does not say what it is: {error}")))
}
