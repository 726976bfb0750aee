//! Does one ask after the other.

use std::collections::BTreeMap;

use temoto_session::channel::files::{DiskAnswer, DiskAsk, DiskWork, Fault};

use crate::browse::Trash;
use crate::receive::Receiving;
use crate::send::Sending;
use crate::{System, browse, paths, send};

/// Transfers that may be open at the same time: one of each way, and what was not closed yet.
const TRANSFERS: usize = 8;

/// The disk of a machine, for one session.
pub struct Disk<S> {
    system: S,
    sending: BTreeMap<u32, Sending>,
    receiving: BTreeMap<u32, Receiving>,
    trash: Trash,
}

impl<S: System> Disk<S> {
    /// Nothing is opened before it is asked for.
    pub const fn new(system: S) -> Self {
        Self {
            system,
            sending: BTreeMap::new(),
            receiving: BTreeMap::new(),
            trash: Trash::new(),
        }
    }

    /// Does what is asked; `None` for what has no answer.
    pub fn work(&mut self, ask: DiskAsk) -> Option<DiskAnswer> {
        let transfer = ask.transfer;
        match ask.work {
            DiskWork::Discard { index } => {
                if let Some(receiving) = self.receiving.get_mut(&transfer) {
                    receiving.discard(index);
                }
                None
            }
            DiskWork::Close => {
                self.sending.remove(&transfer);
                self.receiving.remove(&transfer);
                None
            }
            work => Some(self.answer(transfer, work).unwrap_or_else(DiskAnswer::Fault)),
        }
    }

    fn answer(&mut self, transfer: u32, work: DiskWork) -> Result<DiskAnswer, Fault> {
        let system = &mut self.system;
        match work {
            DiskWork::Read { index, at, length } => {
                let sending = self.sending.get_mut(&transfer).ok_or(Fault::Gone)?;
                sending.read(system, index, at, length).map(DiskAnswer::Bytes)
            }
            DiskWork::Create {
                index,
                path,
                folder,
                size,
                modified_ms,
                choice,
            } => {
                let receiving = self.receiving.get_mut(&transfer).ok_or(Fault::Gone)?;
                if folder {
                    return receiving.make_folder(system, &path);
                }
                receiving.create(system, index, &path, (size, modified_ms), choice)
            }
            DiskWork::ReadPart { index, at, length } => {
                let receiving = self.receiving.get_mut(&transfer).ok_or(Fault::Gone)?;
                receiving.read(index, at, length).map(DiskAnswer::Bytes)
            }
            DiskWork::Write { index, at, bytes } => {
                let receiving = self.receiving.get_mut(&transfer).ok_or(Fault::Gone)?;
                receiving.write(index, at, &bytes).map(|()| DiskAnswer::Done)
            }
            DiskWork::Finish { index, choice } => {
                let receiving = self.receiving.get_mut(&transfer).ok_or(Fault::Gone)?;
                receiving.finish(system, index, choice)
            }
            DiskWork::Target(place) => {
                let opened = paths::open(system, &place)?;
                let room = self.receiving.len() < TRANSFERS;
                if room {
                    self.receiving.insert(transfer, Receiving::new(opened));
                }
                room.then_some(DiskAnswer::Done).ok_or(Fault::Busy)
            }
            DiskWork::Gather { place, names } => {
                let opened = paths::open(system, &place)?;
                let items = send::gather(system, &opened, &names)?;
                if self.sending.len() >= TRANSFERS {
                    return Err(Fault::Busy);
                }
                self.sending.insert(transfer, Sending::new(opened, items.clone()));
                Ok(DiskAnswer::Gathered(items))
            }
            DiskWork::Roots => Ok(DiskAnswer::Roots(browse::roots(system))),
            DiskWork::List(place) => browse::list(system, &place),
            DiskWork::Make { place, name } => browse::make(system, &place, &name).map(|()| DiskAnswer::Done),
            DiskWork::Rename { place, from, to } => {
                browse::rename(system, &place, &from, &to).map(|()| DiskAnswer::Done)
            }
            DiskWork::Trash { place, names } => {
                let token = self.trash.throw(system, &place, &names)?;
                Ok(DiskAnswer::Trashed { token })
            }
            DiskWork::Restore(token) => self.trash.restore(system, token).map(|()| DiskAnswer::Done),
            // Taken before.
            DiskWork::Discard { .. } | DiskWork::Close => Ok(DiskAnswer::Done),
        }
    }
}
