//! What goes wrong with a database has a name, and nothing is half done.

use std::fs::OpenOptions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sqlx::SqlitePool;
use temoto_model::audit::AuditKind;
use temoto_store::{Accounts as _, Logins as _, StoreError};

use super::{NOW, world};
use crate::database::{Pool, query};
use crate::{OpenError, SqlStore};

fn sqlite(pool: &Pool) -> &SqlitePool {
    match pool {
        Pool::Sqlite(pool) => pool,
        Pool::Postgres(_) => panic!("not on SQLite"),
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let world = world().await;
    // As a disk does: no page more than there are.
    sqlx::query("PRAGMA max_page_count = 1")
        .execute(sqlite(&world.store.writer))
        .await
        .unwrap();
    let mut error = None;
    for n in 0..2_000 {
        let user = world.new_user(&format!("{n}@example.com"));
        let event = world.event(AuditKind::UserAdded, NOW);
        if let Err(full) = world.store.add_user(&user, &event).await {
            error = Some(full);
            break;
        }
    }
    assert!(matches!(error, Some(StoreError::Full)), "{error:?}");
    let people = world.store.users(world.organisation).await.unwrap().len();
    // With room again it goes on by itself, and person and trail still agree.
    sqlx::query("PRAGMA max_page_count = 1000000")
        .execute(sqlite(&world.store.writer))
        .await
        .unwrap();
    world.add_user("room@example.com").await;
    let entries: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit_events")
        .fetch_one(sqlite(world.store.read()))
        .await
        .unwrap();
    assert_eq!(usize::try_from(entries).unwrap(), people + 2);
}

#[tokio::test]
async fn a_read_only_database_is_said() {
    let world = world().await;
    let forbid = async || {
        sqlx::query("PRAGMA query_only = ON")
            .execute(sqlite(&world.store.writer))
            .await
            .unwrap();
    };
    let event = world.event(AuditKind::LoggedIn, NOW);
    forbid().await;
    let error = world.store.record(&event).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    forbid().await;
    let proved = world.store.prove_writable().await;
    assert!(matches!(proved, Err(StoreError::ReadOnly)));
    assert!(world.store.user(world.user).await.unwrap().is_some());
}

/// Lets nobody open the file for writing, root neither: there a mount of its own is laid over it.
struct Protected(std::path::PathBuf);

impl Protected {
    fn new(path: &Path) -> Self {
        let this = Self(path.to_owned());
        this.allow(0o400);
        if OpenOptions::new().append(true).open(path).is_ok() {
            let path = path.to_str().unwrap();
            this.run(&["mount", "--bind", path, path]);
            this.run(&["mount", "-o", "remount,ro,bind", path]);
        }
        this
    }

    fn allow(&self, mode: u32) {
        // On a read-only mount this fails, and need not be.
        let _ = std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(mode));
    }

    fn run(&self, words: &[&str]) {
        let done = std::process::Command::new(words[0])
            .args(&words[1..])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{words:?} on {}: {done:?}",
            self.0.display()
        );
    }
}

impl Drop for Protected {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("--lazy")
            .arg(&self.0)
            .output();
        self.allow(0o600);
    }
}

#[tokio::test]
async fn a_file_that_becomes_read_only_is_said_and_goes_on_when_it_can_be_written_again() {
    let world = world().await;
    let path = world.folder.path().join("temoto.db");
    let event = world.event(AuditKind::LoggedIn, NOW);
    let protected = Protected::new(&path);
    // Who has the file open goes on writing.
    world.store.record(&event).await.unwrap();
    // Who opens it anew, as after a while without changes, does not.
    for pool in [world.store.read(), &world.store.writer].map(sqlite) {
        while pool.size() > 0 {
            pool.acquire().await.unwrap().close().await.unwrap();
        }
    }
    for _ in 0..2 {
        let error = world.store.record(&event).await.unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
    }
    assert!(world.store.user(world.user).await.unwrap().is_some());
    let error = SqlStore::open(&path, false).await.unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error}");
    drop(protected);
    world.store.record(&event).await.unwrap();
}

#[tokio::test]
async fn what_is_no_database_is_not_opened_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("temoto.db");
    let text = "this is a letter, not a database ".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = SqlStore::open(&path, false).await.unwrap_err();
    assert!(matches!(error, OpenError::Open { .. }), "{error}");
    assert!(error.to_string().contains("temoto.db"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let missing = folder.path().join("missing.db");
    assert!(SqlStore::open(&missing, false).await.is_err());
    assert!(!missing.exists());
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let world = world().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'future', TRUE, x'00', 0)",
    )
    .execute(sqlite(&world.store.writer))
    .await
    .unwrap();
    let path = world.folder.path().join("temoto.db");
    world.store.close().await;
    let error = SqlStore::open(&path, false).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { version: 9999, .. }), "{error}");
    assert!(error.to_string().contains("update this program"), "{error}");
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_start() {
    let world = world().await;
    let path = world.folder.path().join("temoto.db");
    // Not closed: as if the server had been killed.
    let again = SqlStore::open(&path, false).await.unwrap();
    assert!(again.user(world.user).await.unwrap().is_some());
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_said_without_its_password() {
    let nowhere = "postgresql://temoto:tulip@127.0.0.1:1/support";
    for (url, words) in [
        (nowhere, "support at 127.0.0.1:1"),
        ("postgresql://temoto:tulip@127.0.0.1:x/support", "invalid port"),
        (
            "mysql://temoto:tulip@127.0.0.1/support",
            "cannot open the database",
        ),
        (
            "postgresql://temoto:tulip@db.example.com/support?sslmode=prefer",
            "sslmode=verify-full",
        ),
        (
            "postgresql://temoto:tulip@db.example.com/support",
            "another machine",
        ),
    ] {
        let error = SqlStore::connect(url).await.unwrap_err().to_string();
        assert!(error.contains(words), "{url}: {error}");
        assert!(!error.contains("tulip"), "{error}");
    }
}

#[tokio::test]
async fn a_postgresql_of_a_newer_version_is_left_alone() {
    let url = super::cluster::database();
    let store = SqlStore::connect(&url).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'future', TRUE, '', 0)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let error = SqlStore::connect(&url).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { version: 9999, .. }), "{error}");
}
