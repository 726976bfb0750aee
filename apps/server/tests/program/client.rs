//! The smallest client: one request over one socket, and what came back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::running::{EMAIL, PASSWORD, Server};

/// Nothing here takes so long; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// `name=value; …` of the cookies that were set.
    pub fn cookies(&self) -> String {
        let set = self
            .head
            .lines()
            .filter_map(|line| line.strip_prefix("set-cookie: "));
        let pairs: Vec<_> = set.map(|line| line.split(';').next().unwrap()).collect();
        pairs.join("; ")
    }
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Writes a request and reads until the other end closes.
pub fn exchange(mut stream: impl Read + Write, request: &str) -> Reply {
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // A reset after the answer is an end too.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Reply {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// A request as a page of the server at `origin` sends it.
pub fn request(origin: &str, method: &str, path: &str, cookie: &str, body: Option<&Value>) -> String {
    let host = origin.split_once("://").unwrap().1;
    let body = body.map(ToString::to_string).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncookie: {cookie}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub struct Browser<'a> {
    server: &'a Server,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    pub fn new(server: &'a Server) -> Self {
        Self {
            server,
            cookie: String::new(),
        }
    }

    pub fn logged_in(server: &'a Server) -> Self {
        let mut this = Self::new(server);
        let reply = this.post("/api/v1/login", &json!({ "email": EMAIL, "password": PASSWORD }));
        assert_eq!(reply.status, 200, "{}", reply.body);
        this.cookie = reply.cookies();
        this
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(body))
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let origin = format!("http://localhost:{}", self.server.port);
        let text = request(&origin, method, path, &self.cookie, body);
        exchange(connect(self.server.address()), &text)
    }
}
