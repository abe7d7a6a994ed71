//! How sound templates are read.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{function, read, read_with};
use crate::{Auth, KeyAttribute, KeyKind, Schedule, Statement, Table};

const REAL: &str = include_str!("../../../template.yaml");

#[test]
fn the_real_template_is_read() {
    let template = read_with(REAL, &[("Stage", "local"), ("StoreTimeout", "2000")]).unwrap();

    let create = template.functions.iter().find(|function| function.name == "KeysCreate").unwrap();
    assert_eq!(create.binary, "keys-create");
    assert_eq!(create.environment["STAGE"], "local");
    assert_eq!(create.environment["STORE_TIMEOUT_MS"], "2000");
    assert_eq!(create.environment["KEYS_TABLE"], "KeysTable");
    assert_eq!((create.timeout, create.memory_mb, create.json_logs), (Duration::from_secs(30), 256, true));
    let routes: Vec<_> = create.routes.iter().map(|route| (route.key(), route.auth)).collect();
    assert!(routes.contains(&("POST /operator/v1/organizations/{org}/api-keys".to_owned(), Auth::Iam)), "{routes:?}");
    assert!(routes.contains(&("POST /api/v1/{org}/api-keys".to_owned(), Auth::Open)), "{routes:?}");

    let verify = template.functions.iter().find(|function| function.name == "GateVerify").unwrap();
    assert!(verify.statements.iter().any(|statement| statement.tables == ["CountersTable"]
        && statement.actions.contains(&"dynamodb:UpdateItem".to_owned())));

    let deliver = template.functions.iter().find(|function| function.name == "EventsDeliver").unwrap();
    let each_minute = Schedule { name: "EachMinute".to_owned(), rate: Duration::from_mins(1) };
    assert_eq!((deliver.schedules.as_slice(), deliver.routes.as_slice()), (&[each_minute][..], &[][..]));
    assert_eq!(deliver.environment["EVENT_BUS"], "EventBus");

    let routes = template.routes();
    assert_eq!(routes.find("GET", "/nowhere").unwrap().function.name, "GateFallback");
    assert_eq!(routes.find("GET", "/nowhere").unwrap().route.key(), "$default");
    let listed = routes.find("GET", "/v1/notes/").unwrap();
    assert_eq!((listed.function.name.as_str(), listed.route.auth), ("NotesList", Auth::Open));

    let counters = template.tables.iter().find(|table| table.name == "CountersTable").unwrap();
    let digest = KeyAttribute { name: "digest".to_owned(), kind: KeyKind::B };
    let ttl_attribute = Some("ttl".to_owned());
    let expected = Table { name: "CountersTable".to_owned(), partition_key: digest, sort_key: None, ttl_attribute };
    assert_eq!(*counters, expected);
}

#[test]
fn the_real_template_has_the_functions_of_its_contract() {
    for (contract, api, served) in [
        ("standard", "from-contract", Some("Notes")),
        ("fayne", "from-contract", Some("Academy")),
        ("fabraix", "from-contract", Some("AgentRuns")),
        ("fanfare", "from-contract", Some("Experiences")),
        ("thefaq", "from-contract", None),
        ("/tmp/fayne.toml", "from-contract", None),
        ("fayne", "none", None),
        ("acme", "academy", Some("Academy")),
        ("fayne", "notes", Some("Notes")),
        ("fayne", "agent-runs", Some("AgentRuns")),
        ("thefaq", "experiences", Some("Experiences")),
    ] {
        let template = read_with(REAL, &[("Contract", contract), ("ReferenceApi", api)]).unwrap();
        for name in ["Notes", "Academy", "AgentRuns", "Experiences"].into_iter().filter(|name| Some(*name) != served) {
            let mut functions = template.functions.iter().map(|function| &function.name);
            assert_eq!(functions.find(|function| function.starts_with(name)), None, "{contract} {api}");
        }
        let has_table = template.tables.iter().any(|table| table.name == "ReferenceTable");
        assert_eq!(has_table, served.is_some(), "{contract} {api}");
        let table = if has_table { "ReferenceTable" } else { "" };
        for function in &template.functions {
            assert_eq!(function.environment["REFERENCE_TABLE"], table, "{contract} {api}: {}", function.name);
        }
    }
}

#[test]
fn a_function_has_the_settings_of_globals_and_its_own_over_them() {
    let yaml = function("Timeout: 20\nEnvironment: { Variables: { B: own, C: own } }")
        + "
  Two:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: two } }
Globals:
  Function:
    Timeout: 7
    MemorySize: 512
    LoggingConfig: { LogFormat: JSON, ApplicationLogLevel: DEBUG, LogGroup: !Ref Nowhere }
    Environment: { Variables: { A: global, B: global } }
";
    let template = read(&yaml).unwrap();
    let [one, two] = template.functions.as_slice() else { panic!() };
    let variables = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(one.environment, variables(&[("A", "global"), ("B", "own"), ("C", "own")]));
    assert_eq!(two.environment, variables(&[("A", "global"), ("B", "global")]));
    assert_eq!((one.timeout.as_secs(), two.timeout.as_secs()), (20, 7));
    assert_eq!((one.memory_mb, one.json_logs, one.log_level.as_str()), (512, true, "DEBUG"));
}

#[test]
fn a_function_without_settings_has_those_of_lambda() {
    let template = read(&function("")).unwrap();
    let [one] = template.functions.as_slice() else { panic!() };
    assert_eq!((one.timeout.as_secs(), one.memory_mb, one.json_logs), (3, 128, false));
    assert!(one.environment.is_empty() && one.routes.is_empty() && one.statements.is_empty());
}

#[test]
fn functions_of_the_template_language_come_to_their_values() {
    for (written, value) in [
        ("plain", "plain"),
        ("12", "12"),
        ("1.10", "1.10"),
        ("'007'", "007"),
        ("true", "true"),
        ("!Ref P", "p"),
        ("{ Ref: P }", "p"),
        ("!Ref Table", "Table"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!GetAtt Table.Arn", "arn:aws:dynamodb:us-east-1:000000000000:table/Table"),
        ("{ 'Fn::GetAtt': [Table, Arn] }", "arn:aws:dynamodb:us-east-1:000000000000:table/Table"),
        ("!Sub '${AWS::StackName}-${P}-${Table}-${!Kept}'", "latchkey-p-Table-${Kept}"),
        ("!Sub ['${X}/${P}', { X: !Ref P }]", "p/p"),
        ("{ 'Fn::Sub': 'https://x.${AWS::Region}.${AWS::URLSuffix}' }", "https://x.us-east-1.amazonaws.com"),
        ("!Sub '${AWS::Partition} ${AWS::AccountId}'", "aws 000000000000"),
        ("!If [IsP, yes-p, no-p]", "yes-p"),
        ("!If [IsQ, !Ref Nowhere, 'no']", "no"),
        ("{ 'Fn::If': [Both, a, !Ref P] }", "p"),
        ("!If [Either, a, b]", "a"),
        ("!If [Neither, a, b]", "b"),
    ] {
        let yaml = function(&format!("Environment: {{ Variables: {{ V: {written} }} }}"))
            + "\
Parameters: { P: { Type: String, Default: p } }
Conditions:
  IsP: !Equals [!Ref P, p]
  IsQ: !Equals [!Ref P, q]
  Both: !And [!Condition IsP, { Condition: IsQ }]
  Either: { 'Fn::Or': [!Condition IsP, !Condition IsQ] }
  Neither: !Not [!Condition Either]
";
        let template = read(&yaml).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(template.functions[0].environment["V"], value, "{written}");
    }
}

#[test]
fn a_variable_without_a_value_is_absent() {
    let template = read(&function("Environment: { Variables: { A: !Ref AWS::NoValue, B: b } }")).unwrap();
    assert_eq!(template.functions[0].environment.keys().collect::<Vec<_>>(), ["B"]);
}

#[test]
fn a_resource_whose_condition_is_false_is_absent() {
    let yaml = "\
Parameters: { Extras: { Type: String, Default: 'off', AllowedValues: ['on', 'off'] } }
Conditions: { Extra: !Equals [!Ref Extras, 'on'] }
Resources:
  One:
    Type: AWS::Serverless::Function
    Condition: Extra
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: one } }
  Other:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: other } }
    Properties:
      Environment: { Variables: { TABLE: !If [Extra, !Ref Table, ''] } }
      Policies:
        - !If [Extra, !Ref Rights, !Ref AWS::NoValue]
  Rights:
    Type: AWS::IAM::ManagedPolicy
    Condition: Extra
    Properties:
      PolicyDocument:
        Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn }]
  Table:
    Type: AWS::DynamoDB::Table
    Condition: Extra
    Properties:
      TableName: !Sub '${AWS::StackName}-named'
      AttributeDefinitions: [{ AttributeName: n, AttributeType: N }, { AttributeName: s, AttributeType: S }]
      KeySchema: [{ AttributeName: s, KeyType: RANGE }, { AttributeName: n, KeyType: HASH }]
      TimeToLiveSpecification: { Enabled: false, AttributeName: ttl }
";
    let template = read(yaml).unwrap();
    assert!(template.tables.is_empty());
    let [other] = template.functions.as_slice() else { panic!() };
    assert_eq!((other.name.as_str(), other.environment["TABLE"].as_str()), ("Other", ""));
    assert!(other.statements.is_empty());

    let template = read_with(yaml, &[("Extras", "on")]).unwrap();
    let [one, other] = template.functions.as_slice() else { panic!() };
    assert_eq!((one.name.as_str(), other.environment["TABLE"].as_str()), ("One", "latchkey-named"));
    assert_eq!(other.statements[0].tables, ["latchkey-named"]);
    let key = |name: &str, kind| KeyAttribute { name: name.to_owned(), kind };
    let expected = Table {
        name: "latchkey-named".to_owned(),
        partition_key: key("n", KeyKind::N),
        sort_key: Some(key("s", KeyKind::S)),
        ttl_attribute: None,
    };
    assert_eq!(template.tables, [expected]);
}

#[test]
fn what_only_watches_a_stack_is_passed_over() {
    let watched = function("Tracing: Active\nLoggingConfig: { SystemLogLevel: WARN, LogGroup: !GetAtt Logs.Arn }")
        + "
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { RetentionInDays: 30, LogGroupName: !Join ['/', [a, b]] }
  Failures:
    Type: AWS::Logs::MetricFilter
    Properties: { LogGroupName: !Ref Logs, FilterPattern: '{ $.fields.denial = \"Internal\" }' }
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: { MetricName: Failures, AlarmActions: !If [Never, [!Ref Topic], !Ref AWS::NoValue] }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      AccessLogSettings: { DestinationArn: !GetAtt Logs.Arn, Format: $context.routeKey }
      DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }
Conditions: { Never: !Equals [a, b] }
Metadata: { AWS::CloudFormation::Interface: { ParameterGroups: [] } }
";
    let watched = read(&watched).unwrap();
    assert_eq!(watched, read(&function("")).unwrap());
}

#[test]
fn policies_come_to_statements_about_tables() {
    let policies = "\
Policies:
  - AWSLambdaBasicExecutionRole
  - !Ref Shared
  - !If [Never, !Ref Nowhere, !Ref AWS::NoValue]
  - Statement:
      Effect: Allow
      Action: 'dynamodb:*'
      Resource: '*'
  - Version: '2012-10-17'
    Statement:
      - { Effect: Allow, Action: [sqs:SendMessage], Resource: !GetAtt Queue.Arn }
      - Effect: Allow
        Action: [dynamodb:Query]
        Resource: !Sub 'arn:${AWS::Partition}:dynamodb:*:${AWS::AccountId}:table/${Table}'";
    let yaml = function(policies)
        + "
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: [!GetAtt Table.Arn] }]
Conditions: { Never: !Equals [a, b] }
";
    let template = read(&yaml).unwrap();
    let statement = |action: &str| Statement { actions: vec![action.to_owned()], tables: vec!["Table".to_owned()] };
    let expected = [statement("dynamodb:GetItem"), statement("dynamodb:*"), statement("dynamodb:Query")];
    assert_eq!(template.functions[0].statements, expected);
}

#[test]
fn the_authorizer_of_the_api_holds_where_a_route_names_none() {
    let events = "\
Events:
  A: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: /a } }
  B: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: any, Path: /b, Auth: { Authorizer: NONE } } }";
    let yaml = function(events)
        + "  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties: { StageName: $default, Auth: { EnableIamAuthorizer: \
           true, DefaultAuthorizer: AWS_IAM } }\n";
    let template = read(&yaml).unwrap();
    let routes: Vec<_> = template.functions[0].routes.iter().map(|route| (route.key(), route.auth)).collect();
    assert_eq!(routes, [("GET /a".to_owned(), Auth::Iam), ("ANY /b".to_owned(), Auth::Open)]);
}

#[test]
fn parameters_stand_at_what_was_given_or_else_at_the_default() {
    let yaml = "\
Parameters:
  A: { Type: String, Default: a }
  B: { Type: Number, Default: 1.50 }
  C: { Type: String, AllowedPattern: '[a-z]+' }
Resources: {}
";
    let template = read_with(yaml, &[("A", "given"), ("C", "c")]).unwrap();
    let values: Vec<_> = template.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(values, [("A", "given"), ("B", "1.50"), ("C", "c")]);
}

#[test]
fn a_schedule_is_read_whichever_service_keeps_it_unless_it_is_switched_off() {
    let template = read(&function(
        "Events:\n  A: { Type: Schedule, Properties: { Schedule: rate(5 minutes) } }\n  \
         B: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), State: ENABLED } }\n  \
         C: { Type: Schedule, Properties: { Schedule: rate(1 day), Enabled: false } }\n  \
         D: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), State: DISABLED } }",
    ));
    let schedules = template.unwrap().functions[0].schedules.clone();
    let read: Vec<_> = schedules.iter().map(|schedule| (schedule.name.as_str(), schedule.rate.as_secs())).collect();
    assert_eq!(read, [("A", 300), ("B", 3_600)]);
}

#[test]
fn a_condition_can_ask_for_a_place_in_a_list() {
    let yaml = |place: &str| {
        format!(
            "Parameters:
  Names: {{ Type: String, Default: \"\" }}
Conditions:
  IsThere: !Not [!Equals [!Select [{place}, !Split [\",\", !Sub \"${{Names}},,\"]], \"\"]]
Resources:
  There:
    Type: AWS::Serverless::Function
    Condition: IsThere
    Metadata: {{ BuildMethod: rust-cargolambda, BuildProperties: {{ Binary: there }} }}
"
        )
    };
    for (names, there) in [("", [false, false]), ("one", [true, false]), ("one,two", [true, true])] {
        for (place, there) in ["0", "1"].into_iter().zip(there) {
            let functions = read_with(&yaml(place), &[("Names", names)]).unwrap().functions;
            assert_eq!(!functions.is_empty(), there, "{names:?} at {place}");
        }
    }
    for wrong in ["3", "-1", "first"] {
        let refused = read(&yaml(wrong)).unwrap_err().to_string();
        assert!(refused.contains("there is no such place in the list"), "{refused}");
    }
}
