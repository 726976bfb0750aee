//! A client that does not go on is not waited for, and one address does not take all places.

use std::io::{Read as _, Write as _};

use crate::client::{Browser, connect, exchange};
use crate::running::Installation;

/// Whether the other end closes; reading fails the test when it waits too long.
fn is_closed(mut stream: std::net::TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_client_that_says_nothing_is_hung_up_on() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    assert!(is_closed(connect(server.address())));
    let mut half = connect(server.address());
    half.write_all(b"GET / HTTP/1.1\r\nhost: loc").unwrap();
    assert!(is_closed(half));
}

#[test]
fn a_client_that_says_nothing_in_tls_is_hung_up_on() {
    let installation = Installation::new();
    let server = installation.serve(&["--tls-self-signed"]);
    assert!(is_closed(connect(server.address())));
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let origin = format!("http://localhost:{}", server.port);
    let reply = exchange(
        connect(server.address()),
        &format!(
            "POST /api/v1/login HTTP/1.1\r\nhost: localhost:{}\r\norigin: {origin}\r\ncontent-type: application/json\r\n\
             content-length: 100\r\nconnection: close\r\n\r\n{{",
            server.port
        ),
    );
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (408, Some("too_slow")),
        "{}",
        reply.head
    );
}

#[test]
fn too_many_connections_of_one_address_are_refused_and_the_first_go_on() {
    let installation = Installation::new();
    let server = installation.serve(&["--connections-per-address", "2"]);
    let (first, second) = (connect(server.address()), connect(server.address()));
    // The third is closed at once, long before a silent one would be.
    assert!(is_closed(connect(server.address())));
    let text = format!(
        "GET /api/v1/server HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n",
        server.port
    );
    assert_eq!(exchange(first, &text).status, 200);
    assert_eq!(exchange(second, &text).status, 200);
    assert_eq!(Browser::new(&server).get("/api/v1/server").status, 200);
}

#[test]
fn what_is_no_request_is_answered_and_closed() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    for nonsense in [
        "nonsense\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(200)),
        format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(60_000)),
        "POST /api/v1/login HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n".to_owned(),
    ] {
        let reply = exchange(connect(server.address()), &nonsense);
        assert!(
            (400..500).contains(&reply.status) || reply.status == 0,
            "{}",
            reply.head
        );
    }
    assert_eq!(Browser::new(&server).get("/api/v1/server").status, 200);
}
