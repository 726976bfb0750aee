//! The sending half of a transfer: announces files, reads them block by block, and hands out pieces when there is room on the line.

use std::collections::{BTreeMap, VecDeque};

use temoto_wire::file::Block;
use temoto_wire::limits::{FILE_BLOCK_BYTES, FILE_PIECE_BYTES, FILE_WINDOW_BYTES, FILES_AHEAD};
use temoto_wire::proto;
use temoto_wire::proto::files::Body;

use super::{AskKind, DiskAnswer, DiskWork, Fault, Item, Key, Over, Step};
use crate::SessionError;

/// Blocks that are read and wait for the line.
const READY_BLOCKS: usize = 2;

/// A file that is announced and not over.
#[derive(Debug)]
struct Going {
    /// The receiver wants it from there.
    from: Option<u64>,
    /// The next byte to read.
    read_at: u64,
    hasher: blake3::Hasher,
    /// Bytes that the hash has taken in.
    hashed: u64,
    /// Bytes handed to the line, in all.
    sent: u64,
    /// Bytes on the receiver's disk.
    have: u64,
    hash: Option<[u8; 32]>,
    epoch: u32,
}

/// A block on its way to the line.
#[derive(Debug)]
struct Chunk {
    index: u32,
    at: u64,
    bytes: Vec<u8>,
    used: usize,
    /// The file ends with it.
    last: bool,
}

/// The sending half.
#[derive(Debug)]
pub struct Sender {
    transfer: u32,
    items: Vec<Item>,
    /// The next one to announce.
    next: usize,
    open: BTreeMap<u32, Going>,
    ready: VecDeque<Chunk>,
    /// A read is under way.
    reading: bool,
    held: bool,
    over: usize,
    /// Bytes of content that went to the line, again or not.
    carried: u64,
    steps: VecDeque<Step>,
}

impl Sender {
    /// Sends these, under this number on the wire.
    #[must_use]
    pub fn new(transfer: u32, items: Vec<Item>) -> Self {
        let mut sender = Self {
            transfer,
            items,
            next: 0,
            open: BTreeMap::new(),
            ready: VecDeque::new(),
            reading: false,
            held: false,
            over: 0,
            carried: 0,
            steps: VecDeque::new(),
        };
        sender.announce();
        sender
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn transfer(&self) -> u32 {
        self.transfer
    }

    /// Files and folders in all, and bytes in all.
    #[must_use]
    pub fn totals(items: &[Item]) -> (u32, u64) {
        let bytes = items.iter().fold(0u64, |sum, item| sum.saturating_add(item.size));
        (u32::try_from(items.len()).unwrap_or(u32::MAX), bytes)
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<Step> {
        if let Some(step) = self.steps.pop_front() {
            return Some(step);
        }
        self.read_on();
        self.steps.pop_front()
    }

    /// Everything is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over == self.items.len() && self.steps.is_empty()
    }

    /// Wait, or go on.
    pub const fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// It waits until it is to go on.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.held
    }

    /// A piece could go if the line had room.
    #[must_use]
    pub fn has_piece(&self) -> bool {
        !self.held && self.window() > 0 && !self.ready.is_empty()
    }

    /// The next piece, as the payload of a BLOCK of at most `most` bytes of content.
    pub fn piece(&mut self, most: usize) -> Option<Vec<u8>> {
        if !self.has_piece() {
            return None;
        }
        let window = usize::try_from(self.window()).unwrap_or(usize::MAX);
        let chunk = self.ready.front_mut()?;
        let left = chunk.bytes.len() - chunk.used;
        let size = left.min(most).min(FILE_PIECE_BYTES).min(window);
        if size == 0 {
            return None;
        }
        let block = Block {
            transfer: self.transfer,
            index: chunk.index,
            at: chunk.at + chunk.used as u64,
            bytes: chunk.bytes.get(chunk.used..chunk.used + size)?,
        };
        let payload = block.encode();
        chunk.used += size;
        self.carried += size as u64;
        let (index, last) = (chunk.index, chunk.last);
        let done = chunk.used == chunk.bytes.len();
        if let Some(going) = self.open.get_mut(&index) {
            going.sent += size as u64;
        }
        if done {
            self.ready.pop_front();
            if last {
                self.say_end(index);
            }
        }
        Some(payload)
    }

    /// The receiver wants this one from there.
    ///
    /// # Errors
    /// It was not announced, or is shorter.
    pub fn take(&mut self, index: u32, from: u64) -> Result<(), SessionError> {
        let Some(size) = self
            .announced(index)?
            .filter(|&(_, folder)| !folder)
            .map(|(size, _)| size)
        else {
            return Ok(());
        };
        if from > size {
            return Err(SessionError::Peer("file wanted from beyond its end"));
        }
        if let Some(fault) = self.item(index).and_then(|item| item.fault) {
            self.lost(index, fault);
            return Ok(());
        }
        let Some(going) = self.open.get_mut(&index) else {
            return Ok(());
        };
        going.from = Some(from);
        going.read_at = from.min(going.hashed);
        going.sent = from;
        going.have = going.have.min(from);
        going.epoch = going.epoch.wrapping_add(1);
        if going.read_at == size {
            going.hash = Some(*going.hasher.finalize().as_bytes());
        }
        let ends = going.read_at == size;
        self.ready.retain(|chunk| chunk.index != index);
        if ends {
            self.say_end(index);
        }
        Ok(())
    }

    /// So much of it is on the receiver's disk.
    ///
    /// # Errors
    /// It was never sent.
    pub fn have(&mut self, index: u32, at: u64) -> Result<(), SessionError> {
        self.announced(index)?;
        if let Some(going) = self.open.get_mut(&index) {
            if at > going.sent {
                return Err(SessionError::Peer("more of a file there than was sent"));
            }
            going.have = going.have.max(at);
        }
        Ok(())
    }

    /// The receiver is done with this one.
    ///
    /// # Errors
    /// It was not announced, or cannot be there yet.
    pub fn over(&mut self, index: u32, fault: Option<Fault>, name: String) -> Result<(), SessionError> {
        self.announced(index)?;
        let Some(hash) = self.open.get(&index).map(|going| going.hash) else {
            return Ok(());
        };
        let folder = self.item(index).is_some_and(|item| item.folder);
        if fault.is_none() && !folder && hash.is_none() {
            return Err(SessionError::Peer("file there before it was sent"));
        }
        self.open.remove(&index);
        self.ready.retain(|chunk| chunk.index != index);
        self.finish(index, fault, name, hash.filter(|_| !folder && fault.is_none()));
        Ok(())
    }

    /// The disk answered.
    pub fn answered(&mut self, key: Key, answer: DiskAnswer) {
        if key.ask != AskKind::Read {
            return;
        }
        self.reading = false;
        let size = self.item(key.index).map_or(0, |item| item.size);
        let Some(going) = self.open.get_mut(&key.index).filter(|g| g.epoch == key.epoch) else {
            return;
        };
        let bytes = match answer {
            DiskAnswer::Bytes(bytes) if bytes.len() == key.length as usize => bytes,
            DiskAnswer::Bytes(_) => return self.lost(key.index, Fault::Changed),
            DiskAnswer::Fault(fault) => return self.lost(key.index, fault),
            DiskAnswer::Done
            | DiskAnswer::Created { .. }
            | DiskAnswer::Exists { .. }
            | DiskAnswer::Finished { .. }
            | DiskAnswer::Gathered(_)
            | DiskAnswer::Roots(_)
            | DiskAnswer::Listed { .. }
            | DiskAnswer::Trashed { .. }
            | DiskAnswer::Paths(_) => return self.lost(key.index, Fault::Failed),
        };
        if key.at == going.hashed {
            going.hasher.update(&bytes);
            going.hashed += bytes.len() as u64;
        }
        going.read_at = key.at + bytes.len() as u64;
        let last = going.read_at >= size;
        if last && going.hashed == size {
            going.hash = Some(*going.hasher.finalize().as_bytes());
        }
        if going.from.is_some_and(|from| key.at >= from) {
            self.ready.push_back(Chunk {
                index: key.index,
                at: key.at,
                bytes,
                used: 0,
                last,
            });
        } else if last {
            self.say_end(key.index);
        }
    }

    /// A new run of the same two ends: what was on its way is lost, and the receiver says anew where it is.
    pub fn new_run(&mut self) {
        self.ready.clear();
        for going in self.open.values_mut() {
            going.from = None;
            going.epoch = going.epoch.wrapping_add(1);
        }
    }

    /// The item with this number.
    #[must_use]
    pub fn item(&self, index: u32) -> Option<&Item> {
        self.items.get(usize::try_from(index).ok()?)
    }

    /// What is being sent now, with the bytes that are there; and the bytes of all that are open.
    #[must_use]
    pub fn current(&self) -> (Option<(u32, u64)>, u64) {
        let now = self.open.iter().find(|(_, going)| going.from.is_some());
        let bytes = self.open.values().map(|going| going.have).sum();
        (now.map(|(&index, going)| (index, going.have)), bytes)
    }

    /// Bytes of content that the line took: what is on the receiver's disk already is none of it.
    #[must_use]
    pub const fn carried(&self) -> u64 {
        self.carried
    }

    /// Bytes that went to the line and are not on the receiver's disk, as far as one knows.
    #[must_use]
    pub fn ahead(&self) -> u64 {
        self.open
            .values()
            .filter(|going| going.from.is_some())
            .map(|g| g.sent.saturating_sub(g.have))
            .sum()
    }

    /// Bytes that may go before more is on the receiver's disk.
    fn window(&self) -> u64 {
        FILE_WINDOW_BYTES.saturating_sub(self.ahead())
    }

    /// Size of one that was announced, and whether it is a folder; `None` once it is over.
    fn announced(&self, index: u32) -> Result<Option<(u64, bool)>, SessionError> {
        if usize::try_from(index).map_or(true, |index| index >= self.next) {
            return Err(SessionError::Peer("file that was never announced"));
        }
        let open = self.open.contains_key(&index);
        Ok(self
            .item(index)
            .filter(|_| open)
            .map(|item| (item.size, item.folder)))
    }

    fn announce(&mut self) {
        while self.open.len() < FILES_AHEAD
            && let Some(item) = self.items.get(self.next)
        {
            let Ok(index) = u32::try_from(self.next) else {
                return;
            };
            self.next += 1;
            self.steps.push_back(Step::Say(Body::Item(proto::FileItem {
                transfer: self.transfer,
                index,
                path: item.path.clone(),
                folder: item.folder,
                size: item.size,
                modified_ms: item.modified_ms,
            })));
            self.open.insert(
                index,
                Going {
                    from: None,
                    read_at: 0,
                    hasher: blake3::Hasher::new(),
                    hashed: 0,
                    sent: 0,
                    have: 0,
                    hash: None,
                    epoch: 0,
                },
            );
        }
    }

    fn read_on(&mut self) {
        if self.reading || self.held || self.ready.len() >= READY_BLOCKS {
            return;
        }
        let items = &self.items;
        let size = |index: u32| {
            usize::try_from(index)
                .ok()
                .and_then(|n| items.get(n))
                .map_or(0, |i| i.size)
        };
        let next = self.open.iter().find_map(|(&index, going)| {
            let (from, size) = (going.from?, size(index));
            (going.read_at < size).then_some((index, going, from, size))
        });
        let Some((index, going, from, size)) = next else {
            return;
        };
        let at = going.read_at;
        let mut end = size.min(at.saturating_add(FILE_BLOCK_BYTES as u64));
        // A block is hashed as a whole or not at all, and sent as a whole or not at all.
        for edge in [going.hashed, from] {
            if at < edge {
                end = end.min(edge);
            }
        }
        let length = u32::try_from(end - at).unwrap_or(0);
        let key = Key {
            index,
            ask: AskKind::Read,
            at,
            length,
            epoch: going.epoch,
        };
        self.reading = true;
        self.steps
            .push_back(Step::Ask(key, DiskWork::Read { index, at, length }));
    }

    fn say_end(&mut self, index: u32) {
        let hash = self.open.get(&index).and_then(|going| going.hash);
        let Some(hash) = hash else { return };
        self.steps.push_back(Step::Say(Body::End(proto::FileEnd {
            transfer: self.transfer,
            index,
            hash: hash.to_vec(),
        })));
    }

    /// It cannot be read.
    fn lost(&mut self, index: u32, fault: Fault) {
        if self.open.remove(&index).is_none() {
            return;
        }
        self.ready.retain(|chunk| chunk.index != index);
        self.steps.push_back(Step::Say(Body::Lost(proto::FileLost {
            transfer: self.transfer,
            index,
            fault: Fault::to_wire(Some(fault)),
        })));
        self.finish(index, Some(fault), String::new(), None);
    }

    fn finish(&mut self, index: u32, fault: Option<Fault>, name: String, hash: Option<[u8; 32]>) {
        self.over += 1;
        if let Some(item) = self.item(index) {
            let over = Over {
                index,
                path: item.path.clone(),
                folder: item.folder,
                size: item.size,
                fault,
                name,
                hash,
            };
            self.steps.push_back(Step::Over(Box::new(over)));
        }
        self.announce();
    }
}
