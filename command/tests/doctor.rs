//! `latchkey doctor`: what is in the way of operating a stack.

use std::process::Command;

use serde_json::Value;

use crate::support::{SHARED, Server, command, ran, reply, signed};

/// What it found, as `check result`.
fn findings(out: &str) -> Vec<String> {
    let rows: Vec<Value> = serde_json::from_str(out).unwrap();

    rows.iter().map(|row| format!("{} {}", row["check"].as_str().unwrap(), row["result"].as_str().unwrap())).collect()
}

#[test]
fn a_stack_that_can_be_operated_is_well() {
    let ran = SHARED.run(&["doctor", "--output", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let well = ["address ok", "credentials ok", "health ok", "clock ok", "permission ok", "contract ok", "version ok"];
    assert_eq!(findings(&ran.out), well);
    let table = SHARED.run(&["doctor"]);
    assert!(table.out.starts_with("CHECK        RESULT  FOUND\naddress      ok      http://127.0.0.1:"), "{table:?}");
    let versions = concat!("contract     ok      standard\nversion      ok      ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(table.out.contains(versions), "{table:?}");
}

#[test]
fn somebody_elses_credentials_are_in_the_way() {
    let mut stranger = SHARED.command(&["doctor", "--output", "json"]);
    let ran = ran(stranger.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(findings(&ran.out).contains(&"permission failed".to_owned()), "{ran:?}");
}

#[test]
fn a_clock_that_is_off_is_told_before_signatures_are_refused() {
    let server = Server::answering([
        reply(200, "date: Tue, 15 Nov 1994 08:12:31 GMT\r\n", "{}"),
        reply(403, "", r#"{"message": "Signature expired"}"#),
        reply(403, "", r#"{"message": "Signature expired"}"#),
    ]);
    let ran = ran(&mut signed(command(&["doctor", "--url", &server.url])));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("s off: AWS refuses what is signed by this clock\n"), "{ran:?}");
    server.end();
}

#[test]
fn a_clock_that_is_off_is_told_where_cloudformation_refuses_already() {
    let error = "<ErrorResponse><Error><Message>Signature expired</Message></Error></ErrorResponse>";
    let aws = Server::answering([reply(403, "date: Tue, 15 Nov 1994 08:12:31 GMT\r\n", error)]);
    let mut doctor = signed(command(&["doctor", "--output", "json", "--stack", "keys"]));
    let ran = ran(doctor.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &aws.url));
    assert_eq!((ran.code, findings(&ran.out)), (1, vec!["address failed".to_owned(), "clock failed".to_owned()]));
    assert!(ran.out.contains("Signature expired") && ran.out.contains("s off: AWS refuses"), "{ran:?}");
    aws.end();
}

#[test]
fn what_can_be_told_without_credentials_is() {
    let now = Command::new("date").args(["-u", "+%a, %d %b %Y %H:%M:%S GMT"]).env("LC_ALL", "C").output().unwrap();
    let date = format!("date: {}\r\n", String::from_utf8(now.stdout).unwrap().trim());
    let server = Server::answering([reply(200, &date, "{}")]);
    let ran = ran(&mut command(&["doctor", "--output", "json", "--url", &server.url]));
    assert_eq!(ran.code, 1);
    assert_eq!(findings(&ran.out), ["address ok", "credentials failed", "health ok", "clock ok"]);
    let asked = &server.end()[0];
    assert_eq!((asked.line.as_str(), asked.header("authorization")), ("GET /api/v1/health", None));
}

#[test]
fn nothing_to_sign_with_is_in_the_way() {
    let ran = ran(command(&["doctor", "--output", "json", "--stack", "latchkey"]).env("AWS_REGION", "eu-central-1"));
    assert_eq!((ran.code, findings(&ran.out)), (1, vec!["address failed".to_owned()]), "{ran:?}");
    assert!(ran.out.contains("no AWS credentials"), "{ran:?}");
}

#[test]
fn whoever_is_not_let_in_learns_what_they_need() {
    let refused = || reply(403, "", r#"{"message": "Forbidden"}"#);
    let stack = Server::answering([reply(200, "", "{}"), refused(), refused()]);
    let output = |name: &str, value: &str| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    };
    let outputs = [
        output("ApiUrl", &stack.url),
        output("OperatorRoutes", "arn:aws:execute-api:x/*/operator/*"),
        output("EventBus", "latchkey-events"),
    ]
    .concat();
    let aws = Server::answering([reply(200, "", &format!("<R><Outputs>{outputs}</Outputs></R>"))]);
    let mut doctor = signed(command(&["doctor", "--stack", "keys"]));
    let ran = ran(doctor.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &aws.url));
    assert_eq!(ran.code, 1, "{ran:?}");
    for output in [format!("ApiUrl: {}\n", stack.url), "EventBus: latchkey-events\n".to_owned()] {
        assert!(ran.out.contains(&format!("output       ok      {output}")), "{ran:?}");
    }
    assert!(
        ran.out.contains("at another time (you need execute-api:Invoke on arn:aws:execute-api:x/*/operator/*)\n"),
        "{ran:?}"
    );
    stack.end();
    aws.end();
}
