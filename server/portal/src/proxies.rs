//! The proxies in front of this server, and where a request really came from.

use std::net::IpAddr;
use std::str::FromStr;

use crate::site::SiteError;

/// Proxies that are believed when they say where a request came from.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Network>);

#[derive(Clone, Copy, Debug)]
struct Network {
    base: u128,
    mask: u128,
}

impl Proxies {
    /// These addresses or networks.
    pub fn parse<T: AsRef<str>>(list: &[T]) -> Result<Self, SiteError> {
        list.iter()
            .map(|text| Network::parse(text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this address is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = bits(address);
        self.0.iter().any(|network| bits & network.mask == network.base)
    }

    /// Where a request came from: the peer, or, when a proxy of ours sent it, the last address in `X-Forwarded-For`
    /// that is not of ours. What clients write there themselves stands further left and is never reached.
    #[must_use]
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.contains(client) {
            return client;
        }
        for entry in forwarded_for
            .flat_map(|line| line.split(','))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            let Ok(address) = IpAddr::from_str(entry.trim()) else {
                break;
            };
            client = address.to_canonical();
            if !self.contains(client) {
                break;
            }
        }
        client
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self, SiteError> {
        let bad = || SiteError::Network(text.to_owned());
        let (address, length) = match text.split_once('/') {
            None => (text, None),
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| bad())?)),
        };
        let address = IpAddr::from_str(address).map_err(|_| bad())?;
        // IPv4 networks are kept in the mapped range, behind 96 bits.
        let (most, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(most);
        if length > most {
            return Err(bad());
        }
        let mask = u128::MAX.checked_shl(128 - before - length).unwrap_or(0);
        Ok(Self {
            base: bits(address) & mask,
            mask,
        })
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// What one person or household can easily have of addresses: the unit of limits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Neighborhood(u128);

impl From<IpAddr> for Neighborhood {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().to_bits()),
            IpAddr::V6(v6) => Self(v6.to_bits() & (u128::MAX << 64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_cannot_write_its_own_address() {
        let proxies = Proxies::parse(&["10.0.0.0/8", "192.0.2.7"]).unwrap();
        let at = |text: &str| IpAddr::from_str(text).unwrap();
        let client = |peer: &str, header: &[&str]| proxies.client(at(peer), header.iter().copied());
        // Nobody believes a stranger.
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), at("203.0.113.9"));
        // A proxy appends what it saw; what stood there before is the client's word.
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 203.0.113.9"]), at("203.0.113.9"));
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1", "203.0.113.9, 192.0.2.7"]),
            at("203.0.113.9")
        );
        // Two of ours and nothing else, or nonsense: the last thing that is certain.
        assert_eq!(client("10.0.0.1", &["10.0.0.2"]), at("10.0.0.2"));
        assert_eq!(client("10.0.0.1", &["203.0.113.9, nonsense"]), at("10.0.0.1"));
        assert_eq!(client("10.0.0.1", &[]), at("10.0.0.1"));
        assert_eq!(client("::ffff:10.0.0.1", &["203.0.113.9"]), at("203.0.113.9"));
    }

    #[test]
    fn networks_are_read_exactly() {
        let some = Proxies::parse(&["10.1.2.3/24", "2001:db8::/32"]).unwrap();
        for (address, inside) in [
            ("10.1.2.255", true),
            ("10.1.3.0", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(
                some.contains(IpAddr::from_str(address).unwrap()),
                inside,
                "{address}"
            );
        }
        assert!(
            Proxies::parse(&["0.0.0.0/0"])
                .unwrap()
                .contains(IpAddr::from_str("1.2.3.4").unwrap())
        );
        assert!(
            !Proxies::parse(&["0.0.0.0/0"])
                .unwrap()
                .contains(IpAddr::from_str("2001:db8::1").unwrap())
        );
        for text in ["", "10.0.0.0/33", "10.0.0", "10.0.0.0/x", "::/129"] {
            assert!(Proxies::parse(&[text]).is_err(), "{text}");
        }
    }
}
