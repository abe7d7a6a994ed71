//! How templates are read, and which are refused.

mod reading;
mod reduced;
mod refusals;
mod routing;

use std::collections::BTreeMap;

use crate::{Error, Template};

fn read(yaml: &str) -> Result<Template, Error> {
    Template::read(yaml, &BTreeMap::new())
}

fn read_with(yaml: &str, parameters: &[(&str, &str)]) -> Result<Template, Error> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Template::read(yaml, &parameters)
}

/// A template with one function, `One`, that has these lines of properties.
fn function(properties: &str) -> String {
    let properties = format!("      {}\n", properties.replace('\n', "\n      "));
    format!(
        "\
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
      KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
  One:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildMethod: rust-cargolambda, BuildProperties: {{ Binary: one }} }}
    Properties:
      Handler: bootstrap
{properties}"
    )
}

/// A template whose function `F0`, `F1`, … has the route of that place in `routes`; an empty one is `$default`.
fn routed(routes: &[&str]) -> String {
    let function = |(index, route): (usize, &&str)| {
        let properties = route.split_once(' ').map_or_else(String::new, |(method, path)| {
            format!(", Properties: {{ Method: {method}, Path: \"{path}\" }}")
        });
        format!(
            "\x20 F{index}:
    Type: AWS::Serverless::Function
    Metadata: {{ BuildMethod: rust-cargolambda, BuildProperties: {{ Binary: f }} }}
    Properties:
      Events: {{ R: {{ Type: HttpApi{properties} }} }}
"
        )
    };
    let functions: Vec<_> = routes.iter().enumerate().map(function).collect();
    format!("Resources:\n{}", functions.concat())
}
