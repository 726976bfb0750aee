//! The repositories on SQLite.
