//! Portal and relay together: a ticket opens a place once, and what takes a login away takes the place away.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use temoto_wire::relay::{Credential, Detached, Ended, FromServer, ToServer};

use crate::client::{Browser, connect};
use crate::running::{EMAIL, Installation, Server};

/// A WebSocket as far as these tests need one.
pub struct Socket(TcpStream);

impl Socket {
    pub fn open(server: &Server) -> Self {
        let mut stream = connect(server.address());
        let port = server.port;
        let upgrade = format!(
            "GET /relay HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: temoto.v1\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Self(stream)
    }

    pub fn attach(server: &Server, session: &Value) -> Self {
        let mut socket = Self::open(server);
        let ticket = URL_SAFE_NO_PAD
            .decode(session["ticket"].as_str().unwrap())
            .unwrap();
        socket.send(&ToServer::attach(Credential::Ticket(ticket)));
        socket
    }

    pub fn send(&mut self, message: &ToServer) {
        let bytes = message.encode();
        assert!(bytes.len() < 65_536);
        // Binary, whole, masked with zeros.
        let mut frame = vec![0x82, 0x80 | 126];
        frame.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&bytes);
        self.0.write_all(&frame).unwrap();
    }

    /// The next message that is none of the line's own.
    pub fn receive(&mut self) -> FromServer {
        loop {
            let mut head = [0; 2];
            self.0.read_exact(&mut head).unwrap();
            let length = match head[1] {
                126 => {
                    let mut long = [0; 2];
                    self.0.read_exact(&mut long).unwrap();
                    usize::from(u16::from_be_bytes(long))
                }
                short => usize::from(short),
            };
            let mut bytes = vec![0; length];
            self.0.read_exact(&mut bytes).unwrap();
            if head[0] != 0x82 {
                continue;
            }
            let message = FromServer::decode(&bytes).unwrap();
            let FromServer::Ping(nonce) = message else {
                return message;
            };
            self.send(&ToServer::Pong(nonce));
        }
    }
}

pub fn open(browser: &Browser<'_>) -> Value {
    let key = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    let reply = browser.post("/api/v1/sessions", &key);
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()
}

pub fn attached(message: &FromServer) -> [u8; 32] {
    let FromServer::Attached {
        participant: 0,
        resume: Some(resume),
        ..
    } = message
    else {
        panic!("{message:?}");
    };
    *resume
}

#[test]
fn a_ticket_opens_the_consoles_place_once() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    attached(&console.receive());
    let mut thief = Socket::attach(&server, &session);
    assert_eq!(thief.receive(), FromServer::Detached(Detached::Credential));
    // The place is still the first one's.
    console.send(&ToServer::Ping([7; 8]));
    assert_eq!(console.receive(), FromServer::Pong([7; 8]));
}

#[test]
fn a_console_comes_back_to_a_server_that_was_killed() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    let resume = attached(&console.receive());
    server.kill();
    let server = installation.serve(&[]);
    let mut console = Socket::open(&server);
    console.send(&ToServer::attach(Credential::Resume(resume)));
    let message = console.receive();
    assert!(
        matches!(message, FromServer::Attached { participant: 0, .. }),
        "{message:?}"
    );
    let mut thief = Socket::attach(&server, &session);
    assert_eq!(
        thief.receive(),
        FromServer::Detached(Detached::Credential),
        "used is used"
    );
}

#[test]
fn logging_out_detaches_and_logging_in_again_lets_nobody_back_by_the_old_login() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    let resume = attached(&console.receive());
    assert_eq!(browser.post("/api/v1/logout", &json!({})).status, 204);
    assert_eq!(console.receive(), FromServer::Detached(Detached::SignedOut));
    let mut console = Socket::open(&server);
    console.send(&ToServer::attach(Credential::Resume(resume)));
    assert_eq!(console.receive(), FromServer::Detached(Detached::SignedOut));
}

#[test]
fn logging_in_again_in_the_same_browser_keeps_the_place() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let mut browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    let resume = attached(&console.receive());
    let login = json!({ "email": EMAIL, "password": crate::running::PASSWORD });
    let again = browser.post("/api/v1/login", &login);
    assert_eq!(again.status, 200);
    browser.cookie = again.cookies();
    let mut back = Socket::open(&server);
    back.send(&ToServer::attach(Credential::Resume(resume)));
    let message = back.receive();
    assert!(
        matches!(message, FromServer::Attached { participant: 0, .. }),
        "{message:?}"
    );
}

#[test]
fn a_person_who_is_disabled_on_the_command_line_is_detached() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    attached(&console.receive());
    assert!(installation.run(&["user", "disable", "--email", EMAIL], "").ok);
    assert_eq!(console.receive(), FromServer::Detached(Detached::SignedOut));
}

#[test]
fn ending_a_session_tells_who_is_in_it() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    attached(&console.receive());
    let path = format!("/api/v1/sessions/{}/end", session["session"].as_str().unwrap());
    assert_eq!(browser.post(&path, &json!({})).status, 204);
    assert_eq!(console.receive(), FromServer::Ended(Ended::Console));
}

#[test]
fn a_stopping_server_tells_consoles_when_to_come_back() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let session = open(&browser);
    let mut console = Socket::attach(&server, &session);
    attached(&console.receive());
    let stopping = std::thread::spawn(move || server.terminate());
    assert!(matches!(console.receive(), FromServer::Drain { .. }));
    assert!(stopping.join().unwrap().success());
}

#[test]
fn a_foreign_page_opens_no_socket() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let mut stream = connect(server.address());
    let upgrade = format!(
        "GET /relay HTTP/1.1\r\nhost: localhost:{}\r\norigin: https://evil.example\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: temoto.v1\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.port
    );
    stream.write_all(upgrade.as_bytes()).unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 403");
}
