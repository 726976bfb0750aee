//! Set up, start, log in, stop, be killed, go on.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::client::Browser;
use crate::running::{EMAIL, Installation, PASSWORD, program};

#[test]
fn the_program_says_its_version() {
    let said = program(std::path::Path::new("unused"))
        .arg("--version")
        .output()
        .unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(
        text.trim(),
        format!("temoto-server {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn set_up_prints_a_link_that_makes_the_first_administrator() {
    let installation = Installation::empty();
    let first = installation.run(&["init"], "");
    assert!(first.ok, "{}", first.err);
    // Nobody followed it yet: a new one, and the first is worth nothing.
    let second = installation.run(&["init"], "");
    let token = |said: &str| said.split("/setup#").nth(1).unwrap().trim().to_owned();
    let (old, new) = (token(&first.out), token(&second.out));
    assert_ne!(old, new);

    let server = installation.serve(&[]);
    let browser = Browser::new(&server);
    let setup = |token: &str| {
        json!({
            "token": token, "organisation": "例 Support", "email": "admin@example.com", "name": "管理 太郎",
            "password": PASSWORD,
        })
    };
    assert_eq!(browser.post("/api/v1/setup", &setup(&old)).status, 410);
    let done = browser.post("/api/v1/setup", &setup(&new));
    assert_eq!(
        (done.status, done.json()["user"]["role"].as_str()),
        (200, Some("administrator")),
        "{}",
        done.body
    );
    drop(server);

    let third = installation.run(&["init"], "");
    assert!(!third.ok);
    assert!(
        third.err.contains("has an administrator already"),
        "{}",
        third.err
    );
}

#[test]
fn only_the_owner_can_read_the_data_folder() {
    let installation = Installation::new();
    let mode = |name: &str| {
        let about = std::fs::metadata(installation.data().join(name)).unwrap();
        about.permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("keys")), (0o700, 0o700));
    for file in ["temoto.db", "temoto.toml", "keys/signing.key", "keys/ticket.key"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_person_is_added_listed_disabled_and_enabled() {
    let installation = Installation::new();
    let add = [
        "user",
        "add",
        "--email",
        "Taro@Example.com",
        "--name",
        "太郎",
        "--role",
        "administrator",
    ];
    let added = installation.run(&add, "");
    assert!(
        added.ok && added.out.contains("/setup#"),
        "{} {}",
        added.out,
        added.err
    );
    let again = installation.run(&add, "");
    assert!(
        !again.ok && again.err.contains("has an account already"),
        "{}",
        again.err
    );

    let listed = installation.run(&["user", "list"], "").out;
    assert!(
        listed.contains("taro@example.com\tadministrator\tinvited\t太郎"),
        "{listed}"
    );
    assert!(
        listed.contains(&format!("{EMAIL}\toperator\tactive\tSato Hanako")),
        "{listed}"
    );

    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    assert_eq!(browser.get("/api/v1/me").status, 200);
    let disabled = installation.run(
        &["user", "disable", "--email", EMAIL, "--org", "Example Support"],
        "",
    );
    assert!(disabled.ok, "{}", disabled.err);
    assert_eq!(browser.get("/api/v1/me").status, 401);
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    assert_eq!(browser.post("/api/v1/login", &login).status, 401);
    assert!(installation.run(&["user", "enable", "--email", EMAIL], "").ok);
    assert_eq!(browser.post("/api/v1/login", &login).status, 200);

    let nobody = installation.run(&["user", "disable", "--email", "nobody@example.com"], "");
    assert!(
        nobody.err.contains("nobody@example.com has no account"),
        "{}",
        nobody.err
    );
    let elsewhere = installation.run(&["user", "list", "--org", "Elsewhere"], "");
    assert!(
        elsewhere.err.contains("--org") && elsewhere.err.contains("Example Support"),
        "{}",
        elsewhere.err
    );
}

#[test]
fn a_poor_password_on_the_command_line_is_refused() {
    let installation = Installation::new();
    let add = [
        "user",
        "add",
        "--email",
        "a@b.example",
        "--name",
        "A",
        "--password-stdin",
    ];
    for (password, words) in [
        ("short", "at least 8"),
        ("Password2026", "too easy"),
        ("", "at least 8"),
    ] {
        let said = installation.run(&add, &format!("{password}\n"));
        assert!(!said.ok && said.err.contains(words), "{password}: {}", said.err);
    }
    assert!(
        !installation
            .run(&["user", "list"], "")
            .out
            .contains("a@b.example")
    );
}

#[test]
fn a_server_that_was_asked_to_stop_stops_well() {
    let installation = Installation::new();
    let server = installation.serve(&["--log-format", "json"]);
    let log = installation.folder.path().join("log");
    assert_eq!(Browser::new(&server).get("/api/v1/server").status, 200);
    assert!(server.terminate().success());
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let listening = lines.iter().find(|line| line["message"] == "listening").unwrap();
    assert!(listening["port"].as_u64().unwrap() > 0);
    assert_eq!(lines.last().unwrap()["message"], "stopped");
}

#[test]
fn a_killed_server_goes_on_where_it_was() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let key = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    let opened = browser.post("/api/v1/sessions", &key);
    assert_eq!(opened.status, 201, "{}", opened.body);
    let cookie = browser.cookie.clone();
    let port = server.port;
    server.kill();

    // Another start may get another port; the login is the host's, whatever its port.
    let server = installation.serve(&[]);
    let mut again = Browser::new(&server);
    again.cookie = cookie;
    let listed = again.get("/api/v1/sessions").json();
    assert_eq!(
        listed[0]["session"],
        opened.json()["session"],
        "port {port} then {}",
        server.port
    );
    assert_eq!(listed[0]["code"]["routing"], opened.json()["routing"]);
}

#[test]
fn nothing_secret_is_in_the_log() {
    let installation = Installation::new();
    let server = installation.serve(&["--log", "trace"]);
    let browser = Browser::logged_in(&server);
    browser.post(
        "/api/v1/login",
        &json!({ "email": EMAIL, "password": "wrong-but-secret" }),
    );
    browser.post(
        "/api/v1/setup",
        &json!({ "token": "cafe".repeat(16), "password": "another-secret" }),
    );
    browser.post(
        "/api/v1/login",
        &json!({ "email": EMAIL, "password": "unfinished-secret", "x": 1 }),
    );
    let key = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    let opened = browser.post("/api/v1/sessions", &key).json();
    browser.get("/nothing%0a%1b[31mred");
    let log = server.log();
    assert!(log.contains("answered"), "the log is there");
    let cookie = browser.cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let ticket = opened["ticket"].as_str().unwrap();
    for secret in [
        PASSWORD,
        "wrong-but-secret",
        "another-secret",
        "unfinished-secret",
        &"cafe".repeat(16),
        &cookie,
        ticket,
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(!log.contains('\u{1b}'));
}
