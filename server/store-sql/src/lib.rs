//! The repositories on SQLite.
//!
//! One connection writes (SQLite has one writer anyway, and so nobody waits for a busy database), a few read. The
//! SQL keeps to what PostgreSQL understands too: `$1` placeholders, `ON CONFLICT`, `RETURNING`, integers for time.
//! The schema is in `migrations/`, applied when the database is opened.

mod accounts;
mod audit;
mod error;
mod logins;
mod mails;
mod maintenance;
mod people;
mod relay;
mod row;
mod second_factors;
mod sessions;
mod verifications;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection as _, SqlSafeStr as _, Sqlite, Transaction};
use temoto_store::StoreError;

pub use error::OpenError;

use crate::error::failed;

/// Number, name and text of each step that a database takes to become of this version; never changed once released.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "portal", include_str!("../migrations/0001_portal.sql")),
    (2, "relay", include_str!("../migrations/0002_relay.sql")),
    (3, "accounts", include_str!("../migrations/0003_accounts.sql")),
];

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);

/// An open database.
#[derive(Clone, Debug)]
pub struct SqlStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqlStore {
    /// Opens the database in this file, makes it if `create`, and brings it to this version.
    ///
    /// # Errors
    /// Missing, not a database, of a newer version, not writable, disk full.
    pub async fn open(path: &Path, create: bool) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            // What was deleted is not left to be read from the file.
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            // A full disk ends a transaction without us; a connection that still counts on it is of no use any more.
            .before_acquire(|connection, _| {
                let usable = !connection.is_in_transaction();
                Box::pin(async move { Ok(usable) })
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| OpenError::new(path, error))?;
        migrate(&writer)
            .await
            .map_err(|error| OpenError::migrate(path, error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.create_if_missing(false).read_only(true))
            .await
            .map_err(|error| OpenError::new(path, error))?;
        let store = Self { writer, readers };
        store
            .prove_writable()
            .await
            .map_err(|error| OpenError::store(path, error))?;
        Ok(store)
    }

    /// Closes the database; what was written is in the file when this returns.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A change: all of it or, if it is dropped before `commit`, nothing.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        // Immediate: a change that reads first must not find out at its first write that it came too late.
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        // Changes no row, and says at once whether there can be a change at all.
        let connection: &mut SqliteConnection = &mut tx;
        let probed = sqlx::query("UPDATE _sqlx_migrations SET success = success WHERE version = 0")
            .execute(connection)
            .await
            .map_err(failed);
        if matches!(probed, Err(StoreError::ReadOnly)) {
            // It was opened while the file could not be written, and stays so: the next change opens it anew.
            drop(tx);
            if let Ok(connection) = self.writer.acquire().await {
                // Nothing was written by it that could be lost.
                let _ = connection.close().await;
            }
            return Err(StoreError::ReadOnly);
        }
        probed.map(|_| tx)
    }

    /// Where to read.
    pub(crate) const fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// A read-only file or folder is found out at the start, not by the first person who logs in.
    async fn prove_writable(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let connection: &mut SqliteConnection = &mut tx;
        sqlx::query("UPDATE _sqlx_migrations SET success = success WHERE version = 1")
            .execute(connection)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}

async fn migrate(pool: &SqlitePool) -> Result<(), sqlx::migrate::MigrateError> {
    let steps = MIGRATIONS
        .iter()
        .map(|&(number, name, sql)| {
            Migration::new(
                number,
                name.into(),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(steps).run(pool).await
}
