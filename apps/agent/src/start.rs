//! From the program's own name, or from what the customer types, to where to dial and how to join.

use temoto_crypto::file_name::{FileName, Host, authority, parse_authority};
use temoto_transport::{Endpoint, Trust};

/// A server and a token, as the name has them.
pub struct Server {
    /// Where to dial.
    pub endpoint: Endpoint,
    /// The one-time token, as letters.
    pub token: String,
}

/// How the program begins.
pub enum Start {
    /// It joins by the token of its name.
    Token(Server),
    /// Its name says nothing: it asks for server and code.
    Ask,
}

impl Start {
    /// What a name says; nonsense is as good as nothing.
    pub fn of_name(name: &str) -> Self {
        let Ok(name) = FileName::parse(name) else {
            return Self::Ask;
        };
        let trust = match name.key {
            Some(key) => Trust::Pinned(key),
            None => trust(&name.host),
        };
        let endpoint = endpoint(&name.host, name.port, trust);
        Self::Token(Server {
            endpoint,
            token: name.token.letters().to_string(),
        })
    }
}

/// Where a server is that the customer typed: `host[:port]`, also with `https://` before it and a path behind.
pub fn typed_server(text: &str) -> Option<Endpoint> {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split('/').next().unwrap_or_default();
    let (host, port) = parse_authority(text).ok()?;
    let trust = trust(&host);
    Some(endpoint(&host, port, trust))
}

/// Only this very machine is dialed without TLS.
fn trust(host: &Host) -> Trust {
    if host.is_loopback() {
        Trust::Loopback
    } else {
        Trust::System
    }
}

fn endpoint(host: &Host, port: Option<u16>, trust: Trust) -> Endpoint {
    let usual = if trust == Trust::Loopback { 80 } else { 443 };
    let dialed = match host {
        Host::Name(name) => name.clone(),
        Host::V4(address) => address.to_string(),
        Host::V6(address) => address.to_string(),
    };
    Endpoint {
        host: dialed,
        port: port.unwrap_or(usual),
        trust,
        authority: authority(host, port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_downloaded_name_leads_to_its_server() {
        let Start::Token(server) = Start::of_name("temoto_localhost_8099_vx02k57wkt6rrs35ngq4bwygqwzw (1)")
        else {
            panic!("the name holds a token");
        };
        assert_eq!(server.endpoint.authority, "localhost:8099");
        assert_eq!(server.endpoint.trust, Trust::Loopback);
        assert_eq!(server.token, "vx02k57wkt6rrs35ngq4bwygqwzw");
    }

    #[test]
    fn nonsense_in_the_name_asks() {
        for name in [
            "temoto",
            "",
            "temoto_",
            "temoto_a_b_c_d_e",
            "setup.exe",
            "temoto_例え_x",
        ] {
            assert!(matches!(Start::of_name(name), Start::Ask), "{name}");
        }
    }

    #[test]
    fn a_typed_server_is_dialed_with_tls_unless_it_is_this_machine() {
        let typed = typed_server(" https://Support.Example.jp/join ").expect("a server");
        assert_eq!(
            (typed.authority.as_str(), typed.port),
            ("support.example.jp", 443)
        );
        assert_eq!(typed.trust, Trust::System);
        assert_eq!(
            typed_server("127.0.0.1:8080").map(|e| e.trust),
            Some(Trust::Loopback)
        );
        assert_eq!(typed_server("no such host"), None);
    }
}
