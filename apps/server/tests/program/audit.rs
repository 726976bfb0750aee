//! The trail of a real installation, verified.

use std::process::Command;

use crate::client::Browser;
use crate::running::Installation;

/// Changes the database behind the server's back, as its owner could.
fn tamper(installation: &Installation, sql: &str) {
    let script =
        "import sqlite3,sys; db=sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.close()";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(installation.data().join("temoto.db"))
        .arg(sql)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_trail_is_verified_and_an_edit_is_found_and_named() {
    let installation = Installation::new();
    let server = installation.serve(&[]);
    Browser::logged_in(&server);
    assert!(server.terminate().success());
    let said = installation.run(&["audit", "verify"], "");
    assert!(said.ok, "{} {}", said.out, said.err);
    assert!(said.out.contains("Example Support: in order"), "{}", said.out);
    let noted = said
        .out
        .lines()
        .find_map(|line| line.trim().strip_prefix("last entry: "))
        .unwrap();
    let expect = ["audit", "verify", "--expect", noted];
    assert!(installation.run(&expect, "").ok);

    let triggers = "DROP TRIGGER audit_events_are_not_changed; DROP TRIGGER audit_events_are_not_removed;";
    tamper(
        &installation,
        &format!(
            "{triggers} DELETE FROM audit_events WHERE number = (SELECT MAX(number) FROM audit_events);"
        ),
    );
    let said = installation.run(&expect, "");
    assert!(
        !said.ok && said.out.contains("the trail ends at entry"),
        "{}",
        said.out
    );
    tamper(
        &installation,
        "UPDATE audit_events SET detail = 'x' WHERE number = 2;",
    );
    let said = installation.run(&["audit", "verify"], "");
    assert!(
        !said.ok && said.out.contains("entry 2 is not what was written"),
        "{}",
        said.out
    );
    assert!(said.err.contains("fault"), "{}", said.err);
    let nonsense = installation.run(&["audit", "verify", "--expect", "x"], "");
    assert!(
        nonsense.err.contains("ORGANISATION:NUMBER:HASH"),
        "{}",
        nonsense.err
    );
}
