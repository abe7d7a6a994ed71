//! The command line, from its beginning: which stack, how to show what it says, and which command.

use clap::{Parser, ValueEnum};

use crate::commands::Command;
use crate::place::Target;

/// How the command's own help ends.
const MORE: &str = "\
Which stack:
  1. --url or --stack
  2. LATCHKEY_URL or LATCHKEY_STACK
  3. the local stack that you have running (`latchkey local`)
  4. the CloudFormation stack that ./samconfig.toml names, or `latchkey`

  Requests are signed with your AWS credentials, which are found as the
  AWS CLI finds them: variables, profiles, SSO, processes, roles. Those of
  a local stack are signed with its own.

Output:
  Data goes to standard output, everything else to standard error.
  `json` is one document, `jsonl` one for each row, as it comes.

Exit codes:
  0  done
  1  something failed: no answer, no permission, a stack that stays busy
  2  the command line, or a file that it names, is not right
  3  there is no such thing
  4  the verdict is no, or what is there does not allow it
  5  something differs from what was described

Examples:
  latchkey orgs put acme --name Acme --plan pro
  latchkey keys create acme --name production-web --type live --scope read
  latchkey keys list acme --output jsonl | jq -r .id
  latchkey verify --scope read < key.txt
  latchkey diff -f organizations.yaml && echo nothing to do";

/// Operate a Latchkey stack: organizations, keys, verdicts, contracts.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, after_help = MORE, subcommand_required = true, arg_required_else_help = true)]
#[command(max_term_width = 120)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) target: Target,

    /// How to show what the stack says
    #[arg(long, global = true, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    #[arg(help_heading = "Global options", display_order = 100)]
    pub(crate) output: Format,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How data is printed: for people, as one document, or as a document in each line, as soon as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
