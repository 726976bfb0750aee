//! The border to the disk: does what a session's [`DiskAsk`]s say, beneath folders that the person has, following no link.
//!
//! [`Disk`] is the whole border; [`System`] is what differs between machines, and [`fake::FakeSystem`] is compiled everywhere. It blocks:
//! whoever owns one gives it a thread. Nothing is decided here but what a path may be.

mod browse;
mod copied;
mod disk;
pub mod fake;
mod faults;
mod left;
mod pasted;
mod paths;
mod receive;
mod send;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

use std::path::PathBuf;

use cap_std::fs::Dir;
use temoto_session::channel::files::{Fault, RootKind};

pub use disk::Disk;
pub use native::NativeSystem;

/// The disk of this machine.
#[must_use]
pub fn open() -> Disk<NativeSystem> {
    Disk::new(NativeSystem::default())
}

/// Removes what was put on the clipboard by programs that died. It may take its time.
pub fn sweep() {
    if let Some(home) = NativeSystem::default().clipboard() {
        pasted::sweep(&home);
    }
}

/// A folder at which paths may begin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Start {
    /// Its name for the other end.
    pub id: String,
    /// Which one it is.
    pub kind: RootKind,
    /// How it is called, where the kind does not say it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// What differs between machines.
pub trait System {
    /// Where paths may begin, now.
    fn starts(&self) -> Vec<Start>;

    /// Where this program keeps what is put on the clipboard; nothing where the person has no such place.
    fn clipboard(&self) -> Option<PathBuf>;

    /// Free bytes and all bytes where this folder is; zeros where that is not known.
    fn space(&self, start: &std::path::Path) -> (u64, u64);

    /// Whether this system takes the name for one plain file or folder.
    fn takes(&self, name: &str) -> bool;

    /// Gives what is called `from` the name `to`, in one step, and only if nothing is called so.
    ///
    /// # Errors
    /// [`Fault::Exists`], or whatever the system says.
    fn rename_new(&self, dir: &Dir, from: &str, to_dir: &Dir, to: &str) -> Result<(), Fault>;

    /// Throws away what is called `name`; `path` is where the folder is. Returns what [`System::restore`] needs, or nothing where a
    /// person has to take it back by hand.
    ///
    /// # Errors
    /// [`Fault::NoTrash`] where it would be gone for good; then nothing is done.
    fn trash(&mut self, dir: &Dir, path: &std::path::Path, name: &str) -> Result<Option<Thrown>, Fault>;

    /// Takes it back to the folder from which it was thrown away (`dir`), under its name.
    ///
    /// # Errors
    /// [`Fault::Exists`], [`Fault::Gone`].
    fn restore(&mut self, dir: &Dir, thrown: &Thrown) -> Result<(), Fault>;
}

/// What was thrown away.
#[derive(Debug)]
pub struct Thrown {
    /// Its name in the folder in which it was.
    pub name: String,
    /// The trash that has it.
    pub trash: PathBuf,
    /// Its name there.
    pub thrown_name: String,
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
