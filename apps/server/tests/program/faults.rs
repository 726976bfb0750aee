//! What goes wrong at the start is said in words that help, and loses nothing.

use std::net::TcpListener;

use temoto_wire::limits::LOBBY_BYTES;
use temoto_wire::relay::{Credential, Detached, FromServer, Role, Selector, ToServer};

use crate::client::{Browser, connect, exchange, request};
use crate::relay::{Socket, attached, open};
use crate::running::{Installation, program};

/// Starts a server that cannot start; what it says.
fn refused(installation: &Installation, args: &[&str]) -> String {
    let said = installation.run(&[&["serve"], args].concat(), "");
    assert!(!said.ok);
    assert_is_a_sentence(&said.err);
    said.err
}

/// What a person reads besides the log: a sentence with the program's name, and nothing for programmers.
fn assert_is_a_sentence(said: &str) {
    let lines: Vec<_> = said
        .lines()
        .filter(|line| !line.contains("WARN") && !line.contains("INFO"))
        .collect();
    assert!(
        matches!(lines[..], [line] if line.starts_with("temoto-server: ")),
        "{said}"
    );
    for dump in [
        "Error {",
        "Error(",
        "Os {",
        "panicked",
        "backtrace",
        "usize",
        "Some(",
    ] {
        assert!(!said.contains(dump), "{dump}: {said}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let installation = Installation::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = refused(&installation, &["--listen", &address.to_string()]);
    assert!(
        said.contains(&format!("port {} is in use", address.port())) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn a_set_up_that_broke_off_is_not_served() {
    let installation = Installation::empty();
    // As a full disk or a power cut leaves it: the files are there, and nobody is in them.
    std::fs::create_dir(installation.data()).unwrap();
    std::fs::write(installation.data().join("temoto.db"), "").unwrap();
    let said = refused(&installation, &[]);
    assert!(said.contains("init` first"), "{said}");
    installation.set_up();
    installation.serve(&[]);
}

#[test]
fn a_second_set_up_changes_nothing_and_says_so() {
    let installation = Installation::new();
    let file = installation.data().join("temoto.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let said = installation.run(
        &[
            "init",
            "--organisation",
            "Other",
            "--public-url",
            "https://other.example",
        ],
        "",
    );
    assert!(said.ok, "{}", said.err);
    assert!(
        said.out.contains("keeps its name, Example Support"),
        "{}",
        said.out
    );
    assert!(said.out.contains("temoto.toml was there already"), "{}", said.out);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);

    // With an administrator it is in use; not even a lost key is replaced then.
    let key = installation.data().join("keys/signing.key");
    let add = [
        "user",
        "add",
        "--email",
        "admin@example.com",
        "--name",
        "A",
        "--role",
        "administrator",
    ];
    assert!(installation.run(&add, "").ok);
    std::fs::remove_file(&key).unwrap();
    let said = installation.run(&["init"], "");
    assert!(
        !said.ok && said.err.contains("administrator already"),
        "{}",
        said.err
    );
    assert!(!key.exists());
    let said = installation.run(&["user", "list"], "");
    assert!(said.out.contains("admin@example.com"), "{}", said.out);
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
    assert!(said.contains("--programs (or TEMOTO_PROGRAMS)"), "{said}");
    let said = refused(&installation, &["--log", "no=such=filter"]);
    assert!(
        said.contains("--log (or TEMOTO_LOG)") && said.contains("no=such=filter"),
        "{said}"
    );
    let said = refused(&installation, &["--port-file", "/nowhere/port"]);
    assert!(said.contains("/nowhere/port"), "{said}");
}

#[test]
fn a_bad_value_is_named_after_the_flag_or_the_variable_that_it_came_from() {
    let installation = Installation::new();
    for (flag, variable, value, words) in [
        (
            "--connections",
            "TEMOTO_CONNECTIONS",
            "many",
            "a whole number of at least 1",
        ),
        (
            "--connections",
            "TEMOTO_CONNECTIONS",
            "0",
            "a whole number of at least 1",
        ),
        ("--listen", "TEMOTO_LISTEN", "localhost", "like 127.0.0.1:8080"),
        ("--log-format", "TEMOTO_LOG_FORMAT", "xml", "json"),
        ("--tls-self-signed", "TEMOTO_TLS_SELF_SIGNED", "maybe", "true"),
    ] {
        let run = |command: &mut std::process::Command| {
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(2));
            String::from_utf8(output.stderr).unwrap()
        };
        let said = run(program(&installation.data()).arg("serve").env(variable, value));
        assert!(said.contains(variable) && said.contains(words), "{said}");
        assert!(!said.contains(flag), "{said}");
        let said = run(program(&installation.data()).args(["serve", &format!("{flag}={value}")]));
        assert!(said.contains(flag) && !said.contains(variable), "{said}");
    }
}

#[test]
fn nothing_is_served_in_the_clear_beyond_this_machine() {
    let installation = Installation::new();
    let said = refused(
        &installation,
        &["--listen", "0.0.0.0:0", "--public-url", "https://a.example"],
    );
    assert!(
        said.contains("tls_cert") && said.contains("trusted_proxies"),
        "{said}"
    );
    let said = refused(
        &installation,
        &["--listen", "0.0.0.0:0", "--public-url", "http://a.example"],
    );
    assert!(
        said.contains("--listen (or TEMOTO_LISTEN)")
            && said.contains("tls_self_signed")
            && said.contains("reads along"),
        "{said}"
    );
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_with_what_is_wrong() {
    let installation = Installation::new();
    drop(installation.serve(&["--tls-self-signed"]));
    let keys = installation.data().join("keys");
    let (cert, key) = (keys.join("tls-self-signed.pem"), keys.join("tls-self-signed.key"));
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let other = Installation::new();
    drop(other.serve(&["--tls-self-signed"]));
    let foreign = other.data().join("keys/tls-self-signed.key");

    let with = |cert: &str, key: &str| {
        let url = ["--public-url", "https://a.example", "--listen", "127.0.0.1:0"];
        refused(
            &installation,
            &[&["--tls-cert", cert, "--tls-key", key], &url[..]].concat(),
        )
    };
    let said = with("/nowhere/cert.pem", key);
    assert!(
        said.contains("/nowhere/cert.pem (--tls-cert (or TEMOTO_TLS_CERT))"),
        "{said}"
    );
    let said = with(cert, "/nowhere/key.pem");
    assert!(
        said.contains("/nowhere/key.pem (--tls-key (or TEMOTO_TLS_KEY))"),
        "{said}"
    );
    let said = with(cert, foreign.to_str().unwrap());
    assert!(said.contains("is not the private key of"), "{said}");
    assert!(with(key, key).contains("holds no certificate"));
    assert!(with(cert, cert).contains("holds no private key"));
    for (flag, file, missing) in [("--tls-cert", cert, "tls_key"), ("--tls-key", key, "tls_cert")] {
        let said = refused(&installation, &[flag, file]);
        assert!(said.contains(&format!("{missing} is missing")), "{said}");
    }
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
    let said = refused(&installation, &[]);
    assert!(
        said.contains("signing.key is missing") && said.contains("backup"),
        "{said}"
    );
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
    use sha2::Digest as _;

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
    // Programs are told by their name which key it has to be.
    let trusted = rustls::pki_types::CertificateDer::from_pem_file(&certificate).unwrap();
    let entity = webpki::EndEntityCert::try_from(&trusted).unwrap();
    let hash = hex::encode(&sha2::Sha256::digest(entity.subject_public_key_info())[..10]);
    assert_eq!(reply.json()["own_key"].as_str(), Some(hash.as_str()));

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
fn a_client_of_another_version_is_told_to_update() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let session = open(&Browser::logged_in(&server));
    let ticket = session["ticket"].as_str().unwrap().as_bytes().to_vec();
    let yesterday = temoto_wire::PROTOCOL_VERSION - 1;
    let attach = ToServer::Attach {
        version: yesterday,
        credential: Credential::Ticket(ticket),
    };
    let knock = ToServer::Knock {
        version: yesterday,
        role: Role::Program,
        selector: Selector::Token([7; 16]),
        lobby: Box::new([0; LOBBY_BYTES]),
    };
    for message in [attach, knock] {
        let mut socket = Socket::open(&server);
        socket.send(&message);
        assert_eq!(socket.receive(), FromServer::Detached(Detached::Version));
    }
    // Its ticket is still good for a program of today.
    let mut console = Socket::attach(&server, &session);
    attached(&console.receive());
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
