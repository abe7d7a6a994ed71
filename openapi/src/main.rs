//! `openapi`: writes the documents, from the functions in its own folder. `cargo build --bins` puts them there.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(std::io::Write::write_fmt(&mut std::io::stderr().lock(), format_args!("openapi: {error}\n")));
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let executable = env::current_exe()?;
    let root = folder.parent().ok_or("the crate is in no repository")?;
    let files = openapi::files(root, executable.parent().ok_or("the program is in no folder")?)?;
    for (name, text) in &files {
        let path = folder.join(name);
        // A file that is as it was keeps its time, and cargo has nothing to do.
        if fs::read_to_string(&path).is_ok_and(|there| there == *text) {
            continue;
        }
        fs::write(path, text)?;
    }

    Ok(())
}
