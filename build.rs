//! Writes down the routes of every stack that `template.yaml` describes, for the function that tells 404 from 405. The
//! template is read at the build, so that the function need not read it whenever it starts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

use template::Template;

/// Stands for every contract that has no file in `contracts/`.
const ANY_OTHER: &str = "-";

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script everything by its environment")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=template.yaml");
    println!("cargo::rerun-if-changed=contracts");
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo did not set OUT_DIR"))?;
    let yaml = fs::read_to_string("template.yaml")?;

    let mut contracts = vec![ANY_OTHER.to_owned()];
    for file in fs::read_dir("contracts")? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            contracts.extend(file.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    contracts.sort();

    let mut code = String::from("&[\n");
    for contract in &contracts {
        for api in Template::allowed_values(&yaml, "ReferenceApi").map_err(io::Error::other)? {
            // The function leaves out the portal's routes where the stack has none.
            let on = "on".to_owned();
            let parameters = [("Contract", contract), ("ReferenceApi", &api), ("Portal", &on)];
            let parameters: BTreeMap<_, _> =
                parameters.map(|(name, value)| (name.to_owned(), value.clone())).into_iter().collect();
            let template = Template::read(&yaml, &parameters).map_err(io::Error::other)?;
            writeln!(code, "    ({contract:?}, {api:?}, &{:?}),", template.route_keys()).map_err(io::Error::other)?;
        }
    }
    code.push_str("]\n");

    fs::write(Path::new(&folder).join("routes.rs"), code)
}
