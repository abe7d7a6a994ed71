//! `latchkey verify`: the key comes from standard input, and the verdict is the exit code.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::support::{LATCHKEY, SHARED, fed, plain};

#[test]
fn a_verdict_of_yes_is_0() {
    SHARED.organization("verify-yes");
    let (_, secret) = SHARED.key("verify-yes");
    let ran = fed(&mut SHARED.command(&["verify", "--scope", "read", "--cost", "0"]), &format!("{secret}\n"));
    ran.printed(
        0,
        "\
valid         true
organization  verify-yes
key           key_xxxxxxxxxxxxxxxxxxxxxxxxxx
type          live
scopes        read write
left          600 of 600 of all keys together
",
    );
}

#[test]
fn a_verdict_of_no_is_4() {
    SHARED.organization("verify-no");
    let (_, secret) = SHARED.key("verify-no");
    let other = if secret.ends_with('x') { 'y' } else { 'x' };
    let unknown = format!("{}{other}", &secret[..secret.len() - 1]);
    for (arguments, secret, reason) in [
        (vec!["verify"], unknown.as_str(), "unknown_key"),
        (vec!["verify", "--scope", "admin"], secret.as_str(), "missing_scope"),
    ] {
        let ran = fed(&mut SHARED.command(&[&arguments[..], &["--output", "json"]].concat()), secret);
        assert_eq!((ran.code, ran.err.as_str()), (4, ""), "{ran:?}");
        let verdict: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!((&verdict["valid"], &verdict["reason"]), (&false.into(), &reason.into()));
        assert!(!ran.out.contains(secret), "{}", plain(&ran.out));
    }
}

#[test]
fn without_a_key_nothing_is_asked() {
    fed(&mut SHARED.command(&["verify"]), "\n").failed(2, "there is no key on standard input");
}

#[test]
fn a_key_that_is_pasted_into_a_terminal_is_not_shown() {
    SHARED.organization("verify-pasted");
    let (id, secret) = SHARED.key("verify-pasted");
    let told = SHARED.command(&[]);
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &format!("{LATCHKEY} verify"), "/dev/null"]).env_clear().env("PATH", "/usr/bin:/bin");
    terminal.envs(told.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keyboard, mut screen) = (terminal.stdin.take().unwrap(), terminal.stdout.take().unwrap());
    let mut shown = Vec::new();
    while !String::from_utf8_lossy(&shown).contains("press Enter") {
        let mut byte = [0];
        screen.read_exact(&mut byte).unwrap();
        shown.extend(byte);
    }
    keyboard.write_all(format!("{secret}\n").as_bytes()).unwrap();
    screen.read_to_end(&mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(terminal.wait().unwrap().success(), "{shown}");
    assert!(shown.contains(&id) && !shown.contains(&secret), "{shown}");
}
