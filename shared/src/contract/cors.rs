//! The pages whose scripts a browser lets call this API and read its answers, by cross-origin resource sharing as the
//! Fetch standard has it: a contract's section `[cors]`. It lets nobody in and keeps nobody out: a key decides that.

use lambda_http::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN, VARY};
use lambda_http::http::{HeaderMap, HeaderValue};

/// The pages that may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// All pages.
    Any,
    /// The pages of these origins.
    Only(Vec<String>),
}

impl Cors {
    /// Reads a contract's `origins`: `*` alone, or origins in the form that browsers send, `https://shop.example:8443`.
    pub(crate) fn read(origins: Vec<String>) -> Option<Self> {
        if origins.iter().any(|origin| origin == "*") {
            return (origins.len() == 1).then_some(Self::Any);
        }

        (!origins.is_empty() && origins.iter().all(|origin| is_origin(origin))).then_some(Self::Only(origins))
    }

    pub(crate) fn allows(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::Only(origins) => origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()),
        }
    }

    /// Adds to an answer the headers that a browser needs; `asked` are those of the request. Headers that do not depend
    /// on the page are always there, and one that does says so: an answer may be kept, and used for another page.
    pub(crate) fn add(&self, asked: &HeaderMap, headers: &mut HeaderMap) {
        let any = HeaderValue::from_static("*");
        let allowed = match self {
            Self::Any => Some(any.clone()),
            Self::Only(_) => {
                headers.insert(VARY, HeaderValue::from_static("origin"));
                asked.get(ORIGIN).filter(|origin| self.allows(origin)).cloned()
            }
        };
        if let Some(allowed) = allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            // Scripts may read all headers: otherwise they do not see what is left of a limit, and when to come back.
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, any);
        }
    }
}

/// Whether a browser would write an origin like this: a scheme, a host in lower case, and a port if it is not the
/// scheme's.
pub(super) fn is_origin(origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let is_host = !host.is_empty() && host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    let usual = if scheme == "https" { "443" } else { "80" };
    let is_port = port.is_none_or(|port| {
        port != usual && !port.starts_with('0') && port.parse::<u16>().is_ok() && !port.starts_with('+')
    });

    matches!(scheme, "http" | "https") && is_host && is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_send_them() {
        for (origin, good) in [
            ("https://shop.example", true),
            ("https://shop.example:8443", true),
            ("http://localhost:5173", true),
            ("http://127.0.0.1:3000", true),
            ("https://xn--bcher-kva.example", true),
            ("https://shop.example/", false),
            ("https://shop.example:443", false),
            ("http://shop.example:80", false),
            ("https://shop.example:0443", false),
            ("https://shop.example:+1", false),
            ("https://shop.example:65536", false),
            ("https://shop.example:", false),
            ("https://Shop.example", false),
            ("https://*.shop.example", false),
            ("https://me@shop.example", false),
            ("ftp://shop.example", false),
            ("shop.example", false),
            ("https://", false),
            ("null", false),
            ("", false),
        ] {
            let read = Cors::read(vec![origin.to_owned()]);
            assert_eq!(read, good.then(|| Cors::Only(vec![origin.to_owned()])), "{origin}");
        }
        let all = |origins: &[&str]| Cors::read(origins.iter().map(|&origin| origin.to_owned()).collect());
        assert_eq!(all(&["*"]), Some(Cors::Any));
        assert_eq!(all(&["*", "https://shop.example"]), None);
        assert_eq!(all(&[]), None);
    }
}
