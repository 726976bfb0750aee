//! With real folders on Windows: what arrives is whole whatever its name, nothing is replaced or lost, nothing leaves the folder.

mod names;
mod others;
mod pasted;
mod receiving;

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use temoto_session::channel::files::{
    Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Item, Listed, ListedKind, Place,
};
use windows::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM, FILE_SHARE_READ, SetFileAttributesW,
};
use windows::core::HSTRING;

use super::*;
use crate::Disk;

/// Sharing by which a program keeps a file to itself, and by which others may read it.
const ALONE: u32 = 0;
const READ: u32 = FILE_SHARE_READ.0;

/// The home of who started Wine; none on a real Windows.
fn home_of_wine() -> Option<PathBuf> {
    let home = std::env::var("WINEHOMEDIR").ok()?;
    Some(PathBuf::from(home.trim_start_matches("\\??\\")))
}

/// Where Wine keeps what the shell throws away.
fn bin_of_wine() -> Option<PathBuf> {
    home_of_wine().map(|home| home.join(".local\\share\\Trash\\files"))
}

/// A folder of the drive with the bin, reached from the root of that drive as an operator reaches it.
struct Stage {
    folder: PathBuf,
    disk: Disk<NativeSystem>,
}

impl Stage {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("temoto-files-{}-{count}", std::process::id());
        let folder = home_of_wine().unwrap_or_else(std::env::temp_dir).join(name);
        for part in ["desktop", "outside"] {
            fs::create_dir_all(folder.join(part)).expect("a folder");
        }
        let mut stage = Self {
            folder,
            disk: Disk::new(NativeSystem { only: bin_of_wine() }),
        };
        assert_eq!(stage.target(&[]), DiskAnswer::Done);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join("desktop").join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("there")
    }

    fn names(&self) -> Vec<String> {
        names_in(&self.folder.join("desktop"))
    }

    fn place(&self, below: &[&str]) -> Place {
        let (mut root, mut path) = (String::new(), Vec::new());
        for part in self.folder.components() {
            match part {
                Component::Prefix(drive) => root = drive.as_os_str().to_string_lossy().into_owned(),
                Component::Normal(name) => path.push(name.to_string_lossy().into_owned()),
                Component::RootDir | Component::CurDir | Component::ParentDir => {}
            }
        }
        path.push("desktop".to_owned());
        path.extend(below.iter().map(|&name| name.to_owned()));
        Place { root, path }
    }

    fn ask(&mut self, transfer: u32, work: DiskWork) -> DiskAnswer {
        let id = 1;
        self.disk.work(DiskAsk { id, transfer, work }).expect("an answer")
    }

    fn silently(&mut self, transfer: u32, work: DiskWork) {
        let id = 1;
        assert_eq!(self.disk.work(DiskAsk { id, transfer, work }), None);
    }

    fn target(&mut self, below: &[&str]) -> DiskAnswer {
        let place = self.place(below);
        self.ask(1, DiskWork::Target(place))
    }

    fn create(&mut self, path: &[&str], size: usize, choice: Choice) -> DiskAnswer {
        let work = DiskWork::Create {
            index: 0,
            path: path.iter().map(|&name| name.to_owned()).collect(),
            folder: false,
            size: size as u64,
            modified_ms: 1_700_000_000_123,
            choice,
        };
        self.ask(1, work)
    }

    fn part(&mut self, content: &[u8]) -> DiskAnswer {
        let bytes = content.to_vec();
        self.ask(
            1,
            DiskWork::Write {
                index: 0,
                at: 0,
                bytes,
            },
        )
    }

    fn finish(&mut self, choice: Choice) -> DiskAnswer {
        self.ask(1, DiskWork::Finish { index: 0, choice })
    }

    fn receive(&mut self, path: &[&str], content: &str, choice: Choice) -> DiskAnswer {
        match self.create(path, content.len(), choice) {
            DiskAnswer::Created { have: 0 } => {}
            other => return other,
        }
        if !content.is_empty() {
            assert_eq!(self.part(content.as_bytes()), DiskAnswer::Done);
        }
        self.finish(choice)
    }

    fn gather(&mut self, name: &str) -> DiskAnswer {
        let (place, names) = (self.place(&[]), vec![name.to_owned()]);
        self.ask(2, DiskWork::Gather { place, names })
    }

    fn rename(&mut self, from: &str, to: &str) -> DiskAnswer {
        let (place, from, to) = (self.place(&[]), from.to_owned(), to.to_owned());
        self.ask(0, DiskWork::Rename { place, from, to })
    }

    fn make(&mut self, name: &str) -> DiskAnswer {
        let (place, name) = (self.place(&[]), name.to_owned());
        self.ask(0, DiskWork::Make { place, name })
    }

    fn trash(&mut self, name: &str) -> DiskAnswer {
        let (place, names) = (self.place(&[]), vec![name.to_owned()]);
        self.ask(0, DiskWork::Trash { place, names })
    }

    fn list(&mut self, below: &[&str]) -> Result<Vec<Listed>, DiskAnswer> {
        let place = self.place(below);
        match self.ask(0, DiskWork::List(place)) {
            DiskAnswer::Listed { mut entries, .. } => {
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(entries)
            }
            other => Err(other),
        }
    }

    /// Opens a file as another program does, which lets others do only this with it.
    fn held(&self, name: &str, share: u32) -> fs::File {
        let mut options = OpenOptions::new();
        options.read(true).write(share == ALONE).share_mode(share);
        options.open(self.path(name)).expect("opened")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Nothing stays open in what is removed.
        self.disk = crate::open();
        let _stays = fs::remove_dir_all(&self.folder);
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn finished(name: &str) -> DiskAnswer {
    let name = name.to_owned();
    DiskAnswer::Finished { name }
}

const fn fault(fault: Fault) -> DiskAnswer {
    DiskAnswer::Fault(fault)
}
