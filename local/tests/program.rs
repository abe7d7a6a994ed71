//! The program `latchkey-local`, from its start to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::support::{binaries, fixture};
use serde_json::Value;

fn latchkey(folder: &Path) -> Command {
    // A contract of one's own, named by path. All its plans want limits of the organization's own: there is no demo.
    let contract = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/fayne.toml")).unwrap();
    let plans = contract.lines().map(|line| if line.starts_with("limits = ") { "custom_limits = true" } else { line });
    std::fs::write(folder.join("own.toml"), plans.collect::<Vec<_>>().join("\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-local"));
    command.current_dir(folder).env("XDG_RUNTIME_DIR", folder).args([
        "--contract",
        "own.toml",
        "--port",
        "0",
        "--ready-file",
        "ready.json",
    ]);
    command.arg("--template").arg(fixture("bare.yaml")).arg("--binaries").arg(binaries());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it and waits until it serves; returns what the ready file says.
fn started(folder: &Path, command: &mut Command) -> (Child, Value) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let last = lines.find(|line| line.as_deref().is_ok_and(|line| line == "Ctrl-C ends it."));
    if last.is_none() {
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        panic!("{errors}");
    }
    let ready = std::fs::read(folder.join("ready.json")).unwrap();
    (child, serde_json::from_slice(&ready).unwrap())
}

fn kill(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// The processes that this one has started.
fn children(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn request(ready: &Value) -> String {
    let curl =
        Command::new("curl").args(["-sS", &format!("{}/here", ready["url"].as_str().unwrap())]).output().unwrap();
    String::from_utf8(curl.stdout).unwrap()
}

#[test]
fn it_serves_until_a_signal_and_leaves_nothing_behind() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, ready) = started(folder.path(), &mut latchkey(folder.path()));
        assert_eq!((&ready["contract"], &ready["stage"]), (&"own.toml".into(), &"local".into()));
        assert_eq!(ready["pid"], child.id());
        assert!(ready["operator"]["secret_access_key"].is_string() && ready["organizations"].is_array());
        let mode = std::fs::metadata(folder.path().join("ready.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(request(&ready).contains(r#""routeKey":"GET /here""#));
        let functions = children(child.id());
        assert_eq!(functions.len(), 1);

        kill(signal, child.id());
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert!(!folder.path().join("ready.json").exists());
        assert!(functions.iter().all(|pid| !Path::new("/proc").join(pid).exists()));
        assert!(folder.path().join(".latchkey/own-toml/demo.json").exists());
    }
}

#[test]
fn functions_end_even_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, ready) = started(folder.path(), latchkey(folder.path()).arg("--ephemeral"));
    request(&ready);
    let functions = children(child.id());
    assert_eq!(functions.len(), 1);
    kill("-KILL", child.id());
    child.wait().unwrap();
    // Its standard error is a pipe to the program: once it is closed by all, they are gone.
    let gone = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !functions.iter().all(gone) {
        assert!(std::time::Instant::now() < deadline, "{functions:?} still run");
        std::thread::yield_now();
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path());
    let (mut child, ready) =
        started(folder.path(), command.arg("--template").arg(fixture("echo.yaml")).arg("--ephemeral"));
    // This one takes ten seconds, of which a single signal would wait for two.
    let mut stream = TcpStream::connect(ready["url"].as_str().unwrap().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"POST /hang HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").unwrap();
    while children(child.id()).is_empty() {
        std::thread::yield_now();
    }
    let functions = children(child.id());
    let begun = std::time::Instant::now();
    kill("-TERM", child.id());
    while folder.path().join("ready.json").exists() {
        std::thread::yield_now();
    }
    kill("-TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < std::time::Duration::from_millis(1_900), "{:?}", begun.elapsed());
    assert!(functions.iter().all(|pid| !Path::new("/proc").join(pid).exists()));
}

fn failure(code: i32, command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(code), 0));
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim_end().to_owned()
}

#[test]
fn a_start_that_fails_says_why_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let line = failure(1, latchkey(folder.path()).args(["--ephemeral", "--port", &port.to_string()]));
    assert_eq!(line, format!("latchkey: cannot bind 127.0.0.1:{port}: address in use (--port takes another)"));
    // Before anything is built, too: that would be a line more.
    let mut building = Command::new(env!("CARGO_BIN_EXE_latchkey-local"));
    building.current_dir(folder.path()).args(["--contract", "own.toml", "--ephemeral", "--port", &port.to_string()]);
    assert_eq!(failure(1, building.arg("--template").arg(fixture("bare.yaml"))), line);

    let line = failure(2, latchkey(folder.path()).args(["--template", "none.yaml"]));
    assert_eq!(line, "latchkey: cannot read none.yaml: no such file or folder");
    let mut without_binaries = Command::new(env!("CARGO_BIN_EXE_latchkey-local"));
    without_binaries
        .current_dir(folder.path())
        .arg("--binaries")
        .arg(folder.path())
        .arg("--template")
        .arg(fixture("bare.yaml"));
    let line = failure(1, without_binaries.stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert!(
        line.starts_with("latchkey: no binary in ") && line.ends_with(" for echo: build the functions first"),
        "{line}"
    );
    std::fs::write(folder.path().join("file"), "").unwrap();
    let line = failure(1, latchkey(folder.path()).args(["--data-dir", "file/x"]));
    assert!(line.starts_with("latchkey: cannot use file/x: "), "{line}");
    let line = failure(2, latchkey(folder.path()).args(["--contract", "nowhere"]));
    assert!(line.starts_with("latchkey: nowhere: no such contract; there are "), "{line}");
    std::fs::write(folder.path().join("broken.toml"), "windows = 1").unwrap();
    let line = failure(2, latchkey(folder.path()).args(["--contract", "broken.toml"]));
    assert!(line.contains("/broken.toml: line 1, column 11: invalid type"), "{line}");
    std::fs::write(folder.path().join("broken.yaml"), "Resources: [").unwrap();
    let line = failure(2, latchkey(folder.path()).args(["--template", "broken.yaml"]));
    assert!(line.starts_with("latchkey: broken.yaml"), "{line}");
    let line = failure(2, latchkey(folder.path()).args(["--parameter", "Unknown=1"]));
    assert!(line.contains("/bare.yaml: ") && line.contains("Unknown"), "{line}");
}
