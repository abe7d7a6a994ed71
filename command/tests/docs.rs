//! The pages that show the command: every command line on them is one.

use std::fs;

use crate::support::{command, ran, root};

/// The command lines in the blocks of shell of `text`, as words, up to what the shell does with them.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("latchkey "));
    let words = |line: &str| {
        let words = line.split_whitespace().skip(1).take_while(|word| !["<", ">", "|", "&&", "#"].contains(word));
        words.map(|word| word.replace('…', "01")).collect()
    };

    lines.map(words).collect()
}

#[test]
fn every_command_line_on_a_page_is_one() {
    let mut seen = Vec::new();
    for page in ["README.md", "docs/command.md", "docs/deploying.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for words in command_lines(&text) {
            // Whatever stands before it is read first.
            let arguments: Vec<_> = words.iter().map(String::as_str).chain(["--help"]).collect();
            let ran = ran(&mut command(&arguments));
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{page}: latchkey {}", words.join(" "));
            seen.push(words.join(" "));
        }
    }
    let help = ran(&mut command(&["--help"])).out;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for name in
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
    {
        let is_shown = seen.iter().any(|line| line.split(' ').any(|word| word == name));
        assert!(is_shown, "docs/command.md has no example of {name}");
    }
}
