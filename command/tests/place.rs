//! Which stack is meant.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{SHARED, Server, binaries, command, ended, ran, reply, root, signed};

const ORG: &str = r#"{"data": {"slug": "acme", "name": "Acme"}}"#;

/// A stack that somebody has running.
struct Local {
    child: Child,
    folder: TempDir,
}

impl Local {
    /// Starts it, by the command, and waits until it serves.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(&["local", "--ephemeral", "--port", "0", "--binaries"])
            .arg(binaries())
            .current_dir(root())
            .env("XDG_RUNTIME_DIR", folder.path())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let last = lines.find(|line| line.as_deref().is_ok_and(|line| line == "Ctrl-C ends it."));
        assert!(last.is_some(), "{:?}", child.wait_with_output());

        Self { child, folder }
    }

    /// The command, for whoever has it running.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("XDG_RUNTIME_DIR", self.folder.path());

        command
    }

    fn end(mut self, signal: &str) -> TempDir {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();

        self.folder
    }
}

#[test]
fn the_local_stack_that_runs_is_used_without_a_word_about_it() {
    let local = Local::start();
    let listed = ran(&mut local.command(&["orgs", "list", "--output", "jsonl"]));
    assert_eq!(listed.code, 0, "{listed:?}");
    let url = listed.err.strip_prefix("latchkey: using the local stack at ").unwrap().trim_end().to_owned();
    let demo: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(demo["slug"], "acme");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = local.folder.path().join("latchkey");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));

    let named = ran(&mut local.command(&["orgs", "get", "acme", "--url", &url]));
    assert_eq!((named.code, named.err.as_str()), (0, ""), "its own address needs no credentials of AWS");
    let create = [
        "keys",
        "create",
        "acme",
        "--name",
        "x",
        "--type",
        "live",
        "--secret-to",
        "secretsmanager:prod/key",
        "--url",
        &url,
    ];
    ran(&mut local.command(&create)).failed(2, "a local stack has no Secrets Manager: --secret-to file:PATH");
    let other = ran(signed(local.command(&["orgs", "list"])).env("LATCHKEY_URL", SHARED.url()));
    other.failed(1, "403");

    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    ran(&mut local.command(&["orgs", "list"])).failed(1, "is not a folder of yours alone");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();

    let folder = local.end("-TERM");
    assert_eq!(std::fs::read_dir(folder.path().join("latchkey")).unwrap().count(), 0);
}

#[test]
fn a_stack_that_was_killed_is_forgotten_and_two_are_one_too_many() {
    let one = Local::start();
    let mut other = command(&["local", "--ephemeral", "--port", "0", "--binaries"])
        .arg(binaries())
        .current_dir(root())
        .env("XDG_RUNTIME_DIR", one.folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_deref().is_ok_and(|line| line == "Ctrl-C ends it.")).unwrap().unwrap();
    ran(&mut one.command(&["orgs", "list"]))
        .failed(2, "several local stacks run: say with --url which one: http://127.0.0.1:");
    other.kill().unwrap();
    drop(ended_by_force(other));
    assert_eq!(ran(&mut one.command(&["orgs", "get", "acme"])).code, 0);
    let folder = one.end("-KILL");
    let mut without = signed(command(&["orgs", "get", "acme"]));
    let server = Server::answering([outputs("http://127.0.0.1:1")]);
    without.env("XDG_RUNTIME_DIR", folder.path()).env("AWS_ENDPOINT_URL_CLOUDFORMATION", &server.url);
    ran(&mut without).failed(1, "http://127.0.0.1:1/operator/v1/organizations/acme: ");
    server.end();
}

fn ended_by_force(child: Child) -> std::process::Output {
    child.wait_with_output().unwrap()
}

/// What CloudFormation says of a stack whose API is at `url`.
fn outputs(url: &str) -> String {
    let xml = format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult><Stacks>\
         <member><StackName>keys</StackName><Outputs><member><OutputKey>ApiUrl</OutputKey><OutputValue>{url}</OutputValue>\
         <Description>Where the API answers</Description></member></Outputs></member></Stacks></DescribeStacksResult>\
         </DescribeStacksResponse>"
    );

    reply(200, "content-type: text/xml\r\n", &xml)
}

#[test]
fn cloudformation_says_where_a_stack_is() {
    let stack = Server::answering([reply(200, "", ORG)]);
    let aws = Server::answering([outputs(&format!("{}/", stack.url))]);
    let mut get = signed(command(&["orgs", "get", "acme", "--stack", "keys", "--region", "eu-central-1"]));
    get.env("AWS_SESSION_TOKEN", "token").env("AWS_ENDPOINT_URL_CLOUDFORMATION", &aws.url);
    // What is named on the line is meant, whatever the environment names.
    get.env("LATCHKEY_URL", "http://127.0.0.1:1");
    ran(&mut get).printed(0, "slug  acme\nname  Acme\n");
    let asked = &aws.end()[0];
    assert_eq!(
        (asked.line.as_str(), asked.body.as_str()),
        ("POST /", "Action=DescribeStacks&StackName=keys&Version=2010-05-15")
    );
    assert!(asked.header("authorization").unwrap().contains("/eu-central-1/cloudformation/aws4_request"), "{asked:?}");
    let called = &stack.end()[0];
    assert_eq!(called.line, "GET /operator/v1/organizations/acme");
    assert!(called.header("authorization").unwrap().contains("/eu-central-1/execute-api/aws4_request"), "{called:?}");
    assert_eq!(called.header("x-amz-security-token"), Some("token"));
}

#[test]
fn a_stack_that_cloudformation_does_not_know_is_3() {
    let error = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id keys does not exist\
                 </Message></Error></ErrorResponse>";
    let aws = Server::answering([reply(400, "", error)]);
    let mut get = signed(command(&["orgs", "get", "acme", "--stack", "keys"]));
    ran(get.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &aws.url)).failed(3, "there is no stack keys in us-east-1");
    aws.end();
}

#[test]
fn the_name_in_samconfig_is_the_stack_where_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("samconfig.toml"), "[default.global.parameters]\nstack_name = 'mine'\n").unwrap();
    let aws =
        Server::answering([reply(403, "", "<ErrorResponse><Error><Message>no</Message></Error></ErrorResponse>")]);
    let mut get = signed(command(&["orgs", "get", "acme"]));
    get.current_dir(folder.path()).env("AWS_ENDPOINT_URL_CLOUDFORMATION", &aws.url);
    ran(&mut get).failed(1, "CloudFormation does not tell of the stack mine: no");
    assert!(aws.end()[0].body.contains("StackName=mine"));
}

#[test]
fn profiles_and_their_processes_sign() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let process = r#"echo '{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s"}'"#;
    std::fs::write(&config, format!("[profile ops]\nregion = eu-west-1\ncredential_process = {process}\n")).unwrap();
    let stack = Server::answering([reply(200, "", ORG)]);
    let mut get = command(&["orgs", "get", "acme", "--profile", "ops", "--url", &stack.url]);
    get.env_remove("AWS_REGION").env("PATH", "/usr/bin:/bin").env("AWS_CONFIG_FILE", &config);
    let ran = ended(get.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        stack.end()[0].header("authorization").unwrap().contains("Credential=AKIDPROCESS/"),
        "another one has signed"
    );
}

#[test]
fn without_credentials_it_says_where_they_could_be() {
    let ran = ran(&mut command(&["orgs", "list", "--url", "http://127.0.0.1:1"]));
    ran.failed(1, "no AWS credentials: sign in as for the AWS CLI, by variables (AWS_ACCESS_KEY_ID …) or by a profile that there is (--profile)\n");
}

#[test]
fn who_signs_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let (config, asked) = (folder.path().join("config"), folder.path().join("asked"));
    let program = folder.path().join("sign.sh");
    let script = r#"echo >> "$1"; echo '{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s"}'"#;
    std::fs::write(&program, script).unwrap();
    let process = format!("sh {} {}", program.display(), asked.display());
    std::fs::write(&config, format!("[default]\nregion = eu-west-1\ncredential_process = {process}\n")).unwrap();
    let page = r#"{"data": [{"slug": "a"}], "meta": {"pagination": {"cursor": "next"}}}"#;
    let end = r#"{"data": [{"slug": "b"}], "meta": {"pagination": {"cursor": null}}}"#;
    let stack = Server::answering([reply(200, "", page), reply(200, "", end)]);
    let mut list = command(&["orgs", "list", "--url", &stack.url]);
    list.env("PATH", "/usr/bin:/bin").env("AWS_CONFIG_FILE", &config);
    ran(&mut list).printed(0, "SLUG\na\nb\n");
    assert_eq!(stack.end()[1].line, "GET /operator/v1/organizations?cursor=next&limit=100");
    assert_eq!(std::fs::read_to_string(&asked).unwrap(), "\n");
}
