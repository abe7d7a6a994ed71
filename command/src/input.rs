//! What a command reads: a file, or standard input where the file is called `-`.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use shared::environment::system::plain;

use crate::error::Error;

/// Whether `file` stands for standard input.
pub(crate) fn is_standard(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// What is in `file`.
pub(crate) fn text(file: &Path) -> Result<String, Error> {
    if is_standard(file) {
        return standard();
    }

    fs::read_to_string(file).map_err(|cause| wrong(file, &plain(&cause)))
}

/// What comes on standard input, to its end.
pub(crate) fn standard() -> Result<String, Error> {
    let mut text = String::new();
    match io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(cause) => Err(wrong(Path::new("-"), &cause)),
    }
}

/// That `file` is not right.
pub(crate) fn wrong(file: &Path, what: &dyn Display) -> Error {
    let name = if is_standard(file) { "standard input".into() } else { file.to_string_lossy() };

    Error::usage(format_args!("{name}: {what}"))
}
