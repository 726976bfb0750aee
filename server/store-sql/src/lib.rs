//! The repositories on SQLite and on PostgreSQL.
//!
//! One connection writes, a few read. SQLite has one writer anyway, and so nobody waits for a busy database; on
//! PostgreSQL each change holds one lock of the whole database to its end, so that what is true of one is true of
//! the other: changes follow each other, even those of several servers. The SQL is the same text for both
//! ([`database`]); the schema is in `migrations/`, applied when the database is opened ([`schema`]).

mod accounts;
mod api_keys;
mod audit;
mod database;
mod embeds;
mod error;
mod filter;
mod groups;
mod histories;
mod leases;
mod licences;
mod live;
mod logins;
mod mails;
mod maintenance;
mod moments;
mod people;
mod permissions;
mod receipts;
mod relay;
mod row;
mod schema;
mod second_factors;
mod sessions;
mod verifications;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Sqlite, Transaction};
use temoto_store::StoreError;

pub use error::OpenError;

use crate::database::{Change, Conn, Pool, query};
use crate::error::failed;

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);
/// Changes follow each other: after so many of them, waiting longer helps nobody.
const PATIENCE: Duration = Duration::from_secs(30);
/// The lock that a change on PostgreSQL holds: any number, the same in every version.
const WRITER_LOCK: i64 = 0x7465_6d6f_746f;

/// An open database.
#[derive(Clone, Debug)]
pub struct SqlStore {
    writer: Pool,
    readers: Pool,
}

impl SqlStore {
    /// Opens the SQLite database in this file, makes it if `create`, and brings it to this version.
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
            .acquire_timeout(PATIENCE)
            // A full disk ends a transaction without us; a connection that still counts on it is of no use any more.
            .before_acquire(|connection, _| {
                let usable = !connection.is_in_transaction();
                Box::pin(async move { Ok(usable) })
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| OpenError::new(path, error))?;
        let place = || path.display().to_string();
        schema::migrate_sqlite(&writer)
            .await
            .map_err(|error| OpenError::migrate(place(), Some(path), error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options.create_if_missing(false).read_only(true))
            .await
            .map_err(|error| OpenError::new(path, error))?;
        let store = Self {
            writer: Pool::Sqlite(writer),
            readers: Pool::Sqlite(readers),
        };
        store
            .prove_writable()
            .await
            .map_err(|error| OpenError::store(place(), error))?;
        Ok(store)
    }

    /// Opens the PostgreSQL database at this address (`postgresql://user:password@host/name?sslmode=verify-full`) and
    /// brings it to this version.
    ///
    /// # Errors
    /// No address, not reachable, not let in, of a newer version, not writable; another machine without TLS.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url).map_err(|error| OpenError::Open {
            // The address is not repeated: it may hold a password.
            place: "at the address that was given".to_owned(),
            reason: error.to_string(),
        })?;
        let place = place(&options);
        if !is_private(&options) {
            return Err(OpenError::Exposed { place });
        }
        let options = options.application_name("temoto-server");
        let open = |error| OpenError::store(place.clone(), failed(error));
        let writer = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(options.clone())
            .await
            .map_err(open)?;
        schema::migrate_postgres(&writer)
            .await
            .map_err(|error| OpenError::migrate(place.clone(), None, error))?;
        let readers = PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options.options([("default_transaction_read_only", "on")]))
            .await
            .map_err(open)?;
        let store = Self {
            writer: Pool::Postgres(writer),
            readers: Pool::Postgres(readers),
        };
        store
            .prove_writable()
            .await
            .map_err(|error| OpenError::store(place, error))?;
        Ok(store)
    }

    /// Closes the database; what was written is there when this returns.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A change: all of it or, if it is dropped before `commit`, nothing. Changes follow each other: what one has read
    /// no other changes before it ends.
    pub(crate) async fn begin(&self) -> Result<Change, StoreError> {
        match &self.writer {
            Pool::Sqlite(pool) => begin_sqlite(pool).await.map(Conn::Sqlite).map(Change),
            Pool::Postgres(pool) => {
                let mut change = Change(Conn::Postgres(pool.begin().await.map_err(failed)?));
                query("SELECT pg_advisory_xact_lock($1)")
                    .bind(WRITER_LOCK)
                    .execute(&mut *change)
                    .await
                    .map_err(failed)?;
                Ok(change)
            }
        }
    }

    /// Where to read.
    pub(crate) const fn read(&self) -> &Pool {
        &self.readers
    }

    /// A database that may not be written is found out at the start, not by the first person who logs in.
    async fn prove_writable(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("UPDATE _sqlx_migrations SET success = success WHERE version = 1")
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}

async fn begin_sqlite(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    // Immediate: a change that reads first must not find out at its first write that it came too late.
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    // Changes no row, and says at once whether there can be a change at all.
    let probed = sqlx::query("UPDATE _sqlx_migrations SET success = success WHERE version = 0")
        .execute(&mut *tx)
        .await
        .map_err(failed);
    if matches!(probed, Err(StoreError::ReadOnly)) {
        // It was opened while the file could not be written, and stays so: the next change opens it anew.
        drop(tx);
        if let Ok(connection) = writer.acquire().await {
            // Nothing was written by it that could be lost.
            let _ = connection.close().await;
        }
        return Err(StoreError::ReadOnly);
    }
    probed.map(|_| tx)
}

/// Which database it is, without the password.
fn place(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let name = options.get_database().unwrap_or(options.get_username());
    format!("{name} at {host}")
}

/// Whether what is said to the database stays on this machine or is encrypted.
fn is_private(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    let encrypted = match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => true,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => false,
    };
    here || encrypted
}
