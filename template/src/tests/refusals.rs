//! Templates that are refused, each in one line that says where.

use super::{function, read, read_with, routed};

/// The refusal of a template whose one function has these properties; they begin at line 12.
fn refusal(properties: &str) -> String {
    match read(&function(properties)) {
        Err(error) => error.to_string(),
        Ok(template) => panic!("{properties} was read: {template:?}"),
    }
}

#[test]
fn a_function_that_is_not_understood_is_refused() {
    for (properties, expected) in [
        ("Events:\n  Route: { Type: SQS }", r#"13: One: event Route: unknown type "SQS""#),
        (
            "Events: { R: { Type: Schedule, Properties: { Schedule: cron(0 10 * * ? *) } } }",
            r#"12: One: event R: "cron(0 10 * * ? *)" is not supported, only rate(1 minute) and the like"#,
        ),
        ("Events: { R: { Type: ScheduleV2, Properties: {} } }", "12: One: event R: ScheduleExpression is missing"),
        (
            "Events: { R: { Type: Schedule, Properties: { Schedule: rate(1 hour), Input: x } } }",
            "12: One: event R: Input is not supported",
        ),
        ("Events: { R: { Type: HttpApi, Properties: { Method: GET } } }", "12: One: event R: Method needs a Path"),
        ("Events: { R: { Type: HttpApi, Properties: { Path: /x } } }", "12: One: event R: Path needs a Method"),
        (
            "Events: { R: { Type: HttpApi, Properties: { ApiId: !Ref Other, Method: GET, Path: /x } } }",
            "12: One: event R: Other is not the HttpApi of this stack",
        ),
        (
            "Events: { R: { Type: HttpApi, Properties: { Method: GET, Path: /x, Auth: { Authorizer: AWS_IAM } } } }",
            "12: One: event R: AWS_IAM needs Auth.EnableIamAuthorizer on the HttpApi",
        ),
        (
            "Events: { R: { Type: HttpApi, Properties: { Method: GET, Path: /x, Auth: { Authorizer: Mine } } } }",
            "12: One: event R: authorizer Mine is not supported",
        ),
        (
            "Events: { R: { Type: HttpApi, Properties: { Method: FETCH, Path: /x } } }",
            "12: One: event R: unknown method FETCH",
        ),
        (
            "Events: { R: { Type: HttpApi, Properties: { Method: GET, Path: x } } }",
            r#"12: One: event R: path "x" does not start with /"#,
        ),
        ("Runtime: provided.al2099", "12: One: the Runtime must be provided.al2023"),
        ("Timeout: soon", "12: One: expected a number from 1 to 900"),
        ("MemorySize: 64", "12: One: expected a number from 128 to 10240"),
        ("Layers: [x]", "12: One: Layers is not supported"),
        ("Role: x", "12: One: Role is not supported"),
        ("Environment: { Variables: { AWS_REGION: x } }", "12: One: Lambda does not allow the variable AWS_REGION"),
        ("Environment: { Variables: { V: [x] } }", "12: One: variable V: expected text, found a list"),
        (
            "Environment:\n  Variables:\n    V: !Ref Nowhere",
            "14: One: Nowhere is neither a parameter nor a table or an event bus of this stack",
        ),
        (
            "Environment: { Variables: { V: !GetAtt Table.StreamArn } }",
            "12: One: Table.StreamArn is not the Arn of a table of this stack",
        ),
        ("Environment: { Variables: { V: !Join [a, b] } }", "12: One: !Join is not supported"),
        ("Environment: { Variables: { V: !If [Nope, a, b] } }", "12: One: there is no condition Nope"),
        ("Environment: { Variables: { V: !Sub 'a${b' } }", r#"12: One: unclosed ${ in "a${b""#),
    ] {
        assert_eq!(refusal(properties), format!("template.yaml:{expected}"), "{properties}");
    }
}

#[test]
fn a_policy_that_is_not_understood_is_refused() {
    for (properties, expected) in [
        ("Policies: [!Ref Nowhere]", "12: One: Nowhere is not an AWS::IAM::ManagedPolicy of this stack"),
        ("Policies: [AmazonDynamoDBFullAccess]", "12: One: policy AmazonDynamoDBFullAccess is not supported"),
        (
            "Policies: [{ DynamoDBCrudPolicy: { TableName: !Ref Table } }]",
            "12: One: DynamoDBCrudPolicy is not supported",
        ),
        (
            "Policies: [{ Statement: [{ Effect: Deny, Action: 'dynamodb:*', Resource: '*' }] }]",
            "12: One: effect Deny is not supported",
        ),
        (
            "Policies: [{ Statement: [{ Effect: Allow, Action: 'dynamodb:*', Resource: '*', Condition: {} }] }]",
            "12: One: Condition is not supported",
        ),
        (
            "Policies: [{ Statement: [{ Effect: Allow, Action: 'dynamodb:*', Resource: 'arn:aws:s3:::x' }] }]",
            "12: One: arn:aws:s3:::x is no table of this stack",
        ),
    ] {
        assert_eq!(refusal(properties), format!("template.yaml:{expected}"), "{properties}");
    }
}

#[test]
fn a_function_without_a_binary_is_refused() {
    let yaml = "Resources:\n  One:\n    Type: AWS::Serverless::Function\n    Properties: { Runtime: python3.13 }\n";
    assert_eq!(read(yaml).unwrap_err().to_string(), "template.yaml:2: One: Metadata.BuildProperties.Binary is missing");
}

#[test]
fn two_functions_for_one_route_are_refused() {
    for routes in [["GET /a/{x}", "GET /a/{y}"], ["GET /a", "get /a/"], ["ANY /a/{x+}", "any /a/{y+}"], ["", ""]] {
        let error = read(&routed(&routes)).unwrap_err();
        assert!(error.message().starts_with("F1: "), "{error}");
        assert!(error.message().ends_with(" is already a route of F0"), "{error}");
        assert_eq!(error.line(), Some(11), "{error}");
    }
    for routes in [["GET /a", "ANY /a"], ["GET /a/{x}", "GET /a/{x+}"], ["GET /a", "POST /a"]] {
        assert!(read(&routed(&routes)).is_ok(), "{routes:?}");
    }
}

#[test]
fn a_path_that_no_gateway_takes_is_refused() {
    for path in ["/a//b", "/{x+}/b", "/{x}/{x}", "/a{x}", "/{}", "/{x", "/{x y}", "//"] {
        assert!(read(&routed(&[&format!("GET {path}")])).is_err(), "{path}");
    }
}

#[test]
fn parameters_that_may_not_be_are_refused() {
    let yaml = "\
Parameters:
  Need: { Type: String }
  One: { Type: String, Default: a, AllowedValues: [a, b] }
  Pattern: { Type: String, Default: abc, AllowedPattern: '[a-c]+|x', ConstraintDescription: a to c }
  Number: { Type: Number, Default: 5, MinValue: 2, MaxValue: 10.5 }
  Short: { Type: String, Default: ab, MinLength: 1, MaxLength: 2 }
  Secret: { Type: String, Default: '', NoEcho: true, MaxLength: 3 }
Resources: {}
";
    for (given, expected) in [
        (&[][..], ":2: parameter Need: it has no default, and no value was given"),
        (&[("Other", "x")], ": there is no parameter Other: it has Need, One, Pattern, Number, Short, Secret"),
        (&[("Need", ""), ("One", "c")], r#":3: parameter One: "c" is not one of a, b"#),
        (&[("Need", ""), ("Pattern", "abcd")], r#":4: parameter Pattern: "abcd" does not match [a-c]+|x (a to c)"#),
        (&[("Need", ""), ("Number", "five")], r#":5: parameter Number: "five" is not a number"#),
        (&[("Need", ""), ("Number", "1")], r#":5: parameter Number: "1" is below 2"#),
        (&[("Need", ""), ("Number", "10.6")], r#":5: parameter Number: "10.6" is above 10.5"#),
        (&[("Need", ""), ("Short", "")], r#":6: parameter Short: "" is shorter than 1"#),
        (&[("Need", ""), ("Short", "äöü")], r#":6: parameter Short: "äöü" is longer than 2"#),
        (&[("Need", ""), ("Secret", "told")], ":7: parameter Secret: its value is longer than 3"),
    ] {
        assert_eq!(read_with(yaml, given).unwrap_err().to_string(), format!("template.yaml{expected}"));
    }
    let default = "Parameters: { A: { Type: Number, Default: 1, MinValue: 2 } }\nResources: {}\n";
    assert!(read(default).unwrap_err().to_string().ends_with(r#""1" is below 2"#));
    let list = "Parameters: { A: { Type: CommaDelimitedList, Default: a } }\nResources: {}\n";
    assert!(read(list).unwrap_err().to_string().ends_with("type CommaDelimitedList is not supported"));
}

#[test]
fn a_kind_of_resource_that_is_not_known_is_refused() {
    for kind in [
        "AWS::ApiGatewayV2::Route",
        "AWS::DynamoDB::GlobalTable",
        "AWS::IAM::RolePolicy",
        "AWS::Lambda::Function",
        "AWS::Logs::SubscriptionFilter",
        "AWS::S3::Bucket",
        "AWS::Serverless::SimpleTable",
    ] {
        let error = read(&format!("Resources:\n  R:\n    Type: {kind}\n")).unwrap_err();
        assert_eq!(error.to_string(), format!("template.yaml:2: R: {kind} is not supported"));
    }
}

#[test]
fn a_template_that_is_not_understood_is_refused() {
    let table = "Resources: { T: { Type: 'AWS::DynamoDB::Table', Properties: {";
    for (yaml, expected) in [
        ("", ": it is empty".to_owned()),
        ("Resources: [", ":2: not YAML: ".to_owned()),
        ("a: 1\na: 2\n", ":2: not YAML: ".to_owned()),
        ("Resources: {}\n---\nResources: {}\n", ":3: a template is one YAML document".to_owned()),
        ("Description: x\n", ":1: Resources is missing".to_owned()),
        ("Resources: {}\nResource: {}\n", ":2: Resource is not supported".to_owned()),
        (
            "Globals: { Function: { Policies: [] } }\nResources: {}\n",
            ":1: Globals.Function: Policies is not supported".to_owned(),
        ),
        ("Globals: { Api: {} }\nResources: {}\n", ":1: Globals: Api is not supported".to_owned()),
        ("Transform: Macro\nResources: {}\n", ":1: transform Macro is not supported".to_owned()),
        ("Resources:\n  F:\n    Type: X\n    Conditions: C\n", ":4: F: Conditions is not supported".to_owned()),
        ("Resources:\n  F:\n    Type: X\n    Condition: C\n", ":4: F: there is no condition C".to_owned()),
        // A resource that is not there cannot be referred to, and CloudFormation says so when it deploys.
        (
            &(function("Environment: { Variables: { V: !Ref Gone } }")
                + "  Gone:\n    Type: AWS::DynamoDB::Table\n    Condition: Never\nConditions: { Never: !Equals [a, b] }\n"),
            ":12: One: Gone is neither a parameter nor a table or an event bus of this stack".to_owned(),
        ),
        (
            "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources: {}\n",
            ": conditions that need each other".to_owned(),
        ),
        ("Conditions:\n  A: !Equals [1]\nResources: {}\n", ":2: A: wrong number of arguments for !Equals".to_owned()),
        (
            &format!("{table} GlobalSecondaryIndexes: [] }} }} }}"),
            ":1: T: GlobalSecondaryIndexes is not supported".to_owned(),
        ),
        (&format!("{table} }} }} }}"), ":1: T: KeySchema is missing".to_owned()),
        (
            &format!("{table} AttributeDefinitions: [], KeySchema: [{{ AttributeName: pk, KeyType: HASH }}] }} }} }}"),
            ":1: T: AttributeDefinitions lacks pk".to_owned(),
        ),
        (
            "Resources:\n  A: { Type: AWS::Serverless::HttpApi }\n  B: { Type: AWS::Serverless::HttpApi }\n",
            ":3: B: a second HttpApi is not supported".to_owned(),
        ),
        (
            "Resources:\n  A: { Type: AWS::Serverless::HttpApi, Properties: { StageName: prod } }\n",
            ":2: A: stage prod is not supported, only $default".to_owned(),
        ),
        (
            "Resources:\n  A: { Type: AWS::Serverless::HttpApi, Properties: { CorsConfiguration: true } }\n",
            ":2: A: CorsConfiguration is not supported".to_owned(),
        ),
    ] {
        let error = read(yaml).unwrap_err().to_string();
        assert!(error.contains(&expected), "{yaml}\n{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
