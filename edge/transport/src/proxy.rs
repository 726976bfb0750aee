//! Outbound HTTP proxies: found in the environment, passed by `CONNECT` (RFC 9110, 9.3.6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::TransportError;

/// Longest answer of a proxy to `CONNECT`, in bytes.
const ANSWER_BYTES: usize = 8 * 1024;

/// An HTTP proxy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proxy {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `user:password`, if it wants one.
    credentials: Option<String>,
}

impl Proxy {
    /// The proxy that the environment names for a TLS connection to `host`, as `curl` reads it.
    #[must_use]
    pub fn from_environment(host: &str) -> Option<Self> {
        let read = |name: &str| {
            std::env::var(name.to_uppercase())
                .or_else(|_| std::env::var(name))
                .ok()
                .filter(|value| !value.is_empty())
        };
        let spared = read("no_proxy").is_some_and(|list| is_spared(&list, host));
        if spared {
            None
        } else {
            Self::parse(&read("https_proxy").or_else(|| read("all_proxy"))?)
        }
    }

    /// `http://[user:password@]host[:port]`; other kinds of proxies are `None`.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = match url.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return None,
            None => url,
        };
        let rest = rest.trim_end_matches('/');
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials.to_owned()), place),
            None => (None, rest),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, 80),
        };
        (!host.is_empty()).then(|| Self {
            host: host.to_owned(),
            port,
            credentials,
        })
    }

    /// Asks for a way through to `authority` on an open connection to the proxy.
    pub(crate) async fn connect(
        &self,
        stream: &mut TcpStream,
        host: &str,
        port: u16,
    ) -> Result<(), TransportError> {
        let bracketed = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let mut request = format!("CONNECT {bracketed}:{port} HTTP/1.1\r\nHost: {bracketed}:{port}\r\n");
        if let Some(credentials) = &self.credentials {
            request.push_str(&format!(
                "Proxy-Authorization: Basic {}\r\n",
                STANDARD.encode(credentials)
            ));
        }
        request.push_str("\r\n");
        let broken = |source| TransportError::Unreachable {
            host: self.host.clone(),
            source,
        };
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        // Byte by byte: what comes after the empty line belongs to the server already.
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() >= ANSWER_BYTES {
                return Err(TransportError::Proxy("its answer is too long".to_owned()));
            }
            answer.push(stream.read_u8().await.map_err(broken)?);
        }
        let line = String::from_utf8_lossy(&answer)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        match line.split(' ').nth(1) {
            Some(status) if status.starts_with('2') => Ok(()),
            _ => Err(TransportError::Proxy(line)),
        }
    }
}

/// Whether `host` is in a `no_proxy` list.
fn is_spared(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let entry = entry.trim_start_matches('.');
        entry == "*" || host == entry || (!entry.is_empty() && host.ends_with(&format!(".{entry}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read_as_curl_reads_them() {
        let proxy = Proxy::parse("http://user:p%40ss@proxy.example:3128/").expect("a proxy");
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        assert_eq!(Proxy::parse("proxy.example").map(|p| p.port), Some(80));
        assert_eq!(Proxy::parse("socks5://proxy.example:1080"), None);
        assert_eq!(Proxy::parse("http://:80"), None);
    }

    #[test]
    fn spared_hosts_are_dialed_without_a_proxy() {
        assert!(is_spared("localhost, .example.jp", "help.example.jp"));
        assert!(is_spared("example.jp", "example.jp"));
        assert!(!is_spared("example.jp", "badexample.jp"));
        assert!(!is_spared("", "example.jp"));
        assert!(is_spared("*", "anything"));
    }
}
