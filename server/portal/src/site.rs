//! How people and programs reach this server: its one public address and the other names it answers to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Why an address, a name or a proxy is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SiteError {
    /// Not `http(s)://host[:port]`.
    #[error("{0:?} is not of the form https://name or https://name:port, in lower case, without a path")]
    Url(String),
    /// Not `host[:port]`.
    #[error("{0:?} is not a host name or host:port in lower case; write international names as xn--…")]
    Name(String),
    /// Not an address or a network.
    #[error("{0:?} is not an IP address or a network like 10.0.0.0/8")]
    Network(String),
}

/// The server's public address and other names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site {
    secure: bool,
    authority: String,
    names: Vec<String>,
    strict_transport: bool,
}

impl Site {
    /// The site at this address, also reached under these names (`host[:port]`).
    pub fn new(public_url: &str, names: &[String]) -> Result<Self, SiteError> {
        let bad = || SiteError::Url(public_url.to_owned());
        let url = public_url.strip_suffix('/').unwrap_or(public_url);
        let (secure, authority) = match url.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            _ => return Err(bad()),
        };
        if !is_authority(authority) {
            return Err(bad());
        }
        let authority = without_default_port(authority, secure).to_owned();
        let mut others = Vec::new();
        for name in names {
            if !is_authority(name) {
                return Err(SiteError::Name(name.clone()));
            }
            let name = without_default_port(name, secure);
            if name != authority && !others.iter().any(|known| known == name) {
                others.push(name.to_owned());
            }
        }
        Ok(Self {
            secure,
            authority,
            names: others,
            strict_transport: false,
        })
    }

    /// Tells browsers to insist on TLS from now on. Not for self-signed certificates: then nobody could click through.
    #[must_use]
    pub const fn with_strict_transport(mut self) -> Self {
        self.strict_transport = self.secure;
        self
    }

    /// Whether browsers are told to insist on TLS.
    #[must_use]
    pub const fn strict_transport(&self) -> bool {
        self.strict_transport
    }

    /// Whether browsers speak TLS to this site.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// `scheme://host[:port]`, as browsers send it in `Origin`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url("")
    }

    /// The public address with this path, which begins with `/` or is empty.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.authority)
    }

    /// The host name alone, without a port.
    #[must_use]
    pub fn host(&self) -> String {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host.to_owned(),
            Some(_) | None => self.authority.clone(),
        }
    }

    /// Whether this `Host` is the public one.
    #[must_use]
    pub fn is_public_host(&self, host: &str) -> bool {
        self.canonical(host) == self.authority
    }

    /// Whether this `Host` is one that programs may have dialled.
    #[must_use]
    pub fn is_known_host(&self, host: &str) -> bool {
        let host = self.canonical(host);
        host == self.authority || self.names.contains(&host)
    }

    /// `host[:port]` of every name, the public one first.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        std::iter::once(&self.authority)
            .chain(&self.names)
            .cloned()
            .collect()
    }

    fn canonical(&self, host: &str) -> String {
        without_default_port(&host.to_ascii_lowercase(), self.secure).to_owned()
    }
}

fn without_default_port(authority: &str, secure: bool) -> &str {
    let default = if secure { ":443" } else { ":80" };
    authority.strip_suffix(default).unwrap_or(authority)
}

/// `host[:port]` with a name, an IPv4 address or an IPv6 address in brackets.
fn is_authority(text: &str) -> bool {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, rest)) = rest.split_once(']') else {
            return false;
        };
        if Ipv6Addr::from_str(address).is_err() {
            return false;
        }
        match rest.strip_prefix(':') {
            Some(port) => ("v6", Some(port)),
            None if rest.is_empty() => return true,
            None => return false,
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let port_ok = port.is_none_or(|port| {
        port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) && port.parse().is_ok_and(|n: u16| n != 0)
    });
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    port_ok && host.len() <= 253 && host.split('.').all(label)
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// Whether `host[:port]` names this machine to itself.
#[must_use]
pub(crate) fn is_loopback_authority(authority: &str) -> bool {
    let host = if authority.starts_with('[') {
        authority.split_inclusive(']').next().unwrap_or(authority)
    } else {
        authority.split(':').next().unwrap_or(authority)
    };
    host == "localhost"
        || host == "[::1]"
        || host.ends_with(".localhost")
        || Ipv4Addr::from_str(host).is_ok_and(|v4| v4.is_loopback())
}

impl Site {
    /// Whether the public address is this machine's own.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_authority(&self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> Site {
        Site::new(url, &[]).unwrap()
    }

    #[test]
    fn a_public_address_is_scheme_host_and_port() {
        assert_eq!(
            site("https://support.example.com:443/").origin(),
            "https://support.example.com"
        );
        assert_eq!(
            site("http://localhost:8080").url("/join"),
            "http://localhost:8080/join"
        );
        assert_eq!(
            site("https://[2001:db8::1]:8443").origin(),
            "https://[2001:db8::1]:8443"
        );
        for url in [
            "",
            "support.example.com",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://A.example",
            "https://a:0",
            "https://a:99999",
            "https://a@b",
            "https://-a",
            "https://a..b",
            "https://[::1",
            "https://例え.jp",
            "https://a?x",
            "https://a#x",
            "https://a b",
        ] {
            assert!(Site::new(url, &[]).is_err(), "{url}");
        }
    }

    #[test]
    fn programs_may_dial_other_names_but_pages_have_one() {
        let names = ["help.example.com".to_owned(), "10.0.0.5:8443".to_owned()];
        let site = Site::new("https://support.example.com", &names).unwrap();
        assert!(site.is_public_host("Support.Example.com:443"));
        assert!(!site.is_public_host("help.example.com"));
        assert!(site.is_known_host("help.example.com"));
        assert!(site.is_known_host("10.0.0.5:8443"));
        assert!(!site.is_known_host("10.0.0.5"));
        assert!(!site.is_known_host("support.example.com.evil.example"));
        assert_eq!(site.hosts().len(), 3);
    }
}
