//! The pages that show the command: every command line on them is one.

use std::fs;

use regex_lite::Regex;

use crate::support::{command, ran, root};

/// The command lines in the blocks of shell of `text`, as words, up to what the shell does with them.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("latchkey "));
    let variable = Regex::new(r"\$[A-Z_]+").unwrap();
    let words = |line: &str| {
        let words = words(line).into_iter().skip(1);
        let words = words.take_while(|word| !["<", "<<<", ">", "|", "&&", "#"].contains(&&**word));
        words.map(|word| variable.replace_all(&word.replace('…', "01"), "acme").into_owned()).collect()
    };

    lines.map(words).collect()
}

/// What the shell makes of `line`, whose words may stand in single quotes.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });

    words.collect::<Vec<_>>().concat()
}

#[test]
fn every_command_line_on_a_page_is_one() {
    let mut seen = Vec::new();
    for page in
        ["README.md", "docs/alerts.md", "docs/command.md", "docs/deploying.md", "docs/operations.md", "docs/tour.md"]
    {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for words in command_lines(&text) {
            // Whatever stands before it is read first; and help needs no more of it.
            let more = if words[0] == "help" { &[][..] } else { &["--help"] };
            let arguments: Vec<_> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
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
