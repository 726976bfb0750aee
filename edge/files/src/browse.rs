//! Looking into folders, and changing what is in them.

use std::collections::BTreeMap;

use cap_std::fs::{Dir, Metadata};
use temoto_session::channel::files::names::is_safe;
use temoto_session::channel::files::{DiskAnswer, Fault, Listed, ListedKind, Place, Root};
use temoto_wire::limits::FOLDER_ENTRIES;

use crate::faults::fault;
use crate::{System, Thrown, native, paths};

/// Times something was thrown away that can be taken back.
const KEPT: usize = 64;

/// Where paths may begin.
pub fn roots(system: &impl System) -> Vec<Root> {
    let start = |start: crate::Start| {
        let (free, size) = system.space(&start.path);
        Root {
            id: start.id,
            kind: start.kind,
            name: start.name,
            free,
            size,
        }
    };
    system.starts().into_iter().map(start).collect()
}

/// What is in a folder. Names that are no text cannot be told and are left out.
pub fn list(dir: &Dir) -> Result<DiskAnswer, Fault> {
    let (mut entries, mut truncated) = (Vec::new(), false);
    for entry in native::entries(dir).map_err(|e| fault(&e))? {
        let Ok(entry) = entry else { continue };
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if entries.len() >= FOLDER_ENTRIES {
            truncated = true;
            break;
        }
        let Ok(metadata) = entry.metadata() else { continue };
        entries.push(listed(name, &metadata));
    }
    Ok(DiskAnswer::Listed { entries, truncated })
}

/// One entry, by what the system says of it itself, not of what a link leads to.
pub fn listed(name: String, metadata: &Metadata) -> Listed {
    let kind = if metadata.is_symlink() {
        ListedKind::Link
    } else if metadata.is_dir() {
        ListedKind::Folder
    } else if metadata.is_file() {
        ListedKind::File
    } else {
        ListedKind::Other
    };
    Listed {
        name,
        kind,
        size: if kind == ListedKind::File {
            metadata.len()
        } else {
            0
        },
        modified_ms: paths::modified_ms(metadata),
    }
}

/// Makes a folder.
pub fn make(system: &impl System, place: &Place, name: &str) -> Result<(), Fault> {
    let opened = paths::open(system, place)?;
    named(name)?;
    native::create_dir(&opened.dir, name).map_err(|e| fault(&e))
}

/// Gives another name.
pub fn rename(system: &impl System, place: &Place, from: &str, to: &str) -> Result<(), Fault> {
    let opened = paths::open(system, place)?;
    paths::check(system, from)?;
    named(to)?;
    opened.dir.symlink_metadata(from).map_err(|e| fault(&e))?;
    system.rename_new(&opened.dir, from, &opened.dir, to)
}

/// A name that somebody gives is one that every system takes.
fn named(name: &str) -> Result<(), Fault> {
    is_safe(name).then_some(()).ok_or(Fault::BadName)
}

/// What was thrown away in this session, by token.
pub struct Trash {
    next: u32,
    kept: BTreeMap<u32, (Place, Vec<Thrown>)>,
}

impl Trash {
    pub const fn new() -> Self {
        Self {
            next: 0,
            kept: BTreeMap::new(),
        }
    }

    /// Throws these away, one after the other; what cannot be stops it, and what was thrown away before comes back.
    pub fn throw(&mut self, system: &mut impl System, place: &Place, names: &[String]) -> Result<u32, Fault> {
        let opened = paths::open(system, place)?;
        let full = opened.full();
        let (mut thrown, mut all) = (Vec::new(), true);
        for name in names {
            let done = paths::check(system, name).and_then(|()| system.trash(&opened.dir, &full, name));
            match done {
                Ok(Some(one)) => thrown.push(one),
                Ok(None) => all = false,
                Err(fault) => {
                    for one in &thrown {
                        // What does not come back is still in the trash.
                        let _stays = system.restore(&opened.dir, one);
                    }
                    return Err(fault);
                }
            }
        }
        if !all {
            return Ok(0);
        }
        self.next = self.next.wrapping_add(1).max(1);
        while self.kept.len() >= KEPT {
            self.kept.pop_first();
        }
        self.kept.insert(self.next, (place.clone(), thrown));
        Ok(self.next)
    }

    /// Takes back what was thrown away under this token; what cannot be taken back stays in the trash, and may be asked for again.
    pub fn restore(&mut self, system: &mut impl System, token: u32) -> Result<(), Fault> {
        let (place, thrown) = self.kept.get_mut(&token).ok_or(Fault::Gone)?;
        // Opened anew: a folder that is kept open cannot be renamed or removed on Windows.
        let opened = paths::open(system, place)?;
        let mut done = Ok(());
        thrown.retain(|one| {
            let back = system.restore(&opened.dir, one);
            done = done.and(back);
            back.is_err()
        });
        if thrown.is_empty() {
            self.kept.remove(&token);
        }
        done
    }
}
