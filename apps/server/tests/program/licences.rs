//! Licences from the command line to the page.

use serde_json::{Value, json};

use crate::client::Browser;
use crate::running::Installation;

fn key(installation: &Installation, more: &[&str]) -> String {
    let words = [
        &["licence", "issue", "--sessions", "2", "--holder", "例 株式会社"],
        more,
    ]
    .concat();
    let said = installation.run(&words, "");
    assert!(said.ok, "{}", said.err);
    said.out.trim().to_owned()
}

fn make_administrator(installation: &Installation) {
    let add = [
        "user",
        "add",
        "--email",
        "admin@example.com",
        "--name",
        "管理 太郎",
        "--role",
        "administrator",
    ];
    let said = installation.run(&[&add[..], &["--password-stdin"]].concat(), "tulip-orbit-94\n");
    assert!(said.ok, "{}", said.err);
}

#[test]
fn a_licence_that_was_issued_is_inspected_and_activated_and_counts_after_a_restart() {
    let installation = Installation::new();
    make_administrator(&installation);
    let key = key(
        &installation,
        &["--until", "2099-01-01", "--functions", "one_time,files"],
    );
    let said = installation.run(&["licence", "inspect", "-"], &key);
    for words in [
        "例 株式会社",
        "sessions     2",
        "until        2099-01-01T00:00:00Z",
        "one_time, files",
        "of this installation",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let server = installation.serve(&[]);
    let mut browser = Browser::new(&server);
    let login = json!({ "email": "admin@example.com", "password": "tulip-orbit-94" });
    browser.cookie = browser.post("/api/v1/login", &login).cookies();
    assert_eq!(
        browser.get("/api/v1/licences/usage").json()["allowed"],
        Value::Null
    );
    let reply = browser.post("/api/v1/licences", &json!({ "licence": key }));
    assert_eq!(reply.status, 201, "{}", reply.body);
    let cookie = browser.cookie.clone();
    server.kill();
    let server = installation.serve(&[]);
    let mut browser = Browser::new(&server);
    browser.cookie = cookie;
    assert_eq!(browser.get("/api/v1/licences/usage").json()["allowed"], 2);
}

#[test]
fn another_installation_is_believed_when_it_was_named_and_none_is_started_without_where_one_is_needed() {
    let (host, own) = (Installation::new(), Installation::new());
    make_administrator(&own);
    let key = key(&host, &["--kind", "private-cloud"]);
    assert!(
        own.run(&["licence", "inspect", "-"], &key)
            .out
            .contains("not of this installation")
    );
    let issuer = host.run(&["licence", "issuer"], "").out.trim().to_owned();
    let server = own.serve(&["--licences", "required", "--licence-issuers", &issuer]);
    let mut browser = Browser::new(&server);
    let login = json!({ "email": "admin@example.com", "password": "tulip-orbit-94" });
    browser.cookie = browser.post("/api/v1/login", &login).cookies();
    let start = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    let refused = browser.post("/api/v1/sessions", &start);
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (409, Some("no_licence_free"))
    );
    assert_eq!(
        browser
            .post("/api/v1/licences", &json!({ "licence": key }))
            .status,
        201
    );
    assert_eq!(browser.post("/api/v1/sessions", &start).status, 201);
}

#[test]
fn a_licence_that_makes_no_sense_is_not_issued() {
    let installation = Installation::new();
    let issue = ["licence", "issue", "--sessions", "2", "--holder", "A"];
    for (more, words) in [
        (vec!["--until", "2020-01-01"], "--until"),
        (vec!["--until", "soon"], "2026-12-01"),
        (vec!["--functions", "magic"], "one_time"),
        (vec!["--organisation", "us"], "--organisation"),
    ] {
        let said = installation.run(&[&issue[..], &more].concat(), "");
        assert!(!said.ok && said.err.contains(words), "{more:?}: {}", said.err);
    }
    let said = installation.run(&["licence", "inspect", "-"], "hello");
    assert!(!said.ok && said.err.contains("no licence"), "{}", said.err);
    let nowhere = Installation::empty();
    let said = nowhere.run(&["licence", "issuer"], "");
    assert!(!said.ok && said.err.contains("init"), "{}", said.err);
}
