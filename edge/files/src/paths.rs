//! Opening folders one name after the other, never through a link.

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::copied::is_root as is_copied;
use temoto_session::channel::files::pasted::is_root as is_pasted;
use temoto_session::channel::files::{Fault, Place, is_plain_name};

use crate::faults::fault;
use crate::{Start, System, native};

/// A folder that is open, and where it began.
pub struct Opened {
    /// The folder.
    pub dir: Dir,
    /// Where its path begins.
    pub start: Start,
    /// Its names from there.
    pub path: Vec<String>,
}

impl Opened {
    /// Its path for people, and for what of a system knows only paths.
    pub fn full(&self) -> std::path::PathBuf {
        let mut full = self.start.path.clone();
        full.extend(&self.path);
        full
    }
}

/// Opens a place.
pub fn open(system: &impl System, place: &Place) -> Result<Opened, Fault> {
    // What was copied is read, by a way of its own; nothing is put or changed there. What is put on the clipboard is only received.
    if is_copied(&place.root) || is_pasted(&place.root) {
        return Err(Fault::Denied);
    }
    let start = system.starts().into_iter().find(|start| start.id == place.root);
    let start = start.ok_or(Fault::Gone)?;
    // The person's own folder may be a link of the person's making; nothing beneath it may.
    let root = Dir::open_ambient_dir(&start.path, ambient_authority()).map_err(|e| fault(&e))?;
    let dir = descend(system, &root, &place.path, false)?;
    Ok(Opened {
        dir,
        start,
        path: place.path.clone(),
    })
}

/// Goes down these names; makes what is not there if `make`.
pub fn descend(system: &impl System, from: &Dir, path: &[String], make: bool) -> Result<Dir, Fault> {
    let mut dir = from.try_clone().map_err(|e| fault(&e))?;
    for name in path {
        check(system, name)?;
        if make
            && let Err(error) = native::create_dir(&dir, name)
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(fault(&error));
        }
        dir = dir.open_dir_nofollow(name).map_err(|e| fault(&e))?;
    }
    Ok(dir)
}

/// Whether a name may be used at all.
pub fn check(system: &impl System, name: &str) -> Result<(), Fault> {
    if is_plain_name(name) && system.takes(name) {
        Ok(())
    } else {
        Err(Fault::BadName)
    }
}

/// Unix ms at which it was changed last.
pub fn modified_ms(metadata: &cap_std::fs::Metadata) -> u64 {
    let modified = metadata.modified().map(cap_std::time::SystemTime::into_std);
    let since = modified
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}
