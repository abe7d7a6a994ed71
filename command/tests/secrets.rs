//! Where a new secret goes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::{SHARED, Server, command, fed, ran, reply, signed};

#[test]
fn a_secret_goes_into_a_new_file_for_its_owner_alone() {
    SHARED.organization("secrets-file");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.txt");
    let to = format!("file:{}", path.display());
    let create = ["keys", "create", "secrets-file", "--name", "ci", "--type", "live", "--secret-to", &to];
    let made = SHARED.run(&create);
    assert_eq!((made.code, made.err.as_str()), (0, ""), "{made:?}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let secret = fs::read_to_string(&path).unwrap();
    assert!(!made.out.contains(secret.trim()) && made.out.contains(&to), "{made:?}");
    assert_eq!(fed(&mut SHARED.command(&["verify"]), &secret).code, 0);

    let keys = || SHARED.json(&["keys", "list", "secrets-file"]);
    let before = keys();
    SHARED.run(&create).failed(2, "key.txt is there already, and stays as it is");
    assert_eq!(keys(), before, "no key is made whose secret has nowhere to go");
    assert_eq!(fs::read_to_string(&path).unwrap(), secret);
}

#[test]
fn a_key_that_is_refused_leaves_no_file() {
    SHARED.organization("secrets-refused");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.txt");
    let to = format!("file:{}", path.display());
    let ran = SHARED.run(&["keys", "create", "secrets-refused", "--name", "ci", "--type", "gold", "--secret-to", &to]);
    ran.failed(2, "400");
    assert!(!path.exists());
}

#[test]
fn a_secret_goes_into_a_new_secret_of_secrets_manager() {
    let aws = Server::answering([reply(200, "", r#"{"Name": "prod/key"}"#), reply(200, "", r#"{"Name": "prod/key"}"#)]);
    let key = json!({"data": {"id": "key_01", "name": "ci", "key": "lk_live_secret"}}).to_string();
    let stack = Server::answering([reply(201, "", &key)]);
    let create =
        ["keys", "create", "acme", "--name", "ci", "--secret-to", "secretsmanager:prod/key", "--url", &stack.url];
    let ran = ran(signed(command(&create)).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.url));
    ran.printed(0, "id    key_01\nname  ci\nkey   secretsmanager:prod/key\n");
    stack.end();
    let seen = aws.end();
    let target = |number: usize| seen[number].header("x-amz-target").unwrap();
    assert_eq!((target(0), target(1)), ("secretsmanager.CreateSecret", "secretsmanager.PutSecretValue"));
    assert!(!seen[0].body.contains("lk_live_secret") && seen[1].body.contains("lk_live_secret"), "{seen:?}");
}

#[test]
fn a_secret_that_is_there_is_not_written_over() {
    let refused = r#"{"__type": "ResourceExistsException", "Message": "it exists"}"#;
    let aws = Server::answering([reply(400, "x-amzn-errortype: ResourceExistsException\r\n", refused)]);
    let create = [
        "keys",
        "create",
        "acme",
        "--name",
        "ci",
        "--secret-to",
        "secretsmanager:prod/key",
        "--url",
        "http://127.0.0.1:1",
    ];
    let ran = ran(signed(command(&create)).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.url));
    ran.failed(2, "the secret prod/key is there already, and stays as it is");
    aws.end();
}

#[test]
fn a_new_secret_of_a_key_goes_there_too() {
    let put = || reply(200, "", r#"{"Name": "prod/key"}"#);
    let aws = Server::answering([put(), put()]);
    let key = json!({"data": {"id": "key_01", "name": "ci", "key": "lk_live_secret"}}).to_string();
    let stack = Server::answering([reply(200, "", &key)]);
    let to = ["--secret-to", "secretsmanager:prod/key", "--url", &stack.url];
    let regenerate = [&["keys", "regenerate", "acme", "key_01", "--overlap", "1h"][..], &to].concat();
    let ran = ran(signed(command(&regenerate)).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.url));
    ran.printed(0, "id    key_01\nname  ci\nkey   secretsmanager:prod/key\n");
    assert!(stack.end()[0].line.ends_with("/api-keys/key_01/regenerate"));
    let seen = aws.end();
    assert_eq!(seen[1].header("x-amz-target"), Some("secretsmanager.PutSecretValue"));
    assert!(seen[1].body.contains("lk_live_secret"), "{seen:?}");
}

#[test]
fn a_secret_that_was_made_for_none_is_deleted() {
    let refused = reply(400, "", r#"{"title": "name is taken"}"#);
    let busy = || reply(503, "retry-after: 0\r\n", "{}");
    let without = reply(200, "", r#"{"data": {"id": "key_01", "name": "ci"}}"#);
    for (answers, code, said) in [
        (vec![refused], 2, "400: name is taken"),
        (vec![busy(), without], 1, "the key key_01 has a new secret, which is lost"),
    ] {
        let named = || reply(200, "", r#"{"Name": "prod/key"}"#);
        let (aws, stack) = (Server::answering([named(), named()]), Server::answering(answers));
        let to = ["--secret-to", "secretsmanager:prod/key", "--url", &stack.url];
        let create = [&["keys", "create", "acme", "--name", "ci"][..], &to].concat();
        ran(signed(command(&create)).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.url)).failed(code, said);
        stack.end();
        let seen = aws.end();
        assert_eq!(seen[1].header("x-amz-target"), Some("secretsmanager.DeleteSecret"));
        let order: serde_json::Value = serde_json::from_str(&seen[1].body).unwrap();
        assert_eq!(order, json!({"SecretId": "prod/key", "ForceDeleteWithoutRecovery": true}));
    }
}

#[test]
fn the_secret_is_where_the_stack_is() {
    let refused = r#"{"__type": "ResourceExistsException", "Message": "it exists"}"#;
    let aws = Server::answering([reply(400, "x-amzn-errortype: ResourceExistsException\r\n", refused)]);
    // No stack is asked: the place is taken first.
    let stack = "https://abc.execute-api.eu-west-3.amazonaws.com";
    let to = ["--secret-to", "secretsmanager:prod/key", "--url", stack];
    let create = [&["keys", "create", "acme", "--name", "ci"][..], &to].concat();
    ran(signed(command(&create)).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.url)).failed(2, "is there already");
    let signature = aws.end()[0].header("authorization").unwrap().to_owned();
    assert!(signature.contains("/eu-west-3/secretsmanager/aws4_request"), "{signature}");
}
