//! What goes wrong with a database has a name, and nothing is half done.

use temoto_model::audit::AuditKind;
use temoto_store::{Accounts as _, Logins as _, StoreError};

use super::{NOW, world};
use crate::{OpenError, SqlStore};

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let world = world().await;
    // As a disk does: no page more than there are.
    sqlx::query("PRAGMA max_page_count = 1")
        .execute(&world.store.writer)
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
        .execute(&world.store.writer)
        .await
        .unwrap();
    world.add_user("room@example.com").await;
    let entries: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit_events")
        .fetch_one(world.store.read())
        .await
        .unwrap();
    assert_eq!(usize::try_from(entries).unwrap(), people + 2);
}

#[tokio::test]
async fn a_read_only_database_is_said() {
    let world = world().await;
    sqlx::query("PRAGMA query_only = ON")
        .execute(&world.store.writer)
        .await
        .unwrap();
    let error = world
        .store
        .record(&world.event(AuditKind::LoggedIn, NOW))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    assert!(matches!(
        world.store.prove_writable().await,
        Err(StoreError::ReadOnly)
    ));
    assert!(world.store.user(world.user).await.unwrap().is_some());
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
    .execute(&world.store.writer)
    .await
    .unwrap();
    let path = world.folder.path().join("temoto.db");
    world.store.close().await;
    let error = SqlStore::open(&path, false).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { version: 9999, .. }), "{error}");
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_start() {
    let world = world().await;
    let path = world.folder.path().join("temoto.db");
    // Not closed: as if the server had been killed.
    let again = SqlStore::open(&path, false).await.unwrap();
    assert!(again.user(world.user).await.unwrap().is_some());
}
