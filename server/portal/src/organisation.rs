//! What administrators decide for their organisation.

pub(crate) mod embed;
pub(crate) mod second_factor;
