//! Puts every contract of `contracts/` into the binaries, by the name of its file: a team's own file needs no Rust.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script everything by its environment")]
fn main() -> io::Result<()> {
    let need = |name: &str| env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo did not set {name}")));
    let folder = Path::new(&need("CARGO_MANIFEST_DIR")?).join("../contracts").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files: Vec<_> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();

    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(code, "    ({name:?}, include_str!({:?})),", file.display().to_string()).map_err(io::Error::other)?;
    }
    code.push_str("]\n");

    fs::write(Path::new(&need("OUT_DIR")?).join("contracts.rs"), code)
}
