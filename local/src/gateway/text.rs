//! Percent-encoding, undone as API Gateway undoes it.

use std::borrow::Cow;

/// A path with its percent-escapes undone, or unchanged where that is not UTF-8. It ends before a `?` that was escaped, and
/// what came behind is lost: so API Gateway does, and neither a route nor a function sees it.
pub(super) fn decode_path(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let Ok(mut path) = String::from_utf8(unescape(text, false)) else { return Cow::Borrowed(text) };
    path.truncate(path.find('?').unwrap_or(path.len()));

    Cow::Owned(path)
}

/// A query string's parameters in the order of their first appearance, values of the same name joined by commas.
pub(super) fn query_parameters(query: &str) -> Vec<(String, String)> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_query(name), decode_query(value));
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => parameters.push((name, value)),
        }
    }
    parameters
}

fn decode_query(text: &str) -> String {
    String::from_utf8(unescape(text, true))
        .unwrap_or_else(|invalid| String::from_utf8_lossy(invalid.as_bytes()).into_owned())
}

fn unescape(text: &str, plus_is_space: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, beyond @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(digit(*high).wrapping_mul(16) | digit(*low));
                rest = beyond;
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn digit(hex: u8) -> u8 {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{decode_path, query_parameters};

    #[test]
    fn a_path_is_decoded_where_that_is_possible() {
        for (raw, decoded) in [
            ("/a/b", "/a/b"),
            ("/a%2Fb%20c", "/a/b c"),
            ("/%C3%A9", "/é"),
            ("/%ff", "/%ff"),
            ("/100%", "/100%"),
            ("/%zz%4", "/%zz%4"),
            ("/a+b", "/a+b"),
            ("/a%3Fb=c/d", "/a"),
            ("/a%3f", "/a"),
            ("/%253F", "/%3F"),
            ("/%ff%3F", "/%ff%3F"),
        ] {
            assert_eq!(decode_path(raw), decoded);
        }
    }

    #[test]
    fn query_parameters_are_decoded_and_joined() {
        let cases: [(&str, &[(&str, &str)]); 7] = [
            ("", &[]),
            ("a=1&b=2&a=3", &[("a", "1,3"), ("b", "2")]),
            ("a", &[("a", "")]),
            ("a=b=c", &[("a", "b=c")]),
            ("&&a=%26+%2B&", &[("a", "& +")]),
            ("%61=1&a=2", &[("a", "1,2")]),
            ("=x&a=\"<>", &[("", "x"), ("a", "\"<>")]),
        ];
        for (query, expected) in cases {
            let found = query_parameters(query);
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{query}");
        }
    }
}
