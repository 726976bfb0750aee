//! The operator's browser as far as this story needs one: logs in, opens a session. Goes through the proxy like everything.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use crate::server::{EMAIL, PASSWORD, PATIENCE};

/// A browser that is logged in.
pub struct Browser {
    address: SocketAddr,
    authority: String,
    cookies: String,
}

impl Browser {
    /// Logs in.
    ///
    /// # Panics
    /// The server does not let the operator in.
    #[must_use]
    pub fn logged_in(address: SocketAddr, authority: String) -> Self {
        let mut browser = Self {
            address,
            authority,
            cookies: String::new(),
        };
        let login = json!({ "email": EMAIL, "password": PASSWORD });
        let (status, head, body) = browser.send("POST", "/api/v1/login", &login.to_string());
        assert_eq!(status, 200, "{body}");
        let set = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let pairs: Vec<_> = set.filter_map(|line| line.split(';').next()).collect();
        browser.cookies = pairs.join("; ");
        browser
    }

    /// Opens a session for a console with this key (base64).
    ///
    /// # Panics
    /// The server refuses.
    #[must_use]
    pub fn open_session(&self, console_key: &str) -> Value {
        let (status, _, body) = self.send(
            "POST",
            "/api/v1/sessions",
            &json!({ "console_key": console_key }).to_string(),
        );
        assert_eq!(status, 201, "{body}");
        serde_json::from_str(&body).expect("the interface speaks JSON")
    }

    /// Who is logged in, and what is open: more places where a server could say too much.
    ///
    /// # Panics
    /// The server refuses.
    #[must_use]
    pub fn look(&self) -> String {
        let paths = ["/api/v1/me", "/api/v1/sessions"];
        paths.map(|path| self.send("GET", path, "").2).concat()
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let (host, cookies, length) = (&self.authority, &self.cookies, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookies}\r\n\
             connection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(self.address).expect("the proxy listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a duration");
        stream.write_all(request.as_bytes()).expect("an open line");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), head.to_owned(), body.to_owned())
    }
}
