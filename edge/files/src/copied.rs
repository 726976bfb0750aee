//! What the customer copied, as a root of its own: files and folders from wherever they are, to be read and nothing more.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::names::{folded, numbered};
use temoto_session::channel::files::{DiskAnswer, Fault, Root, RootKind, copied};
use temoto_wire::limits::NAMES;

use crate::faults::fault;
use crate::send::Top;
use crate::{System, browse, paths};

/// One of the files and folders.
struct Entry {
    /// Its name here.
    shown: String,
    /// The folder in which it is.
    folder: PathBuf,
    /// Its name there.
    name: String,
}

/// One copy.
pub struct Copied {
    id: String,
    entries: Vec<Entry>,
    /// There are more than are shown.
    more: bool,
}

impl Copied {
    /// The copy with this number. Names that are none for the other end, whole drives and what is more than [`NAMES`] are left out; of
    /// two that are called the same, in whatever case, the later one gets a number.
    pub fn new(system: &impl System, number: u32, found: Vec<PathBuf>, more: bool) -> Self {
        let (mut entries, mut known, mut names) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut more = more;
        for path in found {
            let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
            let (Some(name), Some(folder)) = (name, path.parent().map(PathBuf::from)) else {
                continue;
            };
            if paths::check(system, &name).is_err() || !known.insert(path) {
                continue;
            }
            if entries.len() >= NAMES {
                more = true;
                break;
            }
            let fold = |name: &String| folded(std::slice::from_ref(name));
            let others = (2..).map(|number| numbered(&name, number));
            let free = std::iter::once(name.clone())
                .chain(others)
                .find(|name| names.insert(fold(name)));
            let Some(shown) = free else { continue };
            entries.push(Entry { shown, folder, name });
        }
        Self {
            id: copied::root(number),
            entries,
            more,
        }
    }

    /// Whether this is what a place with this root means.
    pub fn is(&self, root: &str) -> bool {
        self.id == root
    }

    /// As a place to begin at; `None` if there is nothing to be had.
    pub fn root(&self) -> Option<Root> {
        (!self.entries.is_empty()).then(|| Root {
            id: self.id.clone(),
            kind: RootKind::Copied,
            name: String::new(),
            free: 0,
            size: 0,
        })
    }

    /// What was copied, as far as it is still where it was.
    pub fn list(&self) -> DiskAnswer {
        let mut folders = Folders::default();
        let listed = self.entries.iter().filter_map(|entry| {
            let metadata = folders.open(entry).ok()?.symlink_metadata(&entry.name).ok()?;
            Some(browse::listed(entry.shown.clone(), &metadata))
        });
        DiskAnswer::Listed {
            entries: listed.collect(),
            truncated: self.more,
        }
    }

    /// Opens a folder that was copied, or one beneath it.
    pub fn open(&self, system: &impl System, path: &[String]) -> Result<Dir, Fault> {
        let (first, below) = path.split_first().ok_or(Fault::NoFolder)?;
        let entry = self.entry(first)?;
        let dir = Folders::default().open(entry)?;
        let dir = paths::descend(system, &dir, std::slice::from_ref(&entry.name), false)?;
        paths::descend(system, &dir, below, false)
    }

    /// Where these are.
    pub fn tops(&self, names: &[String]) -> Result<Vec<Top>, Fault> {
        let mut folders = Folders::default();
        let top = |shown: &String| {
            let entry = self.entry(shown)?;
            Ok(Top {
                shown: shown.clone(),
                dir: folders.open(entry)?,
                name: entry.name.clone(),
            })
        };
        names.iter().map(top).collect()
    }

    fn entry(&self, shown: &str) -> Result<&Entry, Fault> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.shown == shown).ok_or(Fault::Gone)
    }
}

/// Opens folders, and mostly it is one. They are not kept open: a drive that a person wants to take out is not held.
#[derive(Default)]
struct Folders(Option<(PathBuf, Arc<Dir>)>);

impl Folders {
    /// The way to what a person copied may have links of the person's making; it itself and what is beneath it may be none.
    fn open(&mut self, entry: &Entry) -> Result<Arc<Dir>, Fault> {
        if let Some((path, dir)) = &self.0
            && *path == entry.folder
        {
            return Ok(Arc::clone(dir));
        }
        let dir = Dir::open_ambient_dir(&entry.folder, ambient_authority()).map_err(|e| fault(&e))?;
        let dir = Arc::new(dir);
        self.0 = Some((entry.folder.clone(), Arc::clone(&dir)));
        Ok(dir)
    }
}
