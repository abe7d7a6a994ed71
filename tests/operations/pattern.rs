//! `CloudWatch`'s filter patterns for lines of JSON, as far as the template has them: `{ $.a.b = "x*" }`, `&&`, `||` and brackets.

use serde_json::Value;

/// Whether `pattern` takes `line`.
pub(super) fn takes(pattern: &str, line: &str) -> bool {
    let Ok(line) = serde_json::from_str(line) else { return false };
    let inner = pattern.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap();

    any_of(inner, &line)
}

fn any_of(expression: &str, line: &Value) -> bool {
    parts(expression, "||").into_iter().any(|part| parts(part, "&&").into_iter().all(|part| term(part, line)))
}

fn term(term: &str, line: &Value) -> bool {
    let term = term.trim();
    if let Some(inner) = term.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return any_of(inner, line);
    }
    let (selector, wanted) = term.split_once(" = ").unwrap_or_else(|| panic!("no comparison that is known: {term}"));
    let path = selector.trim().strip_prefix('$').unwrap().replace('.', "/");
    let wanted = wanted.trim().trim_matches('"');
    let Some(value) = line.pointer(&path).and_then(Value::as_str) else { return false };

    wanted.strip_suffix('*').map_or(value == wanted, |beginning| value.starts_with(beginning))
}

/// `expression` cut at each `operator` that is in no brackets.
fn parts<'e>(expression: &'e str, operator: &str) -> Vec<&'e str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0);
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && expression[at..].starts_with(operator) => {
                parts.push(&expression[begin..at]);
                begin = at + operator.len();
            }
            _ => (),
        }
    }
    parts.push(&expression[begin..]);

    parts
}
