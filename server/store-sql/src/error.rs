//! From what SQLite says to what a caller can act on.

use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use temoto_store::StoreError;

/// Why a database was not opened; names the file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, or it cannot be read.
    #[error("cannot open the database {}: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// In words.
        reason: String,
    },
    /// A newer version of the program wrote it.
    #[error("the database {} was written by a newer version (step {version}); update this program", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The unknown step.
        version: i64,
    },
    /// The file or its folder may not be written.
    #[error("the database {} is read-only; the user of the server must be able to write the file and its folder", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No room.
    #[error("the disk that holds the database {} is full", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
}

impl OpenError {
    pub(crate) fn new(path: &Path, error: sqlx::Error) -> Self {
        Self::store(path, failed(error))
    }

    pub(crate) fn store(path: &Path, error: StoreError) -> Self {
        let path = path.to_owned();
        if matches!(error, StoreError::ReadOnly) {
            Self::ReadOnly { path }
        } else if matches!(error, StoreError::Full) {
            Self::Full { path }
        } else {
            let reason = if let StoreError::Database(source) = &error {
                source.to_string()
            } else {
                error.to_string()
            };
            Self::Open { path, reason }
        }
    }

    pub(crate) fn migrate(path: &Path, error: MigrateError) -> Self {
        let path = path.to_owned();
        if let MigrateError::VersionMissing(version) = error {
            Self::Newer { path, version }
        } else if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = error {
            Self::new(&path, error)
        } else {
            let reason = error.to_string();
            Self::Open { path, reason }
        }
    }
}

/// Primary result codes of SQLite.
const READ_ONLY: i32 = 8;
const FULL: i32 = 13;

/// What a failure of the database means to a caller.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(READ_ONLY) => StoreError::ReadOnly,
        Some(FULL) => StoreError::Full,
        _ => StoreError::Database(Box::new(error)),
    }
}

/// As [`failed`], but a second row with the same value in this column is `taken`.
pub(crate) fn failed_unique(error: sqlx::Error, column: &str, taken: StoreError) -> StoreError {
    let same = error
        .as_database_error()
        .is_some_and(|db| db.is_unique_violation() && db.message().contains(column));
    if same { taken } else { failed(error) }
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    // The lower byte is the kind, the rest says more.
    Some(extended & 0xff)
}
