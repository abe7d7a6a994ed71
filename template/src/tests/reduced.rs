//! What is left of a template that is reduced to one stack.

use std::collections::BTreeMap;

use super::read;
use crate::Template;

const YAML: &str = r#"Parameters:
  # What callers are served.
  Serves:
    Type: String
    Default: all
    AllowedValues: [all, some]
    Description: >-
      Two lines
      of it.
  Guest:
    Type: String
    Default: "nobody's"
  Topic: { Type: String, Default: "" }
  Word: { Type: String, Default: "", NoEcho: true }
Conditions:
  All: !Equals [!Ref Serves, all]
  Few: !Not [!Condition All]
  Told: !Not [!Equals [!Ref Topic, ""]]
Globals:
  Function:
    Environment:
      Variables:
        GUEST: !Ref Guest
        TABLE: !If [All, !Ref Kept, ""]
Resources:
  # Mentioned by what is always there.
  Kept:
    Type: AWS::DynamoDB::Table
    Condition: All
    DeletionPolicy: !If [All, Retain, Delete]
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]

  Always:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: always } }

  # A comment
  # on it.
  Often:
    Type: AWS::Serverless::Function
    Condition: All
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: often } }

  OftenAlarm:
    Type: AWS::CloudWatch::Alarm
    Condition: All
    Properties:
      Dimensions: [{ Name: FunctionName, Value: !Ref Often }]

  ToldAlarm:
    Type: AWS::CloudWatch::Alarm
    Condition: Told
Outputs:
  OftenArn:
    Condition: All
    Value: !GetAtt Often.Arn
  KeptName:
    Condition: All
    Value: !Ref Kept
"#;

fn reduced(yaml: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
    let parameters: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();

    Template::reduced(yaml, &parameters).map_err(|error| error.to_string())
}

/// The lines of `text` that are not in `other`.
fn beyond<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
    text.lines().filter(|line| !other.lines().any(|there| there == *line)).map(str::trim).collect()
}

#[test]
fn what_a_condition_leaves_out_is_not_there_and_nothing_mentions_it() {
    let some = reduced(YAML, &[("Serves", "some")]).unwrap();
    assert_eq!(
        some.lines()
            .filter(|line| line.contains("Often") || line.contains("comment") || line.contains("on it"))
            .count(),
        0,
        "{some}"
    );
    let functions = read(&some).unwrap().functions;
    assert_eq!(functions.iter().map(|function| function.binary.as_str()).collect::<Vec<_>>(), ["always"]);
}

#[test]
fn what_is_mentioned_by_what_stays_is_there_with_its_condition() {
    let some = reduced(YAML, &[("Serves", "some")]).unwrap();
    assert!(some.contains("\n  # Mentioned by what is always there.\n  Kept:\n"), "{some}");
    assert!(some.contains("    Condition: All\n    DeletionPolicy: Delete\n"), "{some}");
    assert_eq!(read(&some).unwrap().tables, []);
    let mentions =
        YAML.replace("KeptName:\n    Condition: All", "KeptName:").replace("!Ref Kept\n", "!Ref OftenRole\n");
    assert!(reduced(&mentions, &[("Serves", "some")]).unwrap().contains("\n  Often:\n"));
}

#[test]
fn where_all_conditions_hold_it_is_the_template() {
    let all = reduced(YAML, &[]).unwrap();
    assert_eq!(beyond(YAML, &all), ["AllowedValues: [all, some]", "DeletionPolicy: !If [All, Retain, Delete]"]);
    assert_eq!(
        beyond(&all, YAML),
        ["AllowedValues: ['all']", super::super::reduced::MADE_FOR, "DeletionPolicy: Retain"]
    );
}

#[test]
fn what_decides_has_one_value_and_everything_else_is_free() {
    let some = reduced(YAML, &[("Serves", "some"), ("Guest", "it's")]).unwrap();
    let parameters = read(&some).unwrap().parameters;
    assert_eq!((parameters["Serves"].as_str(), parameters["Guest"].as_str()), ("some", "it's"));
    let with = |name: &str, value: &str| super::read_with(&some, &[(name, value)]).map_err(|error| error.to_string());
    let refused = with("Serves", "all").unwrap_err();
    assert!(refused.contains("\"all\" is not one of some (the value that this template was made for"), "{refused}");
    assert!(with("Guest", "anybody").is_ok());
    // Whether anybody is told is decided by CloudFormation.
    assert!(with("Topic", "arn:aws:sns:x").is_ok() && some.contains("\n  ToldAlarm:\n"), "{some}");
}

#[test]
fn a_parameter_that_cannot_be_rewritten_is_refused() {
    let refused = reduced(YAML, &[("Topic", "arn:aws:sns:x")]).unwrap_err();
    assert!(refused.contains("reduced"), "{refused}");
    assert!(reduced(YAML, &[("Serves", "none")]).unwrap_err().contains("is not one of all, some"));
}

#[test]
fn a_secret_is_never_written_down() {
    let refused = reduced(YAML, &[("Word", "swordfish")]).unwrap_err();
    assert!(refused.contains("parameter Word: it is a secret") && !refused.contains("swordfish"), "{refused}");
}

#[test]
fn a_function_has_an_alias_only_where_its_new_code_comes_gradually() {
    let function = "  Always:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: always } }
";
    let alias = "    Properties:
      Handler: bootstrap
      # A reason.
      AutoPublishAlias: live
      VersionDescription: !Sub \"${Guest}\"
      DeploymentPreference:
        Type: !Ref Preference
        Alarms: [!Ref Alarm]
  Alarm:
    Type: AWS::CloudWatch::Alarm
  AliasPermission:
    Type: AWS::Lambda::Permission
    Condition: IsGradual
    Properties: { FunctionName: !Ref Always.Alias }
";
    let yaml = YAML
        .replace("Conditions:\n", "  Preference:\n    Type: String\n    Default: AllAtOnce\nConditions:\n  IsGradual: !Not [!Equals [!Ref Preference, AllAtOnce]]\n")
        .replace(function, &format!("{function}{alias}"))
        .replace("Outputs:\n", "Outputs:\n  AlwaysArn:\n    Value: !If [IsGradual, !Ref Always.Alias, !GetAtt Always.Arn]\n");
    let gradual = reduced(&yaml, &[("Preference", "Canary10Percent5Minutes")]).unwrap();
    assert_eq!(gradual.matches("Alias").count(), yaml.matches("Alias").count(), "{gradual}");
    let at_once = reduced(&yaml, &[]).unwrap();
    assert!(!at_once.contains("Alias") && !at_once.contains("reason") && !at_once.contains("Alarms"), "{at_once}");
    assert!(at_once.contains("      Handler: bootstrap\n"), "{at_once}");
    assert!(at_once.contains("Value: !If [IsGradual, !GetAtt Always.Arn, !GetAtt Always.Arn]"), "{at_once}");
    for (made, preference) in [(&at_once, "Linear10PercentEvery1Minute"), (&gradual, "AllAtOnce")] {
        assert!(super::read_with(made, &[("Preference", preference)]).is_err(), "{preference}");
    }
}
