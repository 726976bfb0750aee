//! Files that arrive: parts beside a journal, and names only for what is whole.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, UNIX_EPOCH};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, OpenOptions};
use temoto_session::channel::files::names::{JOURNAL, PART, numbered};
use temoto_session::channel::files::{Choice, DiskAnswer, Fault, Place};
use temoto_wire::limits::{FILE_BLOCK_BYTES, GIVEN_NAME_BYTES};

use crate::faults::fault;
use crate::left::Part;
use crate::paths::{self, Opened, modified_ms};
use crate::{System, native};

/// Names with a number that are tried.
const NUMBERS: u32 = 10_000;

/// A file that is on its way.
struct Incoming {
    dir: Dir,
    /// `None` once all of it is on the disk.
    file: Option<File>,
    name: String,
    part: String,
    journal: String,
    /// What the journal says.
    text: String,
    /// Folders from where the transfer goes.
    folders: Vec<String>,
    modified_ms: u64,
}

/// What is received by one transfer.
pub struct Receiving {
    into: Opened,
    open: BTreeMap<u32, Incoming>,
}

impl Receiving {
    pub const fn new(into: Opened) -> Self {
        Self {
            into,
            open: BTreeMap::new(),
        }
    }

    /// Makes a folder; one that is there is fine.
    pub fn make_folder(&self, system: &impl System, path: &[String]) -> Result<DiskAnswer, Fault> {
        paths::descend(system, &self.into.dir, path, true)?;
        Ok(DiskAnswer::Created { have: 0 })
    }

    /// Makes ready for a file of this size and time.
    pub fn create(
        &mut self,
        system: &impl System,
        index: u32,
        path: &[String],
        (size, modified): (u64, u64),
        choice: Choice,
    ) -> Result<DiskAnswer, Fault> {
        let (name, folders) = path.split_last().ok_or(Fault::BadName)?;
        paths::check(system, name)?;
        let dir = paths::descend(system, &self.into.dir, folders, true)?;
        if let Some(exists) = there(&dir, name, choice)? {
            return Ok(exists);
        }
        let (part, journal) = (beside(name, PART), beside(name, JOURNAL));
        let text = format!("temoto 1\n{size}\n{modified}\n{name}\n");
        let (file, have) = take_up(&dir, &part, &journal, &text, size)?;
        let (free, all) = system.space(&self.into.start.path);
        let incoming = Incoming {
            dir,
            file: Some(file),
            name: name.clone(),
            part,
            journal,
            text,
            folders: folders.to_vec(),
            modified_ms: modified,
        };
        self.open.insert(index, incoming);
        if all > 0 && size - have > free {
            self.discard(index);
            return Err(Fault::Full);
        }
        Ok(DiskAnswer::Created { have })
    }

    /// Reads a block of what is here.
    pub fn read(&mut self, index: u32, at: u64, length: u32) -> Result<Vec<u8>, Fault> {
        let file = self.file(index)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > FILE_BLOCK_BYTES {
            return Err(Fault::Failed);
        }
        let mut bytes = vec![0; length];
        file.seek(SeekFrom::Start(at)).map_err(|e| fault(&e))?;
        file.read_exact(&mut bytes).map_err(|e| fault(&e))?;
        Ok(bytes)
    }

    /// Writes a block; one at 0 begins anew.
    pub fn write(&mut self, index: u32, at: u64, bytes: &[u8]) -> Result<(), Fault> {
        let file = self.file(index)?;
        // Behind what is written nothing old stays.
        file.set_len(at).map_err(|e| fault(&e))?;
        file.seek(SeekFrom::Start(at)).map_err(|e| fault(&e))?;
        file.write_all(bytes).map_err(|e| fault(&e))
    }

    /// Brings the part to the disk and gives it its name.
    pub fn finish(&mut self, system: &impl System, index: u32, choice: Choice) -> Result<DiskAnswer, Fault> {
        let incoming = self.open.get_mut(&index).ok_or(Fault::Gone)?;
        if let Some(file) = incoming.file.take() {
            let file = file.into_std();
            if incoming.modified_ms > 0 {
                // A disk without such times has the file all the same.
                let _untimed = file.set_modified(UNIX_EPOCH + Duration::from_millis(incoming.modified_ms));
            }
            file.sync_all().map_err(|e| fault(&e))?;
        }
        if let Some(exists) = there(&incoming.dir, &incoming.name, choice)? {
            return Ok(exists);
        }
        let name = match publish(system, incoming, choice) {
            // It came between the look and the name: asked about like any other.
            Err(Fault::Exists) if choice == Choice::Ask => {
                return there(&incoming.dir, &incoming.name, choice)?.ok_or(Fault::Exists);
            }
            named => named?,
        };
        // A journal without a part means nothing to anybody.
        let _stays = native::remove_file(&incoming.dir, &incoming.journal);
        // Where a folder cannot be brought to the disk, the system does it by itself.
        let _unsynced = native::sync(&incoming.dir);
        self.open.remove(&index);
        Ok(DiskAnswer::Finished { name })
    }

    /// Nothing of an unfinished file stays.
    pub fn discard(&mut self, index: u32) {
        if let Some(incoming) = self.open.remove(&index) {
            drop(incoming.file);
            for name in [&incoming.part, &incoming.journal] {
                // What is gone already need not be removed.
                let _gone = native::remove_file(&incoming.dir, name);
            }
        }
    }

    /// Where the part of this file is, while it is not finished.
    pub fn part(&self, index: u32) -> Option<Part> {
        Some(self.part_of(self.open.get(&index)?))
    }

    /// Where every part is that is not finished.
    pub fn unfinished(&self) -> Vec<Part> {
        self.open
            .values()
            .map(|incoming| self.part_of(incoming))
            .collect()
    }

    fn part_of(&self, incoming: &Incoming) -> Part {
        let path = self.into.path.iter().chain(&incoming.folders);
        Part {
            place: Place {
                root: self.into.start.id.clone(),
                path: path.cloned().collect(),
            },
            name: incoming.part.clone(),
            journal: incoming.journal.clone(),
            text: incoming.text.clone(),
        }
    }

    fn file(&mut self, index: u32) -> Result<&mut File, Fault> {
        let incoming = self.open.get_mut(&index).ok_or(Fault::Gone)?;
        incoming.file.as_mut().ok_or(Fault::Gone)
    }
}

/// Whether something of this name is there and a person has to say what now. A folder or a link is never replaced.
fn there(dir: &Dir, name: &str, choice: Choice) -> Result<Option<DiskAnswer>, Fault> {
    let metadata = match dir.symlink_metadata(name) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(&error)),
    };
    match choice {
        Choice::Both => Ok(None),
        Choice::Replace if metadata.is_file() => Ok(None),
        Choice::Replace => Err(Fault::Exists),
        Choice::Ask | Choice::Skip => Ok(Some(DiskAnswer::Exists {
            size: metadata.len(),
            modified_ms: modified_ms(&metadata),
        })),
    }
}

/// The part and what it holds, if its journal tells of the very same file; else a new one.
fn take_up(dir: &Dir, part: &str, journal: &str, text: &str, size: u64) -> Result<(File, u64), Fault> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    let known = tells(dir, journal, text);
    options.write(true);
    if known
        && dir
            .symlink_metadata(part)
            .is_ok_and(|metadata| metadata.is_file())
        && let Ok(file) = dir.open_with(part, &options)
    {
        let have = file.metadata().map_err(|e| fault(&e))?.len();
        if have <= size {
            return Ok((file, have));
        }
    }
    for name in [part, journal] {
        match native::remove_file(dir, name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault(&error)),
        }
    }
    // New ones only: what somebody puts there meanwhile, a link above all, is not written through.
    let mut new = OpenOptions::new();
    new.read(true).write(true).create_new(true);
    let mut file = dir.open_with(journal, &new).map_err(|e| fault(&e))?;
    file.write_all(text.as_bytes()).map_err(|e| fault(&e))?;
    match dir.open_with(part, &new) {
        Ok(file) => Ok((file, 0)),
        Err(error) => {
            // A journal without a part means nothing to anybody.
            let _stays = dir.remove_file(journal);
            Err(fault(&error))
        }
    }
}

/// Whether the journal of this name tells this.
pub fn tells(dir: &Dir, journal: &str, text: &str) -> bool {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    dir.open_with(journal, &options).ok().is_some_and(|mut file| {
        let mut bytes = Vec::new();
        let read = Read::by_ref(&mut file).take(4_096).read_to_end(&mut bytes);
        read.is_ok() && bytes == text.as_bytes()
    })
}

/// Gives the part its name, or one with a number.
fn publish(system: &impl System, incoming: &Incoming, choice: Choice) -> Result<String, Fault> {
    let (dir, part) = (&incoming.dir, &incoming.part);
    if choice == Choice::Replace {
        native::replace(dir, part, &incoming.name)?;
        return Ok(incoming.name.clone());
    }
    let mut name = incoming.name.clone();
    for number in 2..NUMBERS {
        match system.rename_new(dir, part, dir, &name) {
            Err(Fault::Exists) if choice == Choice::Both => name = numbered(&incoming.name, number),
            Err(fault) => return Err(fault),
            Ok(()) => return Ok(name),
        }
    }
    Err(Fault::Exists)
}

/// The name of what is beside a file, short enough for every disk.
fn beside(name: &str, end: &str) -> String {
    if name.len() + end.len() <= GIVEN_NAME_BYTES {
        return format!("{name}{end}");
    }
    // Two long names that begin alike do not share a part.
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let room = GIVEN_NAME_BYTES - end.len() - 17;
    format!("{}~{sum:016x}{end}", temoto_wire::input::cut(name, room))
}
