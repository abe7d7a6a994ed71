//! A key that is handed over: on standard input, because arguments can be seen by others and stay in a shell's history.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::error::Error;
use crate::{input, talk};

/// The key in `file`, without the end of its line; `-` is standard input.
pub(crate) fn key_in(file: &Path) -> Result<String, Error> {
    if input::is_standard(file) {
        return key();
    }

    without_end(&input::text(file)?).ok_or_else(|| input::wrong(file, &"there is no key in it"))
}

/// The key on standard input, without the end of its line. On a terminal it is not shown.
pub(crate) fn key() -> Result<String, Error> {
    let text = if io::stdin().is_terminal() { typed()? } else { input::standard()? };

    without_end(&text).ok_or_else(|| Error::Usage("there is no key on standard input".to_owned()))
}

fn without_end(text: &str) -> Option<String> {
    let key = text.trim_end_matches(['\r', '\n']);

    (!key.is_empty()).then(|| key.to_owned())
}

/// The next line of a terminal, which does not show it.
fn typed() -> Result<String, Error> {
    let hidden = Hidden::new();
    talk::note("paste the key, which is not shown, and press Enter");
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    drop(hidden);

    read.map(|_| line).map_err(|cause| input::wrong(Path::new("-"), &cause))
}

/// A terminal on standard input that does not show what is typed, until this is dropped. A shell whose command is stopped meanwhile shows it again by itself.
struct Hidden(Option<Termios>);

impl Hidden {
    fn new() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            // The end of the line is still shown, so that what follows begins on its own.
            hidden.local_modes.insert(LocalModes::ECHONL);
            set(&hidden);
        }

        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            set(before);
        }
    }
}

/// A terminal that cannot be set shows what is typed: the key is read all the same.
fn set(modes: &Termios) {
    tcsetattr(io::stdin(), OptionalActions::Now, modes).unwrap_or(());
}
