//! The channels of a session, one file each: a sending and a receiving half, as plain state without any I/O.

pub mod chat;
pub mod clipboard;
pub mod colors;
mod complete;
pub mod files;
pub mod glance;
pub mod input;
pub mod pictures;
pub mod screen;
