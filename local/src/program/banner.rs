//! What the program says once the stack serves: what runs, with which keys, and what to try.

use super::links::Link;
use super::options::Options;
use crate::demo::Example;
use crate::seed::SeededKey;
use crate::stack::Stack;

/// The banner, to be printed as it is.
pub(super) fn text(options: &Options, stack: &Stack, portal: &[Link], examples: &[Example]) -> String {
    let operator = stack.operator();
    let url = stack.url();
    let mut lines = vec![
        format!("Latchkey serves {} ({}) at {url}", options.contract, options.stage),
        String::new(),
        format!("  operator   {}:{}", operator.access_key_id, operator.secret_access_key),
        format!("  dynamodb   {}", stack.dynamodb().endpoint()),
        format!("  lambda     {}", stack.lambda_endpoint()),
    ];
    for organization in stack.organizations() {
        for SeededKey { name, scopes, key, .. } in &organization.keys {
            let scopes = if scopes.is_empty() { String::new() } else { format!(" [{}]", scopes.join(", ")) };
            lines.push(format!("  key        {key}  {}/{name}{scopes}", organization.slug));
        }
    }
    for (_, url) in portal {
        lines.push(format!("  portal     {url}"));
    }
    for Example { title, curl } in examples {
        lines.extend([String::new(), format!("  # {title}"), format!("  {}", filled(curl, stack))]);
    }
    lines.extend([String::new(), "Ctrl-C ends it.".to_owned()]);

    lines.join("\n") + "\n"
}

/// `curl` with this stack's values in place of its placeholders.
fn filled(curl: &str, stack: &Stack) -> String {
    let operator = stack.operator();
    let mut filled = curl
        .replace("{url}", &stack.url())
        .replace("{access_key_id}", &operator.access_key_id)
        .replace("{secret_access_key}", &operator.secret_access_key);
    let keys = stack.organizations().iter().flat_map(|organization| &organization.keys);
    for (place, key) in keys.enumerate() {
        if place == 0 {
            filled = filled.replace("{key}", &key.key);
        }
        filled = filled.replace(&format!("{{key:{}}}", key.name), &key.key);
    }
    filled
}
