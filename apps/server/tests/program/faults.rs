//! What goes wrong at the start is said in words that help, and loses nothing.

use std::net::TcpListener;

use crate::client::{Browser, connect, exchange, request};
use crate::running::{Installation, program};

/// Starts a server that cannot start; what it says.
fn refused(installation: &Installation, args: &[&str]) -> String {
    let said = installation.run(&[&["serve"], args].concat(), "");
    assert!(!said.ok);
    said.err
}

#[test]
fn a_port_in_use_is_named() {
    let installation = Installation::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = refused(&installation, &["--listen", &address.to_string()]);
    assert!(
        said.contains(&format!("port {} is in use", address.port())),
        "{said}"
    );
}

#[test]
fn a_folder_that_was_not_set_up_is_not_made_up() {
    let installation = Installation::empty();
    let said = refused(&installation, &[]);
    assert!(said.contains("init"), "{said}");
    assert!(!installation.data().exists());
}

#[test]
fn a_bad_configuration_names_file_and_key() {
    let installation = Installation::new();
    let file = installation.data().join("temoto.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    for (text, key) in [("lisen = 1", "lisen"), ("public_url = 'nonsense'", "public_url")] {
        std::fs::write(&file, text).unwrap();
        let said = refused(&installation, &[]);
        assert!(said.contains("temoto.toml") && said.contains(key), "{said}");
    }
    std::fs::write(&file, before).unwrap();
    let missing = installation.folder.path().join("missing");
    let said = refused(&installation, &["--web", missing.to_str().unwrap()]);
    assert!(said.contains("missing") && said.contains("index.html"), "{said}");
    let said = refused(&installation, &["--programs", missing.to_str().unwrap()]);
    assert!(said.contains("manifest.json"), "{said}");
    let said = refused(&installation, &["--log", "no=such=filter"]);
    assert!(said.contains("log"), "{said}");
}

#[test]
fn the_environment_stands_between_flags_and_file() {
    let installation = Installation::new();
    let said = program(&installation.data())
        .arg("serve")
        .env("TEMOTO_PUBLIC_URL", "http://support.example.com")
        .output()
        .unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(
        said.contains("TEMOTO_PUBLIC_URL") && said.contains("https://"),
        "{said}"
    );
}

#[test]
fn a_lost_key_is_said_and_not_made_anew() {
    let installation = Installation::new();
    let key = installation.data().join("keys/signing.key");
    let kept = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, "short").unwrap();
    assert!(refused(&installation, &[]).contains("signing.key"));
    std::fs::remove_file(&key).unwrap();
    assert!(refused(&installation, &[]).contains("signing.key"));
    assert!(!key.exists());
    std::fs::write(&key, kept).unwrap();
    installation.serve(&[]);
}

#[test]
fn a_damaged_database_is_said() {
    let installation = Installation::new();
    let database = installation.data().join("temoto.db");
    std::fs::write(&database, "not a database at all ".repeat(500)).unwrap();
    let said = refused(&installation, &[]);
    assert!(said.contains("temoto.db"), "{said}");
}

#[test]
fn a_certificate_of_its_own_is_spoken_with_and_kept() {
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject as _;

    let installation = Installation::new();
    let certificate = installation.data().join("keys/tls-self-signed.pem");
    let key = installation.data().join("keys/tls-self-signed.key");
    let server = installation.serve(&["--tls-self-signed"]);
    let kept = std::fs::read(&key).unwrap();

    let mut roots = rustls::RootCertStore::empty();
    let trusted = rustls::pki_types::CertificateDer::from_pem_file(&certificate).unwrap();
    roots.add(trusted).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = rustls::StreamOwned::new(client, connect(server.address()));
    let origin = format!("https://localhost:{}", server.port);
    let reply = exchange(stream, &request(&origin, "GET", "/api/v1/server", "", None));
    assert_eq!(reply.status, 200, "{}", reply.head);
    assert!(!reply.head.contains("strict-transport-security"));

    // In the clear there is nothing at this door.
    let plain = exchange(connect(server.address()), &request(&origin, "GET", "/", "", None));
    assert_eq!(plain.status, 0, "{}", plain.head);
    drop(server);
    installation.serve(&["--tls-self-signed"]);
    assert_eq!(
        std::fs::read(&key).unwrap(),
        kept,
        "the key is the server's name to programs"
    );
}

#[test]
fn pages_are_found_under_the_public_name_only() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let other = format!("http://127.0.0.1:{}", server.port);
    let reply = exchange(
        connect(server.address()),
        &request(&other, "GET", "/join", "", None),
    );
    assert_eq!(reply.status, 307);
    assert!(
        reply
            .head
            .contains(&format!("location: http://localhost:{}/join", server.port)),
        "{}",
        reply.head
    );
    assert_eq!(
        Browser::new(&server).get("/api/v1/server").json()["public_url"],
        format!("http://localhost:{}", server.port)
    );
}
