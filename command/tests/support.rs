//! Stacks, and the command that operates them.

mod server;

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use local::Stack;
use regex_lite::Regex;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) use server::{Server, reply};

/// The command.
pub(crate) const LATCHKEY: &str = env!("CARGO_BIN_EXE_latchkey");

/// A stack that serves `standard`, for all tests that have an organization of their own.
pub(crate) static SHARED: LazyLock<World> = LazyLock::new(|| World::serving("standard"));

/// A stack that runs in this process.
pub(crate) struct World {
    stack: Stack,
    /// It serves as long as this is there.
    _runtime: Runtime,
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The folder of the functions' binaries, which is also the command's: `cargo test --workspace` builds all before it runs a test.
pub(crate) fn binaries() -> PathBuf {
    let folder = Path::new(LATCHKEY).parent().unwrap().to_owned();
    assert!(folder.join("gate-verify").is_file(), "cargo build --bins; cargo test --workspace does that by itself");

    folder
}

impl World {
    pub(crate) fn serving(contract: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
        let builder = Stack::builder(root().join("template.yaml")).contract(contract).stage("local");
        let builder = builder
            .parameter("StoreTimeout", "2000")
            .parameter("Rotation", "on")
            .binaries(binaries())
            .ephemeral()
            .keep_logs();
        let stack = runtime.block_on(builder.start()).unwrap();

        Self { stack, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        self.stack.url()
    }

    /// The command, for this stack.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let operator = self.stack.operator();
        let mut command = command(arguments);
        command.env("AWS_ACCESS_KEY_ID", &operator.access_key_id);
        command.env("AWS_SECRET_ACCESS_KEY", &operator.secret_access_key);
        command.env("LATCHKEY_URL", self.url());

        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// Runs it and reads what it prints as JSON, which must work.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--output", "json"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");

        serde_json::from_str(&ran.out).unwrap()
    }

    /// Makes an organization on the plan `pro`.
    pub(crate) fn organization(&self, slug: &str) {
        self.json(&["orgs", "put", slug, "--plan", "pro"]);
    }

    /// Issues a key: its id and its secret.
    pub(crate) fn key(&self, slug: &str) -> (String, String) {
        let key = self.json(&["keys", "create", slug, "--name", "web", "--type", "live"]);

        (key["id"].as_str().unwrap().to_owned(), key["key"].as_str().unwrap().to_owned())
    }
}

/// The command without a stack: it knows nothing of whoever runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    static HOME: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    let mut command = Command::new(LATCHKEY);
    command.args(arguments).env_clear().current_dir(HOME.path());
    command.env("HOME", HOME.path()).env("XDG_RUNTIME_DIR", HOME.path());
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "us-east-1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());

    command
}

/// Credentials of nobody, for servers that do not look.
pub(crate) fn signed(mut command: Command) -> Command {
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "example");

    command
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    ended(command.output().unwrap())
}

/// Runs it with `input`.
pub(crate) fn fed(command: &mut Command, input: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that refuses what it was told reads nothing.
    if let Err(cause) = child.stdin.take().unwrap().write_all(input.as_bytes()) {
        assert_eq!(cause.kind(), ErrorKind::BrokenPipe, "{cause}");
    }

    ended(child.wait_with_output().unwrap())
}

pub(crate) fn ended(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();

    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

impl Ran {
    /// It ended like this, said `said` in one line and printed nothing.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, said: &str) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.starts_with("latchkey: ") && self.err.contains(said), "{self:?}");
    }

    /// It printed this, in which ids, secrets and times are what [`plain`] makes of them, and said nothing.
    #[track_caller]
    pub(crate) fn printed(&self, code: i32, expected: &str) {
        assert_eq!((self.code, self.err.as_str()), (code, ""), "{self:?}");
        assert_eq!(plain(&self.out), expected);
    }
}

/// `text` with what differs from run to run replaced by words of the same length.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (varying, name) in [
        (r"key_[0-9A-HJKMNP-TV-Z]{26}", "key_xxxxxxxxxxxxxxxxxxxxxxxxxx"),
        (r"lk_(live|test)_[0-9A-Za-z]{36}", "SECRET"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2030-01-01T00:00:00Z"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "2030-01-01T00:00:00.000Z"),
        (r"[0-9a-f]{6}…", "ffffff…"),
        (r"lk_(live|test)_…[0-9A-Za-z]{4}", "lk_${1}_…xxxx"),
        (r#"("reset": )\d+"#, "${1}0"),
    ] {
        plain = Regex::new(varying).unwrap().replace_all(&plain, name).into_owned();
    }

    plain
}
