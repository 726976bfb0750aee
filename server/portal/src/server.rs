//! The server about itself.

pub(crate) mod info;
