//! The rules of capturing on Windows, without system calls: they are compiled for tests everywhere.
//!
//! [`Machine`](machine::Machine) decides which way pixels are taken, what is told when, and what happens when a way breaks. It drives a
//! [`System`](system::System), which is the real one in `windows/` and a fake in the tests.

pub(crate) mod bell;
mod duplicated;
pub(crate) mod machine;
pub(crate) mod names;
pub(crate) mod pointer_shape;
mod polled;
mod rhythm;
pub(crate) mod rotation;
pub(crate) mod system;
mod tiles;

#[cfg(test)]
mod tests;
