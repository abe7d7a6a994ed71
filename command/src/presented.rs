//! A key that is handed over: on standard input, because arguments can be seen by others and stay in a shell's history.

use std::io::{IsTerminal as _, Read as _};

use crate::error::Error;
use crate::talk;

/// The key on standard input, without the end of its line.
pub(crate) fn key() -> Result<String, Error> {
    let mut input = std::io::stdin();
    let mut text = String::new();
    if input.is_terminal() {
        talk::note("paste the key and press Enter");
        input.read_line(&mut text).map_err(Error::failed)?;
    } else {
        input.read_to_string(&mut text).map_err(Error::failed)?;
    }
    let key = text.trim_end_matches(['\r', '\n']);

    if key.is_empty() { Err(Error::Usage("there is no key on standard input".to_owned())) } else { Ok(key.to_owned()) }
}
