//! Where a webhook may be. Customers choose these addresses, and the stack calls them from where it runs: nothing that is
//! only reachable from there may be among them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lambda_http::http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most characters of an address.
const LONGEST: usize = 500;

/// What names end in that are given to nobody on the internet.
const INSIDE: [&str; 5] = [".localhost", ".localdomain", ".local", ".internal", ".home.arpa"];

/// An absolute URL, whose host may be allowed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "uri", "maxLength" = LONGEST))]
pub struct Address(String);

/// `host:port`s that may be called over plain HTTP, wherever they are: for trying things on one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestHosts(Vec<String>);

impl TestHosts {
    /// Those in a list with commas between.
    pub fn new(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_ascii_lowercase).collect())
    }

    /// Whether this host and port are among them.
    pub fn have(&self, host: &str, port: u16) -> bool {
        let named = format!("{}:{port}", host.to_ascii_lowercase());

        self.0.contains(&named)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Address {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        const WRONG: &str = "must be a URL like https://example.com/hooks, of at most 500 characters";

        let uri: Uri = text.parse().or(Err(WRONG))?;
        let authority = uri.authority().ok_or(WRONG)?;
        // What is no number up to 65,535 is no port.
        let has_port = authority.as_str().len() > authority.host().len();
        let is_http = matches!(uri.scheme_str(), Some("https" | "http"));
        let has_fragment = text.contains('#');
        if authority.as_str().contains('@') {
            return Err("must have no name and password in it");
        }
        let is_port = authority.port_u16().is_some() || !has_port;
        if text.len() > LONGEST || !is_http || authority.host().is_empty() || has_fragment || !is_port {
            return Err(WRONG);
        }

        Ok(Self(text))
    }
}

impl Address {
    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL, its host without brackets, and its port.
    pub fn parts(&self) -> Option<(Uri, String, u16)> {
        let uri: Uri = self.0.parse().ok()?;
        let is_https = uri.scheme_str() == Some("https");
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = match uri.authority()?.port() {
            None => {
                if is_https {
                    443
                } else {
                    80
                }
            }
            Some(port) => port.as_str().parse().ok()?,
        };

        Some((uri, host, port))
    }

    /// Whether events may be sent there, as far as the URL itself can tell: what its host's name stands for is seen each time
    /// something is sent.
    ///
    /// # Errors
    /// Says why not.
    pub fn check(&self, test_hosts: &TestHosts) -> Result<(), &'static str> {
        const NOWHERE: &str = "must be a URL whose host is a name or an address, as in https://example.com/hooks";

        let (uri, host, port) = self.parts().ok_or("must be a URL")?;
        if test_hosts.have(&host, port) {
            return Ok(());
        }
        if uri.scheme_str() != Some("https") {
            return Err("must begin with https://");
        }
        if port != 443 && port < 1024 {
            return Err("must have the port 443, or one from 1024 on");
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        // A number that is written with a sign is a port for us, and none for others.
        let is_port_written = authority.rsplit_once(':').is_none_or(|(_, port)| !port.starts_with('+'));
        let host = Host::read(uri.host().unwrap_or_default()).filter(|_| is_port_written).ok_or(NOWHERE)?;

        if host.may_lead_out() { Ok(()) } else { Err("must be reachable from the internet") }
    }
}

/// The host of a URL.
enum Host {
    /// In lower case, without a dot at its end.
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// The host that is written like this. What resolvers take for an address although it is written in another way than
    /// with four numbers, `127.1`, `2130706433` or `0x7f.1`, is none, and neither is it a name.
    fn read(written: &str) -> Option<Self> {
        if let Some(inner) = written.strip_prefix('[') {
            return Some(Self::Address(IpAddr::V6(inner.strip_suffix(']')?.parse().ok()?)));
        }
        let name = written.strip_suffix('.').unwrap_or(written).to_ascii_lowercase();
        let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
        let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_letter);
        if name.len() > 253 || !name.split('.').all(is_label) {
            return None;
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_number = last.starts_with("0x") || last.bytes().all(|digit| digit.is_ascii_digit());
        if is_number { Some(Self::Address(IpAddr::V4(name.parse().ok()?))) } else { Some(Self::Name(name)) }
    }

    /// Whether it may be on the internet, as far as that can be told without asking what a name stands for.
    fn may_lead_out(&self) -> bool {
        match self {
            Self::Address(address) => is_public(*address),
            // A name without a dot is one of the machine or of its network.
            Self::Name(name) => name.contains('.') && !INSIDE.iter().any(|end| name.ends_with(end)),
        }
    }
}

/// Whether `address` is one that anybody on the internet can reach: none that is private, of this machine or link, shared
/// by a carrier, for documentation, reserved, or that stands for another one (RFC 6890 and IANA's registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    // This network, this machine, private networks, this link.
    let is_inside = matches!((first, second), (0 | 10 | 127, _) | (172, 16..=31) | (192, 168) | (169, 254));
    let is_carriers = matches!((first, second), (100, 64..=127));
    // Protocols, documentation, relays, measurements.
    let is_special = matches!(
        (first, second, third),
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (198, 18 | 19, _) | (203, 0, 113)
    );
    let is_multicast_or_reserved = first >= 224;

    !is_inside && !is_carriers && !is_special && !is_multicast_or_reserved
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // What is given out for use on the internet, and nothing else: not loopback, unique local, link-local or mapped.
    let is_given_out = matches!(first, 0x2000..=0x3fff);
    // Protocols and Teredo, documentation, 6to4: Teredo and 6to4 stand for IPv4 addresses.
    let is_special = matches!((first, second), (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff));

    is_given_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_anybody_can_reach_are_public() {
        for (address, expected) in [
            ("8.8.8.8", true),
            ("1.1.1.1", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("100.63.0.1", true),
            ("100.128.0.1", true),
            ("169.253.0.1", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("127.0.0.1", false),
            ("127.255.0.9", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("169.254.100.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("192.0.0.192", false),
            ("192.0.2.1", false),
            ("198.51.100.7", false),
            ("203.0.113.9", false),
            ("192.88.99.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450::1", true),
            ("::", false),
            ("::1", false),
            ("::ffff:8.8.8.8", false),
            ("::ffff:127.0.0.1", false),
            ("::8.8.8.8", false),
            ("64:ff9b::7f00:1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("3fff::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    fn told(url: &str, hosts: &str) -> Result<(), &'static str> {
        Address::try_from(url.to_owned())?.check(&TestHosts::new(hosts))
    }

    #[test]
    fn a_url_must_be_https_and_lead_out() {
        for url in [
            "https://example.com/hooks?x=1",
            "https://example.com:8443/",
            "https://8.8.8.8/",
            "https://[2a00:1450::1]/",
            "https://Example.COM./",
            "https://hooks_1.a-b.example.com/",
            "https://1.2.3.example/",
            "https://xn--bcher-kva.example/",
            "https://127.0.0.1.example.com/",
            "https://0x7f.example.com/",
        ] {
            assert_eq!(told(url, ""), Ok(()), "{url}");
        }
        for url in [
            "",
            "example.com",
            "/hooks",
            "ftp://example.com/",
            "http://example.com/",
            "https:///x",
            "https://a@example.com/",
            "https://user:secret@example.com/",
            "https://example.com:22/",
            "https://example.com:99999/",
            "https://localhost/",
            "https://LOCALHOST:9001/",
            "https://localhost./",
            "https://a.localhost/",
            "https://api.internal/",
            "https://127.0.0.1:9001/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest",
            "https://example.com/#here",
            "https://example.com/ x",
            "https://exa mple.com/",
            "javascript:alert(1)",
        ] {
            assert!(told(url, "").is_err(), "{url}");
        }
        assert!(told(&format!("https://example.com/{}", "x".repeat(500)), "").is_err());
    }

    #[test]
    fn a_host_is_a_name_on_the_internet_or_an_address_as_everybody_writes_it() {
        for url in [
            "https://127.0.0.1./",
            "https://127.1/",
            "https://127.0.1/",
            "https://127.0.0.1.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0x7f000001/",
            "https://0X7F.0.0.0X1/",
            "https://0177.0.0.1/",
            "https://010.8.8.8/",
            "https://8.8.8.256/",
            "https://example.0x/",
            "https://example.1/",
            "https://[]/",
            "https://[:::1]/",
            "https://[127.0.0.1]/",
            "https://[8.8.8.8]/",
            "https://[v1.a]/",
            "https://[::1/",
            "https://$/",
            "https://a!b.example/",
            "https://*.example.com/",
            "https://a%2eexample.com/",
            "https://bücher.example/",
            "https://./",
            "https://../",
            "https://.example.com/",
            "https://example..com/",
            "https://example.com../",
            "https://intranet/",
            "https://localhost.localdomain/",
            "https://router.home.arpa/",
            "https://printer.local./",
            "https://example.com:+443/",
            "https://example.com:-1/",
            "https://example.com:/",
            "https://[2a00:1450::1]:+443/",
        ] {
            assert!(told(url, "").is_err(), "{url}");
        }
        assert!(told(&format!("https://{}.example.com/", "x".repeat(64)), "").is_err());
        assert!(told(&format!("https://{}example.com/", "x.".repeat(130)), "").is_err());
    }

    #[test]
    fn a_test_host_is_allowed_by_its_name_and_port_alone() {
        assert_eq!(told("http://127.0.0.1:8001/x", "localhost:8000, 127.0.0.1:8001"), Ok(()));
        assert_eq!(told("http://LOCALHOST:8000/", "localhost:8000"), Ok(()));
        for url in ["http://127.0.0.1:8002/", "http://127.0.0.1/", "http://localhost:8001/"] {
            assert!(told(url, "localhost:8000,127.0.0.1:8001").is_err(), "{url}");
        }
    }
}
