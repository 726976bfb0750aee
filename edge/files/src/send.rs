//! Files that leave: what there is, and block after block of it.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use temoto_session::channel::files::{Fault, Item, plain_path};
use temoto_wire::limits::{FILE_BLOCK_BYTES, FILES_OF_TRANSFER, NAME_BYTES};

use crate::faults::fault;
use crate::paths::{self, modified_ms};
use crate::{System, native};

/// One of the files and folders that were chosen.
pub struct Top {
    /// Its name for the other end.
    pub shown: String,
    /// The folder in which it is.
    pub dir: Arc<Dir>,
    /// Its name there.
    pub name: String,
}

/// Those of one folder.
pub fn tops(system: &impl System, dir: Dir, names: &[String]) -> Result<Vec<Top>, Fault> {
    let dir = Arc::new(dir);
    let top = |name: &String| {
        paths::check(system, name)?;
        Ok(Top {
            shown: name.clone(),
            dir: Arc::clone(&dir),
            name: name.clone(),
        })
    };
    names.iter().map(top).collect()
}

/// What is sent by one transfer.
pub struct Sending {
    tops: Vec<Top>,
    items: Vec<Item>,
    /// The file that was read last.
    open: Option<(u32, File)>,
}

impl Sending {
    pub const fn new(tops: Vec<Top>, items: Vec<Item>) -> Self {
        Self {
            tops,
            items,
            open: None,
        }
    }

    /// Reads a block; it is what was announced, or the file changed.
    pub fn read(&mut self, system: &impl System, index: u32, at: u64, length: u32) -> Result<Vec<u8>, Fault> {
        let item = usize::try_from(index).ok().and_then(|n| self.items.get(n));
        let item = item.filter(|item| !item.folder).ok_or(Fault::Gone)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > FILE_BLOCK_BYTES {
            return Err(Fault::Failed);
        }
        if self.open.as_ref().is_none_or(|&(open, _)| open != index) {
            let (first, below) = item.path.split_first().ok_or(Fault::BadName)?;
            let top = self.tops.iter().find(|top| top.shown == *first);
            let top = top.ok_or(Fault::Gone)?;
            let file = match below.split_last() {
                None => open_file(&top.dir, &top.name)?,
                Some((name, folders)) => {
                    let dir = paths::descend(system, &top.dir, std::slice::from_ref(&top.name), false)?;
                    open_file(&paths::descend(system, &dir, folders, false)?, name)?
                }
            };
            self.open = Some((index, file));
        }
        let Some((_, file)) = &mut self.open else {
            return Err(Fault::Failed);
        };
        as_announced(file, item)?;
        file.seek(SeekFrom::Start(at)).map_err(|e| fault(&e))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).map_err(|e| fault(&e))?;
        // What was written while it was read shows in size or time.
        as_announced(file, item)?;
        Ok(bytes)
    }
}

fn open_file(dir: &Dir, name: &str) -> Result<File, Fault> {
    // A pipe would wait for a writer: only what is a file is opened.
    if !dir.symlink_metadata(name).map_err(|e| fault(&e))?.is_file() {
        return Err(Fault::NoFolder);
    }
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    dir.open_with(name, &options).map_err(|e| fault(&e))
}

fn as_announced(file: &File, item: &Item) -> Result<(), Fault> {
    let metadata = file.metadata().map_err(|e| fault(&e))?;
    let same =
        metadata.is_file() && metadata.len() == item.size && modified_ms(&metadata) == item.modified_ms;
    same.then_some(()).ok_or(Fault::Changed)
}

/// Everything that is to be sent, folders before what is in them. What is there and cannot be sent is among it, each with its fault:
/// links and devices, names that are none or no text, and paths that are too long.
pub fn gather(tops: &[Top]) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    for top in tops {
        add(&top.dir, &top.name, vec![top.shown.clone()], &mut items)?;
    }
    if items.iter().all(|item| item.fault.is_some()) {
        return Err(Fault::NoFolder);
    }
    Ok(items)
}

/// What is called `name` in this folder, and `path` for the other end.
fn add(dir: &Dir, name: &str, path: Vec<String>, items: &mut Vec<Item>) -> Result<(), Fault> {
    let metadata = dir.symlink_metadata(name).map_err(|e| fault(&e))?;
    if metadata.is_file() {
        push(items, path, false, &metadata, None)
    } else if metadata.is_dir() && !metadata.is_symlink() {
        push(items, path.clone(), true, &metadata, None)?;
        match dir.open_dir_nofollow(name) {
            Ok(inner) => add_all(&inner, &path, &metadata, items),
            // It arrives as an empty folder, and that it is not empty is told.
            Err(error) => push(items, path, false, &metadata, Some(fault(&error))),
        }
    } else {
        push(items, path, false, &metadata, Some(Fault::NoFile))
    }
}

/// What is in this folder, of this path for the other end.
fn add_all(dir: &Dir, path: &[String], folder: &Metadata, items: &mut Vec<Item>) -> Result<(), Fault> {
    for entry in native::entries(dir).map_err(|e| fault(&e))? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        let told = told(&name.to_string_lossy());
        let below: Vec<String> = path.iter().cloned().chain([told.clone()]).collect();
        let lost = if plain_path(&below).is_err() {
            // Told of by the folder in which it is: its own path cannot be said.
            Some((path.to_vec(), Fault::TooLong))
        } else {
            (name.to_str() != Some(&told)).then(|| (below.clone(), Fault::BadName))
        };
        let added = match lost {
            Some((path, fault)) => push(items, path, false, folder, Some(fault)),
            None => add(dir, &told, below, items),
        };
        match added {
            // It went while it was looked at.
            Ok(()) | Err(Fault::Gone) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// A name as it can be told: the same, if it is one everywhere.
fn told(name: &str) -> String {
    temoto_wire::input::cut(&name.replace(['/', '\\', '\0'], "_"), NAME_BYTES).to_owned()
}

fn push(
    items: &mut Vec<Item>,
    path: Vec<String>,
    folder: bool,
    metadata: &Metadata,
    fault: Option<Fault>,
) -> Result<(), Fault> {
    if items.len() >= FILES_OF_TRANSFER {
        return Err(Fault::TooMany);
    }
    items.push(Item {
        path,
        folder,
        size: if folder || fault.is_some() {
            0
        } else {
            metadata.len()
        },
        modified_ms: modified_ms(metadata),
        fault,
    });
    Ok(())
}
