//! What becomes of a command line that is not right, or that asks for help.

use clap::error::ErrorKind;

use crate::error::{Error, Exit, line};
use crate::{output, talk};

/// Prints the help that was asked for, or says in a line what is wrong.
pub(crate) fn tell(error: &clap::Error) -> Exit {
    let text = error.to_string();
    let kind = error.kind();
    if matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match output::print(&text) {
            Ok(()) | Err(Error::Closed) => Exit::Done,
            Err(error) => error.exit(),
        };
    }
    if kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        talk::say(text.trim_end());
    } else {
        talk::note(&one_line(&text));
    }

    Exit::Usage
}

/// What is wrong, without the usage that clap adds.
fn one_line(text: &str) -> String {
    let said = text.split("\n\nUsage:").next().unwrap_or(text);
    let said = said.split("\n\nFor more information").next().unwrap_or(said);

    format!("{} (--help says more)", line(said.trim_start_matches("error: ")))
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_is_wrong_is_one_line() {
        let text = "error: the following required arguments were not provided:\n  --name <NAME>\n\nUsage: latchkey keys create \
                    --name <NAME> <ORG>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            one_line(text),
            "the following required arguments were not provided: --name <NAME> (--help says more)"
        );
    }
}
