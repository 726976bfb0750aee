//! REST: one operation, one file; OpenAPI; pages.
