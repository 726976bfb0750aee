//! Repository traits of the server; no SQL.
