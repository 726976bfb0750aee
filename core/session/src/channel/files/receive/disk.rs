//! What a receiver asks of its disk, and what follows from the answers.

use temoto_wire::limits::FILE_BLOCK_BYTES;
use temoto_wire::proto;
use temoto_wire::proto::files::Body;

use super::{Receiver, State};
use crate::channel::files::{AskKind, Choice, DiskWork, Fault, Key, Over, Step};

impl Receiver {
    pub(super) fn ask(&mut self, index: u32, ask: AskKind, at: u64, length: u32, work: DiskWork) {
        let epoch = self.open.get(&index).map_or(0, |coming| coming.epoch);
        let key = Key {
            index,
            ask,
            at,
            length,
            epoch,
        };
        self.steps.push_back(Step::Ask(key, work));
    }

    pub(super) fn create(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        coming.state = State::Creating;
        let work = DiskWork::Create {
            index,
            path: coming.safe.clone(),
            folder: coming.folder,
            size: coming.size,
            modified_ms: coming.modified_ms,
            // What was said for all to be skipped is only skipped where there is something.
            choice: match coming.choice {
                Choice::Skip => Choice::Ask,
                Choice::Ask | Choice::Replace | Choice::Both => coming.choice,
            },
        };
        self.ask(index, AskKind::Create, 0, 0, work);
    }

    pub(super) fn created(&mut self, index: u32, have: u64) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        if coming.folder {
            let name = coming.safe.last().cloned().unwrap_or_default();
            return self.finish(index, None, name);
        }
        if have == 0 || have > coming.size {
            return self.begin(index);
        }
        coming.state = State::Verifying { have };
        self.verify_on(index);
    }

    /// Takes the file from its first byte.
    pub(super) fn begin(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        coming.state = State::Taking;
        coming.hasher = blake3::Hasher::new();
        (coming.received, coming.asked, coming.written) = (0, 0, 0);
        coming.epoch = coming.epoch.wrapping_add(1);
        self.say_take(index);
        self.check(index);
    }

    pub(super) fn verify_on(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        let State::Verifying { have } = coming.state else {
            return;
        };
        let at = coming.received;
        if at >= have {
            coming.state = State::Taking;
            self.say_take(index);
            return self.check(index);
        }
        let length = (have - at).min(FILE_BLOCK_BYTES as u64) as u32;
        self.ask(
            index,
            AskKind::ReadPart,
            at,
            length,
            DiskWork::ReadPart { index, at, length },
        );
    }

    pub(super) fn verified(&mut self, index: u32, bytes: &[u8]) {
        if let Some(coming) = self.open.get_mut(&index) {
            coming.hasher.update(bytes);
            coming.received += bytes.len() as u64;
            (coming.asked, coming.written) = (coming.received, coming.received);
        }
        self.verify_on(index);
    }

    pub(super) fn say_take(&mut self, index: u32) {
        let Some(coming) = self.open.get(&index) else {
            return;
        };
        self.steps.push_back(Step::Say(Body::Take(proto::FileTake {
            transfer: self.transfer,
            index,
            from: coming.received,
        })));
        self.say_have(index);
    }

    pub(super) fn say_have(&mut self, index: u32) {
        let Some(coming) = self.open.get(&index) else {
            return;
        };
        self.steps.push_back(Step::Say(Body::Have(proto::FileHave {
            transfer: self.transfer,
            index,
            at: coming.written,
        })));
    }

    pub(super) fn write(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        let bytes = std::mem::take(&mut coming.buffer);
        if bytes.is_empty() {
            return;
        }
        coming.hasher.update(&bytes);
        let at = coming.asked;
        coming.asked += bytes.len() as u64;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.ask(
            index,
            AskKind::Write,
            at,
            length,
            DiskWork::Write { index, at, bytes },
        );
    }

    pub(super) fn wrote(&mut self, key: Key) {
        if let Some(coming) = self.open.get_mut(&key.index) {
            coming.written = key.at + u64::from(key.length);
            self.say_have(key.index);
            self.check(key.index);
        }
    }

    /// If all of it is on the disk and the hash is known, it is given its name, or taken once more.
    pub(super) fn check(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        let Some(hash) = coming.hash else { return };
        if coming.state != State::Taking || coming.written != coming.size {
            return;
        }
        if *coming.hasher.finalize().as_bytes() == hash {
            return self.finish_on_disk(index);
        }
        coming.hash = None;
        if std::mem::replace(&mut coming.again, true) {
            self.failed(index, Fault::Damaged);
        } else {
            self.begin(index);
        }
    }

    pub(super) fn finish_on_disk(&mut self, index: u32) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        coming.state = State::Finishing;
        let choice = match coming.choice {
            Choice::Skip => Choice::Ask,
            Choice::Ask | Choice::Replace | Choice::Both => coming.choice,
        };
        self.ask(index, AskKind::Finish, 0, 0, DiskWork::Finish { index, choice });
    }

    pub(super) fn exists(&mut self, index: u32, finishing: bool, size: u64, modified_ms: u64) {
        let Some(coming) = self.open.get_mut(&index) else {
            return;
        };
        coming.state = State::Asking { finishing };
        match coming.choice {
            Choice::Ask => self.steps.push_back(Step::Question {
                index,
                size,
                modified_ms,
            }),
            Choice::Skip | Choice::Replace | Choice::Both => {
                let choice = coming.choice;
                // A disk that says so although it was told what to do would be asked for ever.
                if coming.choice == Choice::Skip {
                    self.choose(index, choice, false);
                } else {
                    self.failed(index, Fault::Exists);
                }
            }
        }
    }

    pub(super) fn failed(&mut self, index: u32, fault: Fault) {
        self.discard(index);
        if fault == Fault::Full {
            // What comes after it would not fit either.
            self.steps.push_back(Step::Stop(fault));
        } else {
            self.finish(index, Some(fault), String::new());
        }
    }

    pub(super) fn discard(&mut self, index: u32) {
        if self.open.get(&index).is_some_and(|coming| !coming.folder) {
            self.ask(index, AskKind::Silent, 0, 0, DiskWork::Discard { index });
        }
    }

    /// Over, and the sender is told.
    pub(super) fn finish(&mut self, index: u32, fault: Option<Fault>, name: String) {
        self.steps.push_back(Step::Say(Body::Over(proto::FileOver {
            transfer: self.transfer,
            index,
            fault: Fault::to_wire(fault),
            name: name.clone(),
        })));
        self.remove(index, fault, name);
    }

    pub(super) fn remove(&mut self, index: u32, fault: Option<Fault>, name: String) {
        let Some(coming) = self.open.remove(&index) else {
            return;
        };
        self.waiting = self.waiting.saturating_sub(coming.buffer.len() as u64);
        self.over += 1;
        self.whole &= fault.is_none();
        let over = Over {
            index,
            path: coming.path,
            folder: coming.folder,
            size: coming.size,
            fault,
            name,
            hash: coming.hash.filter(|_| fault.is_none()),
        };
        self.steps.push_back(Step::Over(Box::new(over)));
    }
}
