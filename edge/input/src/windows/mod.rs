//! Keyboard and mouse of Windows: `SendInput` to press, low-level hooks to notice. What needs no system call is in
//! `win32`.

#![expect(unsafe_code, reason = "every call of Win32 is; each block says why it holds")]

mod desktop;
mod guard;
mod hooks;
mod layout;
mod rank;
mod settings;
mod sink;
mod traffic;
mod watch;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::win32::origin::Tag;
use crate::{InputError, OwnWindows};
pub(crate) use layout::keyboard_layout;
pub use sink::WindowsSink as NativeSink;
use traffic::Traffic;
pub use watch::WindowsWatch as NativeWatch;

/// Opens the desktop that the program runs on; Windows has no other.
pub(crate) fn open(_display: Option<&str>, own: OwnWindows) -> Result<(NativeSink, NativeWatch), InputError> {
    // The standard library's hasher is seeded by the system.
    let tag = Tag::new(RandomState::new().hash_one(std::process::id()));
    let traffic = Arc::new(Traffic::new(tag));
    // The watch first: nothing that the sink does may come before it looks.
    let watch = NativeWatch::open(Arc::clone(&traffic))?;
    Ok((NativeSink::new(traffic, own), watch))
}
