//! From what SQLite says to what a caller can act on.

use std::fs::OpenOptions;
use std::io::ErrorKind;
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
    #[error("the disk that holds the database {} is full; make room and try again", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
}

impl OpenError {
    pub(crate) fn new(path: &Path, error: sqlx::Error) -> Self {
        // SQLite does not say why it cannot open a file, or make one beside it; the system does.
        let refused = result_code(&error).is_some_and(|code| code & 0xff == CANNOT_OPEN);
        if refused && !is_writable(path) {
            return Self::ReadOnly {
                path: path.to_owned(),
            };
        }
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

/// Result codes of SQLite: the lower byte is the kind, the rest says more.
const READ_ONLY: i32 = 8;
const CANNOT_OPEN: i32 = 14;
const FULL: i32 = 13;
/// The log or its index could not grow: on a full disk these come before `FULL`.
const NO_ROOM_TO_WRITE: i32 = 10 | 3 << 8;
const NO_ROOM_FOR_INDEX: i32 = 10 | 19 << 8;

/// What a failure of the database means to a caller.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match result_code(&error) {
        Some(NO_ROOM_TO_WRITE | NO_ROOM_FOR_INDEX) => StoreError::Full,
        Some(code) if code & 0xff == READ_ONLY => StoreError::ReadOnly,
        Some(code) if code & 0xff == FULL => StoreError::Full,
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

fn result_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}
