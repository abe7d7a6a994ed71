//! From where a key may be used.

use std::net::IpAddr;
use std::str::FromStr as _;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The addresses from which a key may be used: at most [`Addresses::MOST`] addresses and networks of IPv4 and IPv6. Without any, it may
/// be used from everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
#[schemars(inline, with = "Vec<String>", extend("minItems" = 1, "maxItems" = 20))]
pub struct Addresses(Vec<IpNet>);

impl Addresses {
    /// How many there are at most.
    pub const MOST: usize = 20;

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request may come from `address`. Where there are some, one from nowhere may not.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        let is_among = |address: IpAddr| self.0.iter().any(|network| network.contains(&address));

        self.is_empty() || address.is_some_and(|address| is_among(address.to_canonical()))
    }

    /// Each as bytes: the length of the prefix, and the address.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let network = |network: &IpNet| {
            let address = match network.addr() {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            // A prefix of IPv6 is marked, since it may be as short as one of IPv4.
            let mark = if address.len() > 4 { SIX } else { 0 };
            std::iter::once(network.prefix_len() | mark).chain(address).collect::<Vec<_>>()
        };

        self.0.iter().flat_map(network).collect()
    }

    /// The addresses that [`Addresses::to_bytes`] has written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (mut rest, mut networks) = (bytes, Vec::new());
        while let Some((prefix, after)) = rest.split_first() {
            let is_six = *prefix & SIX != 0;
            let (address, after) = after.split_at_checked(if is_six { 16 } else { 4 })?;
            let address = match (<[u8; 4]>::try_from(address), <[u8; 16]>::try_from(address)) {
                (Ok(four), _) => IpAddr::from(four),
                (_, Ok(sixteen)) => IpAddr::from(sixteen),
                (Err(_), Err(_)) => return None,
            };
            // The longest prefix of IPv6, 128, is the mark itself: it is written as none.
            let length = match prefix & !SIX {
                0 if is_six => 128,
                length => length,
            };
            networks.push(IpNet::new(address, length).ok()?);
            rest = after;
        }

        Some(Self(networks))
    }
}

/// Marks the prefix of an IPv6 network.
const SIX: u8 = 0x80;

/// A network, as people write it.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = match IpNet::from_str(text) {
        Ok(network) => network,
        Err(_) => {
            text.parse::<IpAddr>().map(IpNet::from).or(Err("must have addresses like 203.0.113.7 or 2001:db8::/48"))?
        }
    };
    if network.prefix_len() == 0 {
        return Err("must not have a network that is everything: leave the list out");
    }
    if network.trunc() != network {
        return Err("must have networks without bits after their prefix: 203.0.113.0/24, not 203.0.113.7/24");
    }
    if matches!(network.addr(), IpAddr::V6(address) if address.to_ipv4_mapped().is_some()) {
        return Err("must have IPv4 addresses as such: 203.0.113.7, not ::ffff:203.0.113.7");
    }

    Ok(network)
}

impl TryFrom<Vec<String>> for Addresses {
    type Error = &'static str;

    fn try_from(texts: Vec<String>) -> Result<Self, &'static str> {
        if texts.is_empty() || texts.len() > Self::MOST {
            return Err("must have 1 to 20 addresses or networks");
        }
        let mut networks = texts.iter().map(|text| network(text)).collect::<Result<Vec<_>, _>>()?;
        networks.sort_unstable();
        networks.dedup();

        Ok(Self(networks))
    }
}

impl From<Addresses> for Vec<String> {
    fn from(Addresses(networks): Addresses) -> Self {
        let text = |network: IpNet| {
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().to_string()
            } else {
                network.to_string()
            }
        };

        networks.into_iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Addresses, &'static str> {
        texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().try_into()
    }

    #[test]
    fn what_is_no_address_or_everything_is_refused() {
        for text in [
            "",
            "localhost",
            "203.0.113",
            "203.0.113.256",
            "203.0.113.7/33",
            "203.0.113.7/24",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::1/64",
            "::ffff:203.0.113.7",
            "203.0.113.7:443",
            " 203.0.113.7",
        ] {
            assert!(read(&[text]).is_err(), "{text}");
        }
        assert!(read(&[]).is_err());
        let many: Vec<_> = (0..21).map(|number| format!("203.0.113.{number}")).collect();
        assert!(Addresses::try_from(many.clone()).is_err());
        assert!(Addresses::try_from(many.into_iter().take(20).collect::<Vec<_>>()).is_ok());
    }

    #[test]
    fn a_request_may_come_from_any_of_them_and_from_nowhere_else() {
        let addresses =
            read(&["203.0.113.7", "198.51.100.0/24", "2001:db8::/48", "2001:db8:1::1", "203.0.113.7/32"]).unwrap();
        let shown = ["198.51.100.0/24", "203.0.113.7", "2001:db8::/48", "2001:db8:1::1"];
        assert_eq!(Vec::from(addresses.clone()), shown);
        for (address, allowed) in [
            ("203.0.113.7", true),
            ("203.0.113.8", false),
            ("198.51.100.0", true),
            ("198.51.100.255", true),
            ("198.51.101.0", false),
            ("::ffff:198.51.100.9", true),
            ("2001:db8:0:ffff::1", true),
            ("2001:db8:1::1", true),
            ("2001:db8:1::2", false),
            ("::c633:6409", false),
        ] {
            assert_eq!(addresses.allow(Some(address.parse().unwrap())), allowed, "{address}");
        }
        assert!(!addresses.allow(None));
        assert!(Addresses::default().allow(None));
    }

    #[test]
    fn bytes_are_read_as_they_were_written() {
        for texts in [
            &["203.0.113.7"][..],
            &["128.0.0.0/1", "8000::/1", "2001:db8::1", "10.0.0.0/8"],
            &["2001:db8::/127", "2001:db8::/32"],
        ] {
            let addresses = read(texts).unwrap();
            let bytes = addresses.to_bytes();
            assert_eq!(Addresses::from_bytes(&bytes).as_ref(), Some(&addresses), "{texts:?}");
            assert_eq!(Addresses::from_bytes(bytes.get(..bytes.len() - 1).unwrap()), None, "{texts:?}");
        }
        assert_eq!(Addresses::from_bytes(&[]), Some(Addresses::default()));
    }
}
