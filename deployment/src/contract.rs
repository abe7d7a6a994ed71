//! What a stack's contract says of its parameters.

use std::collections::BTreeMap;
use std::io;

use template::Template;
use toml::Table;

use crate::error::Error;

/// Adds to `parameters` of the template `yaml` what follows from the stack's contract, whose text `read` gives. A template cannot look into
/// a contract: one with pages has its portal, unless the parameters say otherwise.
///
/// # Errors
/// There is no such contract: functions that are compiled without it could not serve it.
pub(crate) fn complete(
    yaml: &str,
    parameters: &mut BTreeMap<String, String>,
    read: impl Fn(&str) -> io::Result<String>,
) -> Result<(), Error> {
    let template = Template::read(yaml, parameters)?;
    let Some(name) = template.parameters.get("Contract") else { return Ok(()) };
    let failed = |cause: String| Error::Contract { name: name.clone(), cause };
    let text = read(name).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Error::NoContract(name.clone())
        } else {
            failed(error.to_string())
        }
    })?;
    let contract: Table = text.parse().map_err(|error: toml::de::Error| failed(error.message().to_owned()))?;
    let is_said = parameters.contains_key("Portal") || !template.parameters.contains_key("Portal");
    if !is_said && contract.contains_key("portal") {
        let mut with_portal = parameters.clone();
        with_portal.insert("Portal".to_owned(), "on".to_owned());
        // Where the template knows by itself, it is left to it: a stack that exists has the value of before, and CloudFormation would refuse
        // another.
        if Template::read(yaml, &with_portal)?.functions.len() > template.functions.len() {
            *parameters = with_portal;
        }
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;

    use super::complete;

    const TEMPLATE: &str = "\
Parameters:
  Contract: { Type: String, Default: standard }
  Portal: { Type: String, Default: from-contract }
Conditions:
  HasPortal: !Or
    - !Equals [!Ref Portal, on]
    - !And [!Equals [!Ref Portal, from-contract], !Equals [!Ref Contract, standard]]
Resources:
  Page:
    Type: AWS::Serverless::Function
    Condition: HasPortal
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: page } }
";

    fn read(name: &str) -> io::Result<String> {
        match name {
            "standard" | "pages" => Ok("[portal]\ntitle = 'Keys'\n".to_owned()),
            "bare" => Ok("[key]\n".to_owned()),
            "broken" => Ok("[key".to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn completed(given: &[(&str, &str)]) -> Result<Option<String>, String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut parameters: BTreeMap<_, _> = given.iter().map(own).collect();
        complete(TEMPLATE, &mut parameters, read).map_err(|error| error.to_string())?;

        Ok(parameters.remove("Portal"))
    }

    #[test]
    fn a_contract_with_pages_has_its_portal_unless_somebody_says_otherwise() {
        for (given, portal) in [
            // The template knows that this one has.
            (&[][..], None),
            (&[("Contract", "pages")], Some("on")),
            (&[("Contract", "pages"), ("Portal", "off")], Some("off")),
            (&[("Contract", "bare")], None),
            (&[("Contract", "bare"), ("Portal", "on")], Some("on")),
        ] {
            assert_eq!(completed(given), Ok(portal.map(str::to_owned)), "{given:?}");
        }
    }

    #[test]
    fn a_contract_that_there_is_none_of_is_no_deployment() {
        let error = completed(&[("Contract", "nosuch")]).unwrap_err();
        assert_eq!(error, "Contract=nosuch: there is no contracts/nosuch.toml");
        let error = completed(&[("Contract", "broken")]).unwrap_err();
        assert!(error.starts_with("Contract=broken: contracts/broken.toml: "), "{error}");
    }
}
