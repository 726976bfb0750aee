//! A disk in memory, as the shell of either end would have one. It outlives a reload of the page and a new start of the program.

use std::collections::{BTreeMap, BTreeSet};

use temoto_session::channel::files::{
    Choice, DiskAnswer, DiskAsk, DiskWork, Fault, Item, Listed, ListedKind, Place, Root, RootKind, copied,
    pasted,
};

/// Content and time of a file.
pub type File = (Vec<u8>, u64);

/// A part that is not all here.
#[derive(Clone, Debug)]
pub struct Part {
    /// What is here.
    pub bytes: Vec<u8>,
    size: u64,
    modified_ms: u64,
}

/// What a transfer has open.
#[derive(Clone, Debug, Default)]
struct Open {
    folder: String,
    /// Of what is sent: where each item is.
    sources: Vec<(String, Item)>,
    /// Of what is received: its path, size and time.
    coming: BTreeMap<u32, (String, u64, u64)>,
}

/// The disk of one end.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// Files by their path.
    pub files: BTreeMap<String, File>,
    /// Folders by their path.
    pub folders: Vec<String>,
    /// Unfinished parts by the path that they are to have.
    pub parts: BTreeMap<String, Part>,
    /// Bytes that fit on it.
    pub capacity: Option<u64>,
    /// How many blocks were read for sending, and written.
    pub reads: u32,
    /// Bytes that were written.
    pub written: u64,
    /// What was thrown away.
    pub trash: Vec<(String, File)>,
    /// What the customer copied, by the number of the copy: folders and files whose paths begin with its root.
    pub copied: Option<u32>,
    /// The folder that this transfer fills for the clipboard.
    coming: Option<(u32, String)>,
    /// The one that was handed over for it.
    pub handed: Option<String>,
    /// What is there and cannot be sent, by its path.
    pub unsendable: BTreeMap<String, Fault>,
    /// What is written is not kept.
    forgetful: bool,
    /// Transfers that it was asked something for.
    pub transfers: BTreeSet<u32>,
    open: BTreeMap<u32, Open>,
    /// Parts of transfers that are closed, by their path.
    left: BTreeMap<String, u32>,
}

impl Disk {
    /// Parts keep their length and not their content: what is to be told of memory is not told of disks.
    pub fn forget_written(&mut self) {
        self.forgetful = true;
    }

    /// Puts a file there.
    pub fn put(&mut self, path: &str, content: &[u8]) {
        self.files
            .insert(path.to_owned(), (content.to_vec(), 1_700_000_000_000));
    }

    /// The same disk as a program finds it that was started anew: what the one before had open, nobody knows.
    #[must_use]
    pub fn of_next_program(&self) -> Self {
        Self {
            open: BTreeMap::new(),
            left: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// The operator chose these for a transfer: files by their path, folders with all that is in them.
    pub fn choose(&mut self, transfer: u32, paths: &[&str]) -> Vec<Item> {
        let sources = self.gather(paths.iter().map(|&path| path.to_owned()));
        let items = sources.iter().map(|(_, item)| item.clone()).collect();
        self.open.entry(transfer).or_default().sources = sources;
        items
    }

    /// The operator chose the folder into which a transfer goes.
    pub fn target(&mut self, transfer: u32, folder: &str) {
        folder.clone_into(&mut self.open.entry(transfer).or_default().folder);
    }

    fn gather(&self, paths: impl Iterator<Item = String>) -> Vec<(String, Item)> {
        let mut sources = Vec::new();
        for path in paths {
            let cut = path.rfind('/').map_or(0, |at| at + 1);
            let within = format!("{path}/");
            if self.folders.contains(&path) {
                sources.push((path.clone(), item(&path[cut..], true, 0, 0)));
            }
            for folder in self.folders.iter().filter(|folder| folder.starts_with(&within)) {
                sources.push((folder.clone(), item(&folder[cut..], true, 0, 0)));
            }
            for (name, (content, modified_ms)) in &self.files {
                if *name == path || name.starts_with(&within) {
                    let mut item = item(&name[cut..], false, content.len() as u64, *modified_ms);
                    item.fault = self.unsendable.get(name).copied();
                    sources.push((name.clone(), item));
                }
            }
        }
        sources
    }

    /// Does one thing; `None` for what has no answer.
    pub fn work(&mut self, ask: DiskAsk) -> Option<DiskAnswer> {
        let fault = |fault| Some(DiskAnswer::Fault(fault));
        self.transfers.insert(ask.transfer);
        if place_of(&ask.work).is_some_and(|place| !self.knows(place)) {
            return fault(Fault::Gone);
        }
        match ask.work {
            DiskWork::Read { index, at, length } => {
                self.reads += 1;
                let open = self.open.get(&ask.transfer);
                let Some((path, item)) = open.and_then(|open| open.sources.get(index as usize)) else {
                    return fault(Fault::Gone);
                };
                let Some((content, modified_ms)) = self.files.get(path) else {
                    return fault(Fault::Gone);
                };
                if content.len() as u64 != item.size || *modified_ms != item.modified_ms {
                    return fault(Fault::Changed);
                }
                Some(slice(content, at, length))
            }
            DiskWork::Create {
                index,
                path,
                folder,
                size,
                modified_ms,
                choice,
            } => {
                let base = self.open.entry(ask.transfer).or_default().folder.clone();
                let path = [base, path.join("/")].join("/");
                if folder {
                    if !self.folders.contains(&path) {
                        self.folders.push(path);
                    }
                    return Some(DiskAnswer::Created { have: 0 });
                }
                if choice == Choice::Ask
                    && let Some((content, modified_ms)) = self.files.get(&path)
                {
                    return Some(DiskAnswer::Exists {
                        size: content.len() as u64,
                        modified_ms: *modified_ms,
                    });
                }
                self.left.remove(&path);
                if let Some(open) = self.open.get_mut(&ask.transfer) {
                    open.coming.insert(index, (path.clone(), size, modified_ms));
                }
                let fresh = Part {
                    bytes: Vec::new(),
                    size,
                    modified_ms,
                };
                let part = self.parts.entry(path).or_insert_with(|| fresh.clone());
                if part.size != size || part.modified_ms != modified_ms {
                    *part = fresh;
                }
                Some(DiskAnswer::Created {
                    have: part.bytes.len() as u64,
                })
            }
            DiskWork::ReadPart { index, at, length } => {
                let part = self.part(ask.transfer, index)?;
                Some(slice(&part.bytes, at, length))
            }
            DiskWork::Write { index, at, bytes } => {
                let used: usize = self.files.values().map(|(content, _)| content.len()).sum();
                let parts: usize = self.parts.values().map(|part| part.bytes.len()).sum();
                if self
                    .capacity
                    .is_some_and(|most| (used + parts + bytes.len()) as u64 > most)
                {
                    return fault(Fault::Full);
                }
                self.written += bytes.len() as u64;
                if self.forgetful {
                    return Some(DiskAnswer::Done);
                }
                let part = self.part(ask.transfer, index)?;
                if at == 0 {
                    part.bytes.clear();
                }
                assert_eq!(part.bytes.len() as u64, at, "blocks are written in order");
                part.bytes.extend(bytes);
                Some(DiskAnswer::Done)
            }
            DiskWork::Finish { index, choice } => {
                let (mut path, _, modified_ms) = self.open.get(&ask.transfer)?.coming.get(&index)?.clone();
                if let Some((content, modified_ms)) = self.files.get(&path) {
                    match choice {
                        Choice::Ask | Choice::Skip => {
                            return Some(DiskAnswer::Exists {
                                size: content.len() as u64,
                                modified_ms: *modified_ms,
                            });
                        }
                        Choice::Replace => {}
                        Choice::Both => {
                            let part = self.parts.remove(&path)?;
                            path.push_str(" (2)");
                            self.parts.insert(path.clone(), part);
                        }
                    }
                }
                let part = self.parts.remove(&path)?;
                self.files.insert(path.clone(), (part.bytes, modified_ms));
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                Some(DiskAnswer::Finished { name })
            }
            DiskWork::Discard { index } => {
                let coming = self
                    .open
                    .get(&ask.transfer)
                    .and_then(|open| open.coming.get(&index));
                if let Some((path, ..)) = coming {
                    self.parts.remove(path);
                }
                None
            }
            DiskWork::Close => {
                let open = self.open.get_mut(&ask.transfer);
                let coming = open.map(|open| std::mem::take(&mut open.coming));
                for (path, ..) in coming.into_iter().flat_map(BTreeMap::into_values) {
                    if self.parts.contains_key(&path) {
                        self.left.insert(path, ask.transfer);
                    }
                }
                None
            }
            DiskWork::DiscardLeft => {
                let (parts, transfer) = (&mut self.parts, ask.transfer);
                self.left.retain(|path, of| {
                    let stays = transfer != 0 && *of != transfer;
                    if !stays {
                        parts.remove(path);
                    }
                    stays
                });
                None
            }
            DiskWork::Target(place) if pasted::is_root(&place.root) => {
                self.remove(|disk| disk.coming.take().map(|(_, folder)| folder));
                let folder = format!("clipboard {}", ask.id);
                self.folders.push(folder.clone());
                self.coming = Some((ask.transfer, folder.clone()));
                self.open.entry(ask.transfer).or_default().folder = folder;
                Some(DiskAnswer::Done)
            }
            DiskWork::HandOver => {
                let Some((_, folder)) = self.coming.take_if(|(transfer, _)| *transfer == ask.transfer) else {
                    return fault(Fault::Gone);
                };
                self.remove(|disk| disk.handed.take());
                self.handed = Some(folder.clone());
                let tops = self.in_folder(&folder);
                Some(DiskAnswer::Paths(
                    tops.into_iter()
                        .map(|one| format!("/{folder}/{}", one.name).into())
                        .collect(),
                ))
            }
            DiskWork::ForgetPasted { all } => {
                self.remove(|disk| disk.coming.take().map(|(_, folder)| folder));
                if all {
                    self.remove(|disk| disk.handed.take());
                }
                None
            }
            DiskWork::Target(place) => {
                let folder = path_of(&place);
                if !self.folders.contains(&folder) {
                    return fault(Fault::Gone);
                }
                self.open.entry(ask.transfer).or_default().folder = folder;
                Some(DiskAnswer::Done)
            }
            DiskWork::Gather { place, names } => {
                let folder = path_of(&place);
                let sources = self.gather(names.iter().map(|name| format!("{folder}/{name}")));
                if sources.is_empty() {
                    return fault(Fault::Gone);
                }
                let items = sources.iter().map(|(_, item)| item.clone()).collect();
                self.open.entry(ask.transfer).or_default().sources = sources;
                Some(DiskAnswer::Gathered(items))
            }
            DiskWork::Roots => {
                let root = |id: String, kind| Root {
                    id,
                    kind,
                    name: String::new(),
                    free: 1 << 30,
                    size: 1 << 36,
                };
                let copied = self.copied.map(copied::root);
                let copied = copied.map(|id| root(id, RootKind::Copied));
                let desktop = root("desktop".to_owned(), RootKind::Desktop);
                Some(DiskAnswer::Roots(copied.into_iter().chain([desktop]).collect()))
            }
            DiskWork::List(place) => Some(DiskAnswer::Listed {
                entries: self.in_folder(&path_of(&place)),
                truncated: false,
            }),
            DiskWork::Make { place, name } => {
                self.folders.push(format!("{}/{name}", path_of(&place)));
                Some(DiskAnswer::Done)
            }
            DiskWork::Rename { place, from, to } => {
                let folder = path_of(&place);
                let Some(file) = self.files.remove(&format!("{folder}/{from}")) else {
                    return fault(Fault::Gone);
                };
                self.files.insert(format!("{folder}/{to}"), file);
                Some(DiskAnswer::Done)
            }
            DiskWork::Trash { place, names } => {
                let folder = path_of(&place);
                for name in names {
                    let path = format!("{folder}/{name}");
                    let Some(file) = self.files.remove(&path) else {
                        return fault(Fault::Gone);
                    };
                    self.trash.push((path, file));
                }
                Some(DiskAnswer::Trashed { token: 1 })
            }
            DiskWork::Restore(_) => {
                for (path, file) in self.trash.drain(..) {
                    self.files.insert(path, file);
                }
                Some(DiskAnswer::Done)
            }
            DiskWork::ForgetCopied => {
                self.copied = None;
                None
            }
        }
    }

    /// Removes a folder with all that is in it.
    fn remove(&mut self, which: impl FnOnce(&mut Self) -> Option<String>) {
        let Some(folder) = which(self) else { return };
        let within = format!("{folder}/");
        self.folders
            .retain(|path| *path != folder && !path.starts_with(&within));
        self.files.retain(|path, _| !path.starts_with(&within));
        self.parts.retain(|path, _| !path.starts_with(&within));
    }

    fn in_folder(&self, folder: &str) -> Vec<Listed> {
        let within = format!("{folder}/");
        let below = |path: &String| {
            let name = path.strip_prefix(&within)?;
            (!name.contains('/')).then(|| name.to_owned())
        };
        let folders = self.folders.iter().filter_map(below).map(|name| Listed {
            name,
            kind: ListedKind::Folder,
            size: 0,
            modified_ms: 0,
        });
        let files = self.files.iter().filter_map(|(path, (content, modified_ms))| {
            Some(Listed {
                name: below(path)?,
                kind: ListedKind::File,
                size: content.len() as u64,
                modified_ms: *modified_ms,
            })
        });
        folders.chain(files).collect()
    }

    /// Whether a path may begin there: a person's own folder, what that person copied last, or what is for the clipboard.
    fn knows(&self, place: &Place) -> bool {
        place.root == "desktop"
            || pasted::is_root(&place.root)
            || self.copied.map(copied::root).as_ref() == Some(&place.root)
    }

    /// Transfers that have something unfinished open, and how many files that is.
    #[must_use]
    pub fn coming(&self) -> (usize, usize) {
        let open = self.open.values().filter(|open| !open.coming.is_empty());
        (open.clone().count(), open.map(|open| open.coming.len()).sum())
    }

    fn part(&mut self, transfer: u32, index: u32) -> Option<&mut Part> {
        let (path, ..) = self.open.get(&transfer)?.coming.get(&index)?;
        self.parts.get_mut(path)
    }
}

fn item(path: &str, folder: bool, size: u64, modified_ms: u64) -> Item {
    Item {
        path: path.split('/').map(str::to_owned).collect(),
        folder,
        size,
        modified_ms,
        fault: None,
    }
}

/// The folder that it is about, if it names one.
#[must_use]
pub const fn place_of(work: &DiskWork) -> Option<&Place> {
    match work {
        DiskWork::Target(place)
        | DiskWork::List(place)
        | DiskWork::Gather { place, .. }
        | DiskWork::Make { place, .. }
        | DiskWork::Rename { place, .. }
        | DiskWork::Trash { place, .. } => Some(place),
        DiskWork::Read { .. }
        | DiskWork::Create { .. }
        | DiskWork::ReadPart { .. }
        | DiskWork::Write { .. }
        | DiskWork::Finish { .. }
        | DiskWork::Discard { .. }
        | DiskWork::Close
        | DiskWork::DiscardLeft
        | DiskWork::Roots
        | DiskWork::Restore(_)
        | DiskWork::ForgetCopied
        | DiskWork::HandOver
        | DiskWork::ForgetPasted { .. } => None,
    }
}

fn path_of(place: &Place) -> String {
    let root = std::iter::once(&place.root);
    let names: Vec<&str> = root.chain(&place.path).map(String::as_str).collect();
    names.join("/")
}

fn slice(content: &[u8], at: u64, length: u32) -> DiskAnswer {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let end = at.saturating_add(length as usize);
    content
        .get(at..end)
        .map_or(DiskAnswer::Fault(Fault::Changed), |bytes| {
            DiskAnswer::Bytes(bytes.to_vec())
        })
}
