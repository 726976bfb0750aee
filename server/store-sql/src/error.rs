//! From what a database says to what a caller can act on.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;
use temoto_store::StoreError;

/// Why a database was not opened; names the file, or the server and the database there.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file or server, or it cannot be read.
    #[error("cannot open the database {place}: {reason}")]
    Open {
        /// File, or address.
        place: String,
        /// In words.
        reason: String,
    },
    /// A newer version of the program wrote it.
    #[error("the database {place} was written by a newer version (step {version}); update this program")]
    Newer {
        /// File, or address.
        place: String,
        /// The unknown step.
        version: i64,
    },
    /// The file or its folder may not be written.
    #[error(
        "the database {place} is read-only; the user of the server must be able to write the file and its folder"
    )]
    ReadOnly {
        /// File, or address.
        place: String,
    },
    /// No room.
    #[error("the disk that holds the database {place} is full; make room and try again")]
    Full {
        /// File, or address.
        place: String,
    },
    /// The database is on another machine and nothing keeps the line to it private.
    #[error(
        "the database {place} is on another machine: its URL must say sslmode=verify-full (or verify-ca, or require)"
    )]
    Exposed {
        /// The address.
        place: String,
    },
}

impl OpenError {
    /// For a file.
    pub(crate) fn new(path: &Path, error: sqlx::Error) -> Self {
        // SQLite does not say why it cannot open a file, or make one beside it; the system does.
        let refused = result_code(&error).is_some_and(|code| code & 0xff == CANNOT_OPEN);
        let place = path.display().to_string();
        if refused && !is_writable(path) {
            return Self::ReadOnly { place };
        }
        Self::store(place, failed(error))
    }

    pub(crate) fn store(place: String, error: StoreError) -> Self {
        if matches!(error, StoreError::ReadOnly) {
            Self::ReadOnly { place }
        } else if matches!(error, StoreError::Full) {
            Self::Full { place }
        } else {
            let reason = if let StoreError::Database(source) = &error {
                source.to_string()
            } else {
                error.to_string()
            };
            Self::Open { place, reason }
        }
    }

    /// What failed while the schema was brought to this version; `path` if the database is a file.
    pub(crate) fn migrate(place: String, path: Option<&Path>, error: MigrateError) -> Self {
        if let MigrateError::VersionMissing(version) = error {
            Self::Newer { place, version }
        } else if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = error {
            match path {
                Some(path) => Self::new(path, error),
                None => Self::store(place, failed(error)),
            }
        } else {
            let reason = error.to_string();
            Self::Open { place, reason }
        }
    }
}

/// Result codes of SQLite: the lower byte is the kind, the rest says more.
const READ_ONLY: i32 = 8;
const CANNOT_OPEN: i32 = 14;
const FULL: i32 = 13;
/// The log or its index could not grow: on a full disk these come before `FULL`.
const NO_ROOM_TO_WRITE: i32 = 10 | 3 << 8;
const NO_ROOM_FOR_INDEX: i32 = 10 | 19 << 8;

/// States of PostgreSQL.
const STATE_FULL: &str = "53100";
const STATE_READ_ONLY: &str = "25006";

/// What a failure of the database means to a caller.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match state(&error).as_deref() {
        Some(STATE_FULL) => return StoreError::Full,
        Some(STATE_READ_ONLY) => return StoreError::ReadOnly,
        Some(_) | None => {}
    }
    match result_code(&error) {
        Some(NO_ROOM_TO_WRITE | NO_ROOM_FOR_INDEX) => StoreError::Full,
        Some(code) if code & 0xff == READ_ONLY => StoreError::ReadOnly,
        Some(code) if code & 0xff == FULL => StoreError::Full,
        _ => StoreError::Database(Box::new(error)),
    }
}

/// Something that may be there once: as SQLite names it and as PostgreSQL does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unique {
    column: &'static str,
    constraint: &'static str,
}

impl Unique {
    pub(crate) const EMAIL: Self = Self::new("users.email", "users_email_key");
    pub(crate) const ROUTING: Self = Self::new("codes.routing", "codes_waiting");
    pub(crate) const TICKET: Self = Self::new("relay_tickets.id", "relay_tickets_pkey");

    const fn new(column: &'static str, constraint: &'static str) -> Self {
        Self { column, constraint }
    }
}

/// As [`failed`], but a second row where only one may be is `taken`.
pub(crate) fn failed_unique(error: sqlx::Error, unique: Unique, taken: StoreError) -> StoreError {
    let same = error.as_database_error().is_some_and(|db| {
        db.is_unique_violation()
            && match db.constraint() {
                Some(constraint) => constraint == unique.constraint,
                None => db.message().contains(unique.column),
            }
    });
    if same { taken } else { failed(error) }
}

/// Whether the system would let us write a file that is there, and make another one beside it.
fn is_writable(path: &Path) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let written = OpenOptions::new().append(true).open(path).and_then(|_| {
        OpenOptions::new().append(true).create(true).open(beside)?;
        std::fs::remove_file(beside)
    });
    !written.is_err_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
        )
    })
}

/// The result code, if SQLite said it.
fn result_code(error: &sqlx::Error) -> Option<i32> {
    let said = error.as_database_error()?;
    said.try_downcast_ref::<SqliteError>()?;
    said.code()?.parse().ok()
}

/// The state, if PostgreSQL said it.
fn state(error: &sqlx::Error) -> Option<String> {
    let said = error.as_database_error()?;
    Some(said.try_downcast_ref::<PgDatabaseError>()?.code().to_owned())
}
