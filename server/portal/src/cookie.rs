//! Three cookies: the login, the mark of a device that its owner logged in from, and that of a browser that a
//! registration began in. Each holds a random token and nothing else; the server keeps their hashes.

use axum::http::{HeaderMap, HeaderValue, header};
use temoto_model::login::{DEVICE_LIFE, VERIFY_LINK_LIFE};
use temoto_model::secret::Token;
use temoto_model::{Secret, TokenHash};

use crate::site::Site;

/// A cookie's name without the prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cookie {
    /// The login; goes when the browser closes.
    Login,
    /// The known device; stays.
    Device,
    /// The browser that a registration began in; stays as long as its mail is good.
    Registration,
}

impl Cookie {
    fn name(self, site: &Site) -> &'static str {
        // With `__Host-` a browser takes it over TLS only, from this host only.
        match (self, site.is_secure()) {
            (Self::Login, true) => "__Host-temoto",
            (Self::Login, false) => "temoto",
            (Self::Device, true) => "__Host-temoto-device",
            (Self::Device, false) => "temoto-device",
            (Self::Registration, true) => "__Host-temoto-registration",
            (Self::Registration, false) => "temoto-registration",
        }
    }

    /// The token in a request, if there is exactly one that looks like ours.
    pub(crate) fn read(self, site: &Site, headers: &HeaderMap) -> Option<Token> {
        let name = self.name(site);
        let mut found = headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name);
        let (_, value) = found.next()?;
        // Two of the same name: somebody planted one, and which is the right one nobody can tell.
        if found.next().is_some() {
            return None;
        }
        let ours = value.len() == 64
            && value
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        ours.then(|| Secret::new(value.to_owned()))
    }

    /// The hash of [`Cookie::read`].
    pub(crate) fn read_hash(self, site: &Site, headers: &HeaderMap) -> Option<TokenHash> {
        self.read(site, headers)
            .map(|token| TokenHash::of(token.expose()))
    }

    /// The header that sets it.
    pub(crate) fn set(self, site: &Site, token: &Token) -> HeaderValue {
        let age = match self {
            Self::Login => String::new(),
            Self::Device => format!("; Max-Age={}", DEVICE_LIFE.as_secs()),
            Self::Registration => format!("; Max-Age={}", VERIFY_LINK_LIFE.as_secs()),
        };
        self.header(site, token.expose(), &age)
    }

    /// The header that removes it.
    pub(crate) fn remove(self, site: &Site) -> HeaderValue {
        self.header(site, "", "; Max-Age=0")
    }

    fn header(self, site: &Site, value: &str, age: &str) -> HeaderValue {
        let secure = if site.is_secure() { "; Secure" } else { "" };
        let text = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}",
            self.name(site)
        );
        // Of letters, digits and our own punctuation only.
        let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_over_tls_is_bound_to_the_host() {
        let site = Site::new("https://a.example", &[]).unwrap();
        let token = Secret::new("a".repeat(64));
        let set = Cookie::Login.set(&site, &token);
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-temoto=aaaa"));
        assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
        assert!(!text.contains("Domain"));
    }

    #[test]
    fn a_planted_second_cookie_makes_neither_count() {
        let site = Site::new("http://localhost:8080", &[]).unwrap();
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let read = |lines: &[&str]| {
            Cookie::Login
                .read(&site, &headers(lines))
                .map(|t| t.expose().clone())
        };
        assert_eq!(read(&[&format!("x=1; temoto={a}; y=2")]), Some(a.clone()));
        assert_eq!(read(&[&format!("temoto={a}; temoto={b}")]), None);
        assert_eq!(read(&[&format!("temoto={a}"), &format!("temoto={b}")]), None);
        assert_eq!(read(&[&format!("temoto-device={a}")]), None);
        assert_eq!(read(&["temoto=short"]), None);
        assert_eq!(read(&[&format!("temoto={}", "A".repeat(64))]), None);
    }
}
