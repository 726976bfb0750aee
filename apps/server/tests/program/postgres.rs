//! The same program on a PostgreSQL.

use serde_json::json;

use crate::client::Browser;
use crate::cluster;
use crate::running::Installation;

#[test]
fn an_installation_on_postgresql_is_set_up_serves_and_goes_on_after_it_was_killed() {
    let url = cluster::database();
    let installation = Installation::empty();
    let init = [
        "--database-url",
        &url,
        "init",
        "--organisation",
        "Example Support",
    ];
    let said = installation.run(&init, "");
    assert!(said.ok, "{}", said.err);
    // From here on the file says where the database is.
    installation.add_operator();
    assert!(!installation.data().join("temoto.db").exists());

    let server = installation.serve(&[]);
    let browser = Browser::logged_in(&server);
    let key = json!({ "console_key": format!("{}=", "A".repeat(43)) });
    let opened = browser.post("/api/v1/sessions", &key);
    assert_eq!(opened.status, 201, "{}", opened.body);
    let cookie = browser.cookie.clone();
    server.kill();

    let server = installation.serve(&[]);
    let mut again = Browser::new(&server);
    again.cookie = cookie;
    let listed = again.get("/api/v1/sessions").json();
    assert_eq!(listed[0]["session"], opened.json()["session"]);
    drop(server);

    let listed = installation.run(&["user", "list"], "");
    assert!(listed.out.contains("operator@example.com"), "{}", listed.err);
}

#[test]
fn an_address_without_a_database_is_said_without_its_password() {
    let installation = Installation::empty();
    let url = "postgresql://temoto:tulip@127.0.0.1:1/support";
    let said = installation.run(&["--database-url", url, "init"], "");
    assert!(!said.ok);
    assert!(said.err.contains("support at 127.0.0.1:1"), "{}", said.err);
    assert!(said.err.contains("--database-url"), "{}", said.err);
    assert!(!said.err.contains("tulip"), "{}", said.err);
}
