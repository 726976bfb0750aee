//! The suite that every database must pass: today SQLite on a file.
