//! What `samconfig.toml` says of a stack's parameters.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::error::Error;

/// The parameters that `sam deploy --config-env ENVIRONMENT` gives a stack, by the text of `samconfig.toml`.
pub(crate) fn parameters(text: &str, environment: &str) -> Result<BTreeMap<String, String>, Error> {
    let config: Table = text.parse().map_err(Error::Config)?;
    let settings = config.get(environment).ok_or_else(|| Error::Environment(environment.to_owned()))?;
    let refused = || Error::Parameter(format!("parameter_overrides of {environment}"));
    let overrides = |command: &str| settings.get(command)?.get("parameters")?.get("parameter_overrides");

    match overrides("deploy").or_else(|| overrides("global")) {
        None => Ok(BTreeMap::new()),
        Some(Value::String(pairs)) => pairs.split_whitespace().map(pair).collect(),
        Some(Value::Array(pairs)) => {
            pairs.iter().map(|text| text.as_str().ok_or_else(refused).and_then(pair)).collect()
        }
        Some(_) => Err(refused()),
    }
}

/// A parameter, as SAM takes it and writes it: `Stage=staging`, `Stage="staging"`.
pub(crate) fn pair(text: &str) -> Result<(String, String), Error> {
    let (name, value) = text.split_once('=').ok_or_else(|| Error::Parameter(text.to_owned()))?;
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));

    Ok((name.to_owned(), unquoted.unwrap_or(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::parameters;
    use std::collections::BTreeMap;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let read = parameters(text, "staging").map(BTreeMap::into_iter);
        read.map(Iterator::collect).map_err(|error| error.to_string())
    }

    #[test]
    fn parameters_are_a_list_or_what_a_guided_deployment_has_saved() {
        let expected = [("Contract", "thefaq"), ("PortalUrl", ""), ("Stage", "staging")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        for overrides in [
            r#"["Contract=thefaq", "PortalUrl=", "Stage=staging"]"#,
            r#""Contract=\"thefaq\" PortalUrl=\"\" Stage=\"staging\"""#,
        ] {
            let text = format!("[staging.global.parameters]\nparameter_overrides = {overrides}\n");
            assert_eq!(read(&text), Ok(expected.clone()), "{overrides}");
        }
    }

    #[test]
    fn what_is_said_for_deploying_is_meant_and_not_what_is_said_for_all_commands() {
        let text = "[staging.global.parameters]\nparameter_overrides = ['A=1']\n\
                    [staging.deploy.parameters]\nparameter_overrides = ['A=2']\n";
        assert_eq!(read(text), Ok(vec![("A".to_owned(), "2".to_owned())]));
    }

    #[test]
    fn an_environment_may_have_no_parameters_and_must_be_there() {
        assert_eq!(read("[staging.global.parameters]\nstack_name = 'x'\n"), Ok(Vec::new()));
        assert_eq!(read("[production]\n"), Err("samconfig.toml has no environment staging".to_owned()));
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        for wrong in ["[1]", "['Contract']", "'file://parameters.yaml'", "{ Contract = 'thefaq' }"] {
            let text = format!("[staging.deploy.parameters]\nparameter_overrides = {wrong}\n");
            assert!(read(&text).is_err_and(|error| error.ends_with("is not NAME=VALUE")), "{wrong}");
        }
    }
}
