//! How `samconfig.toml` in the present folder calls the stack that `sam deploy` deploys.

use toml::Table;

use crate::error::Error;

/// The stack's name, where the file is there and says one.
pub(super) fn stack() -> Result<Option<String>, Error> {
    let Ok(text) = std::fs::read_to_string("samconfig.toml") else { return Ok(None) };
    let config: Table = text.parse().map_err(|cause| Error::usage(format_args!("samconfig.toml: {cause}")))?;

    Ok(named(&config))
}

/// The name that `config` has for the environment `default`.
fn named(config: &Table) -> Option<String> {
    let default = config.get("default")?;
    let name = |command: &str| default.get(command)?.get("parameters")?.get("stack_name")?.as_str();

    name("deploy").or_else(|| name("global")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_guided_deployment_leaves_the_name() {
        let name = |text: &str| named(&text.parse().unwrap());
        assert_eq!(name("[default.global.parameters]\nstack_name = 'keys'").as_deref(), Some("keys"));
        assert_eq!(name("[default.deploy.parameters]\nstack_name = 'keys'").as_deref(), Some("keys"));
        assert_eq!(name("[staging.global.parameters]\nstack_name = 'keys'"), None);
    }
}
