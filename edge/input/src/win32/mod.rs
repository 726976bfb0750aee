//! The rules of Windows' input without its calls: what to tell it, and what to make of what it tells.
//!
//! Numbers are those of the Windows headers. Compiled for Windows, and for tests on every system.

pub(crate) mod absolute;
pub(crate) mod integrity;
pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod liveness;
pub(crate) mod mouse;
pub(crate) mod origin;
pub(crate) mod repeat;
pub(crate) mod shortcut;
pub(crate) mod strokes;
