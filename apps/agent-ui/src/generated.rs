//! What the interface compiler makes of `ui/`. It brings `allow(unsafe_code)` of its own for its item
//! tables (static offsets into pinned structs), which is why this crate denies unsafe code where others forbid it.
#![allow(
    missing_docs,
    clippy::all,
    clippy::allow_attributes,
    clippy::todo,
    clippy::unwrap_used,
    reason = "generated; its shape follows the compiler's version"
)]

slint::include_modules!();
