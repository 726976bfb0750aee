//! Work that nobody waits for: expiry and retention.
