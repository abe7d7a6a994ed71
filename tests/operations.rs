//! The promise: the means to operate a stack are there, and hold: alarms, logs, protected tables, settings by stage.

mod metrics;
mod pattern;
mod refusals;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use local::dynamodb::Fault;
use serde_json::{Value, json};
use template::Template;

use crate::support::{Key, World, binaries, binaries_with, example, root};

fn yaml() -> String {
    fs::read_to_string(root().join("template.yaml")).unwrap()
}

/// The text of every resource of `kind`, by its logical id.
fn resources(kind: &str) -> BTreeMap<String, String> {
    let yaml = yaml();
    let (_, section) = yaml.split_once("\nResources:\n").unwrap();
    let (section, _) = section.split_once("\nOutputs:\n").unwrap();
    let mut resources: BTreeMap<String, String> = BTreeMap::new();
    let mut id = "";
    for line in section.lines() {
        if let Some(name) = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'))
            && !name.starts_with([' ', '#'])
        {
            id = name;
        }
        resources.entry(id.to_owned()).or_default().extend([line, "\n"]);
    }
    resources.retain(|_, text| text.contains(&format!("    Type: {kind}\n")));
    assert!(!resources.is_empty(), "template.yaml has no {kind}");
    resources
}

/// Whether the log line makes the metric of this filter go up.
pub(crate) fn counts(filter: &str, line: &str) -> bool {
    let filters = resources("AWS::Logs::MetricFilter");
    let (_, pattern) = filters[filter].split_once("FilterPattern:").unwrap();
    let (pattern, _) = pattern.split_once("MetricTransformations:").unwrap();
    let pattern = pattern.trim().trim_start_matches(">-").trim_matches('\'');

    pattern::takes(&pattern.split_whitespace().collect::<Vec<_>>().join(" "), line)
}

#[test]
fn a_crash_and_a_timeout_are_faults_and_an_authorizer_without_a_verdict_is_none() {
    for (status, error, faults) in [
        ("success", None, false),
        ("failure", None, true),
        ("timeout", None, true),
        ("error", Some("Runtime.ExitError"), true),
        ("error", Some("Runtime.OutOfMemory"), true),
        ("error", Some("Runtime.InvalidEntrypoint"), true),
        ("error", Some("Extension.Crash"), true),
        // A line of a function that posts an error of its own.
        ("error", Some("Runtime.Unknown"), false),
        ("error", Some("&alloc::boxed::Box<dyn core::error::Error>"), false),
        ("error", None, false),
    ] {
        let mut record =
            json!({"requestId": "7", "metrics": {"durationMs": 9.5, "billedDurationMs": 10}, "status": status});
        if let Some(error) = error {
            record["errorType"] = json!(error);
        }
        let line = json!({"time": "2026-11-20T10:00:00.000Z", "type": "platform.report", "record": record}).to_string();
        assert_eq!(counts("Faults", &line), faults, "{line}");
    }
    assert!(!counts("Faults", "START RequestId: 7"));
}

#[tokio::test]
async fn a_panic_is_a_fault() {
    let folder = binaries_with("gate-health", &example("panic"));
    let world = World::build("fayne", |builder| builder.binaries(folder.path().to_owned())).await;
    assert_eq!(world.anonymous("GET", "/api/v1/health").await.status, 500);
    assert!(world.stack.logs().iter().any(|line| counts("Faults", line)), "{:?}", world.stack.logs());
    assert_eq!(world.get("/api/v1/courses", &Key { id: String::new(), secret: String::new() }).await.status, 401);
}

#[test]
fn a_function_that_cannot_start_is_a_fault() {
    let ended = Command::new(binaries().join("gate-health")).env_clear().output().unwrap();
    let log = String::from_utf8(ended.stdout).unwrap();
    assert!(!ended.status.success() && log.lines().any(|line| counts("Faults", line)), "{log}");
}

#[tokio::test]
async fn a_request_that_fails_writes_one_line_and_its_alarm_counts_it() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let counted = |filter| world.stack.logs().iter().filter(|line| counts(filter, line)).count();
    for (kind, status, store_failures, faults) in [
        ("InternalServerError", 503, 1, 0),
        ("ValidationException", 500, 1, 1),
        ("ProvisionedThroughputExceededException", 503, 2, 1),
        ("AccessDeniedException", 503, 3, 1),
    ] {
        let http = if kind == "InternalServerError" { 500 } else { 400 };
        world.stack.dynamodb().inject(Fault::error(http, kind, "no").always());
        assert_eq!(world.get("/api/v1/courses", &key).await.status, status, "{kind}");
        world.stack.dynamodb().clear_faults();
        assert_eq!((counted("StoreFailures"), counted("Faults")), (store_failures, faults), "{kind}");
    }
    // An authorizer has no answer for it, and says so in the same way.
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "no").always());
    let question = json!({"version": "2.0", "headers": {"authorization": format!("Bearer {}", key.secret)}});
    assert!(world.stack.invoke("GateAuthorize", question).await.is_err());
    assert_eq!((counted("StoreFailures"), counted("Faults")), (4, 1), "GateAuthorize");
    // Lambda takes a line for INFO unless it says when it was written, by RFC 3339, and how severe it is.
    for line in world.stack.logs().iter().filter(|line| counts("StoreFailures", line) || counts("Faults", line)) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["level"], "ERROR", "{line}");
        assert!(line["timestamp"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{line}");
    }
}

#[test]
fn every_metric_of_the_logs_has_an_alarm_and_every_alarm_tells_the_topic() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    for filter in resources("AWS::Logs::MetricFilter").keys() {
        let alarm = alarms.get(&format!("{filter}Alarm")).unwrap_or_else(|| panic!("{filter} has no alarm"));
        let is_of_it = [format!("MetricName: {filter}\n"), format!("MetricName: {filter} }}")];
        assert!(is_of_it.iter().any(|line| alarm.contains(line)), "{filter}Alarm is of another metric");
    }
    let operations = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    for (name, alarm) in &alarms {
        for property in ["AlarmActions", "OKActions"] {
            let line = format!("      {property}: !If [HasAlarmTopic, [!Ref AlarmTopic], !Ref AWS::NoValue]\n");
            assert!(alarm.contains(&line), "{name} lacks the line\n{line}");
        }
        assert!(operations.contains(&format!("`{name}`")), "docs/operations.md does not say what to do about {name}");
    }
}

#[test]
fn the_document_counts_the_alarms_and_what_they_watch() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    let count = |text: &str| alarms.values().map(|alarm| alarm.matches(text).count()).sum::<usize>();
    let of_reference = count("- HasReferenceApi\n");
    let (number, watched) = (alarms.len(), count("MetricName:") - of_reference);
    let cents = watched * 10;
    let operations = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    for said in [
        format!("There are {number} alarms"),
        format!("the {number} alarms watch {watched} metrics at $0.10 each: **${}.{:02}**", cents / 100, cents % 100),
        format!("({of_reference} metrics more with a reference API)"),
    ] {
        assert!(operations.contains(&said), "docs/operations.md does not say: {said}");
    }
}

#[test]
fn every_table_is_kept_protected_encrypted_restorable_and_watched() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    let tables = resources("AWS::DynamoDB::Table");
    for (name, table) in &tables {
        for line in [
            "    DeletionPolicy: !If [InProduction, Retain, RetainExceptOnCreate]\n",
            "    UpdateReplacePolicy: Retain\n",
            "      BillingMode: PAY_PER_REQUEST\n",
            "      DeletionProtectionEnabled: !If [InProduction, true, false]\n",
            "        PointInTimeRecoveryEnabled: true\n",
            "        SSEEnabled: true\n",
        ] {
            assert!(table.contains(line), "{name} lacks the line\n{line}");
        }
        let watched = alarms["TableThrottlesAlarm"].matches(&format!("Value: !Ref {name} }}")).count();
        assert_eq!(watched, 2, "TableThrottlesAlarm watches reads and writes of {name}");
    }
    assert!(tables.len() <= 5, "an alarm is of ten metrics at most");
}

#[test]
fn the_access_log_holds_nothing_that_a_caller_could_have_put_a_key_in() {
    let api = resources("AWS::Serverless::HttpApi").remove("Api").unwrap();
    let logged: Vec<_> = api.split("$context.").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let harmless = [
        "error.message",
        "identity.sourceIp",
        "identity.userArn",
        "integrationErrorMessage",
        "integrationLatency",
        "integrationStatus",
        "requestId",
        "requestTime",
        "responseLatency",
        "responseLength",
        "routeKey",
        "status",
    ];
    assert!(logged.iter().all(|variable| harmless.contains(variable)), "{logged:?}");
    for needed in ["requestId", "routeKey", "status", "responseLatency", "integrationErrorMessage", "identity.userArn"]
    {
        assert!(logged.contains(&needed), "{needed} is not logged");
    }
}

#[test]
fn every_parameter_has_its_place_in_the_console() {
    let yaml = yaml();
    let (interface, _) = yaml.split_once("\nParameters:\n").unwrap();
    let (groups, labels) = interface.split_once("    ParameterLabels:\n").unwrap();
    let parameters = Template::read(&yaml, &BTreeMap::new()).unwrap().parameters;
    for name in parameters.keys() {
        let grouped = groups.matches(&format!("{name},")).count() + groups.matches(&format!("{name}]")).count();
        assert_eq!(grouped, 1, "{name} is in one group");
        assert!(labels.contains(&format!("      {name}: {{ default: ")), "{name} has no label");
    }
}

#[test]
fn every_stage_of_samconfig_is_a_stack() {
    let text = fs::read_to_string(root().join("samconfig.toml")).unwrap();
    let config: Value = toml::from_str(&text).unwrap();
    for (environment, stage) in [("default", "staging"), ("staging", "staging"), ("production", "production")] {
        let overrides = config[environment]["global"]["parameters"].get("parameter_overrides");
        // Parameters for the first look would take the place of the answers that were given.
        assert_eq!(overrides.is_none(), environment == "default", "{environment}");
        let pairs = overrides.into_iter().filter_map(Value::as_array).flatten();
        let pairs = pairs.map(|pair| pair.as_str().unwrap().split_once('=').unwrap());
        let parameters: BTreeMap<_, _> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let template = Template::read(&yaml(), &parameters).unwrap_or_else(|error| panic!("{environment}: {error}"));
        assert_eq!(template.parameters["Stage"], stage, "{environment}");
    }
}

#[test]
fn what_a_function_may_ask_is_within_its_boundary() {
    let yaml = fs::read_to_string(root().join("template.yaml")).unwrap();
    assert_eq!(yaml.matches("PermissionsBoundary: !Ref LogBoundary").count(), 1, "for all functions, in Globals");
    let (_, boundary) = yaml.split_once("  LogBoundary:\n").unwrap();
    let (boundary, _) = boundary.split_once("\n\n").unwrap();
    for function in crate::layout::deployed() {
        for action in function.statements.iter().flat_map(|statement| &statement.actions) {
            let (service, _) = action.split_once(':').unwrap();
            assert!(boundary.contains(&format!("\"{service}:*\"")), "{}: {action}", function.name);
        }
    }
}
