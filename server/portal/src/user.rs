//! The people of an organisation, for its administrators.

pub(crate) mod list;
