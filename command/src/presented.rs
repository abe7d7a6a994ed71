//! A key that is handed over: on standard input, because arguments can be seen by others and stay in a shell's history.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use crate::error::Error;
use crate::talk;

/// The key in the file at `path`, without the end of its line; `-` is standard input.
pub(crate) fn key_in(path: &Path) -> Result<String, Error> {
    if path.as_os_str() == "-" {
        return key();
    }
    let named = |cause: &dyn std::fmt::Display| Error::usage(format_args!("{}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| named(&cause))?;
    let key = text.trim_end_matches(['\r', '\n']);

    if key.is_empty() { Err(named(&"there is no key in it")) } else { Ok(key.to_owned()) }
}

/// The key on standard input, without the end of its line.
pub(crate) fn key() -> Result<String, Error> {
    let mut input = std::io::stdin();
    let mut text = String::new();
    let read = if input.is_terminal() {
        talk::note("paste the key and press Enter");
        input.read_line(&mut text)
    } else {
        input.read_to_string(&mut text)
    };
    read.map_err(|cause| Error::usage(format_args!("standard input: {cause}")))?;
    let key = text.trim_end_matches(['\r', '\n']);

    if key.is_empty() { Err(Error::Usage("there is no key on standard input".to_owned())) } else { Ok(key.to_owned()) }
}
