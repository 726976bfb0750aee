//! The receiving half of a transfer: reduces names, gathers pieces to blocks, checks the hash, and asks before anything is replaced.

mod disk;

use std::collections::{BTreeMap, VecDeque};

use temoto_wire::file::Block;
use temoto_wire::limits::{
    FILE_BLOCK_BYTES, FILE_WINDOW_BYTES, FILES_AHEAD, FILES_OF_TRANSFER, GIVEN_NAME_BYTES, PATH_NAMES,
};
use temoto_wire::proto;

use super::apart::Apart;
use super::names::safe_path;
use super::{AskKind, Choice, DiskAnswer, Fault, Key, Step};
use crate::SessionError;

/// Where a file is on its way to the disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The disk makes ready.
    Creating,
    /// A person is asked; `finishing` if all of it is here already.
    Asking { finishing: bool },
    /// What was here before is read for the hash, up to there.
    Verifying { have: u64 },
    /// Pieces come.
    Taking,
    /// The disk gives it its name.
    Finishing,
}

/// A file or folder that was announced and is not over.
#[derive(Debug)]
struct Coming {
    /// As the sender has it.
    path: Vec<String>,
    safe: Vec<String>,
    folder: bool,
    size: u64,
    modified_ms: u64,
    choice: Choice,
    state: State,
    hasher: blake3::Hasher,
    /// Bytes that arrived, in order, or were here.
    received: u64,
    /// Of them, those that the disk was asked to write.
    asked: u64,
    /// Of them, those that it has written.
    written: u64,
    buffer: Vec<u8>,
    hash: Option<[u8; 32]>,
    epoch: u32,
    /// The hash did not agree once already.
    again: bool,
}

/// The receiving half.
#[derive(Debug)]
pub struct Receiver {
    transfer: u32,
    items: u32,
    bytes: u64,
    /// The next number that may be announced.
    next: u32,
    announced: u64,
    over: u32,
    /// Nothing that was announced failed or was left out.
    whole: bool,
    open: BTreeMap<u32, Coming>,
    names: Apart,
    choice: Choice,
    /// Bytes that arrived and are not written.
    waiting: u64,
    /// Bytes of content that arrived.
    carried: u64,
    steps: VecDeque<Step>,
}

impl Receiver {
    /// Receives what was offered under this number on the wire. `choice` is what was said for all.
    ///
    /// # Errors
    /// More is announced than a transfer can be.
    pub fn new(transfer: u32, items: u32, bytes: u64, choice: Choice) -> Result<Self, SessionError> {
        if usize::try_from(items).map_or(true, |items| items > FILES_OF_TRANSFER) {
            return Err(SessionError::Peer("too many files announced"));
        }
        Ok(Self {
            transfer,
            items,
            bytes,
            next: 0,
            announced: 0,
            over: 0,
            whole: true,
            open: BTreeMap::new(),
            names: Apart::default(),
            choice,
            waiting: 0,
            carried: 0,
            steps: VecDeque::new(),
        })
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn transfer(&self) -> u32 {
        self.transfer
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// Everything that was announced is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over == self.items && self.steps.is_empty()
    }

    /// Everything that was announced is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_over() && self.whole
    }

    /// Something was announced and is not over.
    #[must_use]
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Files and bytes that were announced in all.
    #[must_use]
    pub const fn totals(&self) -> (u32, u64) {
        (self.items, self.bytes)
    }

    /// What is being received now, with the bytes that are here; and the bytes of all that are open.
    #[must_use]
    pub fn current(&self) -> (Option<(u32, u64)>, u64) {
        let now = self.open.iter().find(|(_, c)| {
            !c.folder
                && matches!(
                    c.state,
                    State::Taking | State::Verifying { .. } | State::Finishing
                )
        });
        let bytes = self.open.values().map(|coming| coming.written).sum();
        (now.map(|(&index, coming)| (index, coming.written)), bytes)
    }

    /// Bytes of content that the line brought: what was on the disk already is none of it.
    #[must_use]
    pub const fn carried(&self) -> u64 {
        self.carried
    }

    /// Bytes that arrived and are not on the disk.
    #[must_use]
    pub const fn ahead(&self) -> u64 {
        self.waiting
    }

    /// Names, size and time of one that is not over.
    #[must_use]
    pub fn coming(&self, index: u32) -> Option<(&[String], u64, u64)> {
        let coming = self.open.get(&index)?;
        Some((&coming.path, coming.size, coming.modified_ms))
    }

    /// The next one is announced; `known`: it came with an earlier attempt and is not wanted again.
    ///
    /// # Errors
    /// Out of turn, or more than was offered.
    pub fn item(&mut self, item: proto::FileItem, known: bool) -> Result<(), SessionError> {
        let announced = self.announced.checked_add(item.size);
        let fits = item.index == self.next
            && item.index < self.items
            && self.open.len() < FILES_AHEAD
            && !(item.folder && item.size > 0)
            && announced.is_some_and(|bytes| bytes <= self.bytes);
        let Some(announced) = announced.filter(|_| fits) else {
            return Err(SessionError::Peer("file announced out of turn"));
        };
        self.next += 1;
        self.announced = announced;
        let safe = safe_path(&item.path);
        let coming = Coming {
            path: item.path.iter().take(PATH_NAMES).cloned().collect(),
            safe: Vec::new(),
            folder: item.folder,
            size: item.size,
            modified_ms: item.modified_ms,
            choice: self.choice,
            state: State::Creating,
            hasher: blake3::Hasher::new(),
            received: 0,
            asked: 0,
            written: 0,
            buffer: Vec::new(),
            hash: None,
            epoch: 0,
            again: false,
        };
        self.open.insert(item.index, coming);
        match safe {
            Ok(_) if known => self.finish(item.index, Some(Fault::Skipped), String::new()),
            Ok(safe) => {
                let safe = if item.folder {
                    self.names.folder(safe)
                } else {
                    self.names.file(safe)
                };
                if let Some(coming) = self.open.get_mut(&item.index) {
                    coming.safe = safe;
                }
                self.create(item.index);
            }
            Err(fault) => self.finish(item.index, Some(fault), String::new()),
        }
        Ok(())
    }

    /// A piece arrived.
    ///
    /// # Errors
    /// Of a file that nobody announced or took, out of place, more than announced, or more than may wait.
    pub fn block(&mut self, block: &Block<'_>) -> Result<(), SessionError> {
        if block.index >= self.next {
            return Err(SessionError::Peer("piece of a file that was never announced"));
        }
        let Some(coming) = self.open.get_mut(&block.index) else {
            // It was over when this was on its way.
            return Ok(());
        };
        let end = block.at + block.bytes.len() as u64;
        if coming.folder || coming.state != State::Taking {
            // All of it is here already, and this is a repetition.
            let known = !coming.folder && end <= coming.received;
            let strange = SessionError::Peer("piece of a file that was not taken");
            return if known { Ok(()) } else { Err(strange) };
        }
        if end > coming.size || block.at > coming.received {
            return Err(SessionError::Peer("piece of a file out of place"));
        }
        let known = usize::try_from(coming.received - block.at).unwrap_or(usize::MAX);
        let Some(new) = block.bytes.get(known..) else {
            return Ok(());
        };
        if self.waiting + new.len() as u64 > FILE_WINDOW_BYTES {
            return Err(SessionError::Peer("more of files than may wait"));
        }
        self.waiting += new.len() as u64;
        self.carried += new.len() as u64;
        coming.received += new.len() as u64;
        coming.buffer.extend_from_slice(new);
        if coming.buffer.len() >= FILE_BLOCK_BYTES || coming.received == coming.size {
            self.write(block.index);
        }
        Ok(())
    }

    /// All of it was sent; this is its hash.
    ///
    /// # Errors
    /// It was never announced, or that is no hash.
    pub fn end(&mut self, index: u32, hash: &[u8]) -> Result<(), SessionError> {
        let hash = hash
            .try_into()
            .map_err(|_| SessionError::Peer("hash of another size"))?;
        if index >= self.next {
            return Err(SessionError::Peer("end of a file that was never announced"));
        }
        if let Some(coming) = self.open.get_mut(&index) {
            coming.hash = Some(hash);
            self.check(index);
        }
        Ok(())
    }

    /// The sender cannot read it.
    ///
    /// # Errors
    /// It was never announced.
    pub fn lost(&mut self, index: u32, fault: Fault) -> Result<(), SessionError> {
        if index >= self.next {
            return Err(SessionError::Peer("loss of a file that was never announced"));
        }
        if self.open.contains_key(&index) {
            self.discard(index);
            self.remove(index, Some(fault), String::new());
        }
        Ok(())
    }

    /// A person decided. One that is not asked about is left alone.
    pub fn choose(&mut self, index: u32, choice: Choice, all: bool) {
        if choice == Choice::Ask {
            return;
        }
        let mut chosen: Vec<u32> = vec![index];
        if all {
            self.choice = choice;
            chosen = self.open.keys().copied().collect();
        }
        for index in chosen {
            let Some(coming) = self.open.get_mut(&index) else {
                continue;
            };
            if all {
                coming.choice = choice;
            }
            let State::Asking { finishing } = coming.state else {
                continue;
            };
            coming.choice = choice;
            if choice == Choice::Skip {
                if finishing {
                    self.discard(index);
                }
                self.finish(index, Some(Fault::Skipped), String::new());
            } else if finishing {
                self.finish_on_disk(index);
            } else {
                self.create(index);
            }
        }
    }

    /// The disk answered.
    pub fn answered(&mut self, key: Key, answer: DiskAnswer) {
        if key.ask == AskKind::Write {
            self.waiting = self.waiting.saturating_sub(u64::from(key.length));
        }
        let Some(coming) = self.open.get(&key.index) else {
            return;
        };
        if coming.epoch != key.epoch {
            return;
        }
        match (key.ask, answer) {
            (AskKind::Create, DiskAnswer::Created { have }) => self.created(key.index, have),
            (AskKind::Create | AskKind::Finish, DiskAnswer::Exists { size, modified_ms }) => {
                self.exists(key.index, key.ask == AskKind::Finish, size, modified_ms);
            }
            (AskKind::ReadPart, DiskAnswer::Bytes(bytes)) if bytes.len() == key.length as usize => {
                self.verified(key.index, &bytes);
            }
            // What was here cannot be read: from the beginning.
            (AskKind::ReadPart, _) => self.begin(key.index),
            (AskKind::Write, DiskAnswer::Done) => self.wrote(key),
            (AskKind::Finish, DiskAnswer::Finished { name }) => {
                let name = temoto_wire::input::cut(&name, GIVEN_NAME_BYTES).to_owned();
                self.finish(key.index, None, name);
            }
            (AskKind::Read | AskKind::Silent, _) => {}
            (AskKind::Create | AskKind::Write | AskKind::Finish, DiskAnswer::Fault(fault)) => {
                self.failed(key.index, fault);
            }
            (AskKind::Create | AskKind::Write | AskKind::Finish, _) => self.failed(key.index, Fault::Failed),
        }
    }

    /// A new run of the same two ends: what was on its way is lost; the sender hears where this end is.
    pub fn new_run(&mut self) {
        let taking: Vec<u32> = self
            .open
            .iter()
            .filter(|(_, coming)| coming.state == State::Taking)
            .map(|(&index, _)| index)
            .collect();
        for index in taking {
            self.say_take(index);
        }
    }

    /// Nothing unfinished stays.
    pub fn discard_all(&mut self) {
        let open: Vec<u32> = self.open.keys().copied().collect();
        for index in open {
            self.discard(index);
        }
        self.open.clear();
    }
}
