//! Does one ask after the other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use temoto_session::channel::files::copied::is_root;
use temoto_session::channel::files::pasted::is_root as is_pasted;
use temoto_session::channel::files::{DiskAnswer, DiskAsk, DiskWork, Fault, Place};

use crate::browse::Trash;
use crate::copied::Copied;
use crate::left::Left;
use crate::pasted::Pasted;
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
    left: Left,
    trash: Trash,
    copied: Option<Copied>,
    pasted: Pasted,
}

impl<S: System> Disk<S> {
    /// Nothing is opened before it is asked for.
    pub const fn new(system: S) -> Self {
        Self {
            system,
            sending: BTreeMap::new(),
            receiving: BTreeMap::new(),
            left: Left::new(),
            trash: Trash::new(),
            copied: None,
            pasted: Pasted::new(),
        }
    }

    /// The customer copied these: until that is forgotten or something else is copied they are the root of this number
    /// ([`temoto_session::channel::files::copied::root`]). `more` if the clipboard has more than that.
    pub fn copied(&mut self, number: u32, paths: Vec<PathBuf>, more: bool) {
        self.copied = Some(Copied::new(&self.system, number, paths, more));
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
                if let Some(receiving) = self.receiving.remove(&transfer) {
                    self.left.add(&self.system, transfer, receiving.unfinished());
                }
                None
            }
            DiskWork::DiscardLeft => {
                self.left.discard(&self.system, transfer);
                None
            }
            DiskWork::ForgetCopied => {
                self.copied = None;
                None
            }
            DiskWork::ForgetPasted { all } => {
                // What is still open of it cannot be removed everywhere.
                self.receiving.remove(&transfer);
                self.pasted.forget(all);
                None
            }
            work => Some(self.answer(transfer, work).unwrap_or_else(DiskAnswer::Fault)),
        }
    }

    /// The session is over: nothing unfinished of it stays, also of what nobody closed.
    pub fn finish(&mut self) {
        for (transfer, receiving) in std::mem::take(&mut self.receiving) {
            self.left.add(&self.system, transfer, receiving.unfinished());
        }
        self.left.discard(&self.system, 0);
        self.pasted.forget(true);
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
                let answer = receiving.create(system, index, &path, (size, modified_ms), choice);
                // Whoever has it open takes it away from now on.
                if let Some(part) = receiving.part(index) {
                    self.left.taken_up(&part);
                }
                answer
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
                if self.receiving.len() >= TRANSFERS {
                    return Err(Fault::Busy);
                }
                let opened = if is_pasted(&place.root) {
                    self.pasted.open(system.clipboard(), transfer, &place.root)?
                } else {
                    paths::open(system, &place)?
                };
                self.receiving.insert(transfer, Receiving::new(opened));
                Ok(DiskAnswer::Done)
            }
            DiskWork::HandOver => self.pasted.hand_over(transfer).map(DiskAnswer::Paths),
            DiskWork::Gather { place, names } => {
                let tops = match copied_at(self.copied.as_ref(), &place)? {
                    Some(copied) if place.path.is_empty() => copied.tops(&names)?,
                    Some(copied) => send::tops(system, copied.open(system, &place.path)?, &names)?,
                    None => send::tops(system, paths::open(system, &place)?.dir, &names)?,
                };
                let items = send::gather(&tops)?;
                if self.sending.len() >= TRANSFERS {
                    return Err(Fault::Busy);
                }
                self.sending.insert(transfer, Sending::new(tops, items.clone()));
                Ok(DiskAnswer::Gathered(items))
            }
            DiskWork::Roots => {
                // First of all: whoever copied just now wants it looked at.
                let copied = self.copied.as_ref().and_then(Copied::root);
                let roots = copied.into_iter().chain(browse::roots(system));
                Ok(DiskAnswer::Roots(roots.collect()))
            }
            DiskWork::List(place) => match copied_at(self.copied.as_ref(), &place)? {
                Some(copied) if place.path.is_empty() => Ok(copied.list()),
                Some(copied) => browse::list(&copied.open(system, &place.path)?),
                None => browse::list(&paths::open(system, &place)?.dir),
            },
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
            DiskWork::Discard { .. }
            | DiskWork::Close
            | DiskWork::DiscardLeft
            | DiskWork::ForgetCopied
            | DiskWork::ForgetPasted { .. } => Ok(DiskAnswer::Done),
        }
    }
}

/// What this place is of, if it is what the customer copied and not a folder.
fn copied_at<'a>(copied: Option<&'a Copied>, place: &Place) -> Result<Option<&'a Copied>, Fault> {
    if !is_root(&place.root) {
        return Ok(None);
    }
    let copied = copied.filter(|copied| copied.is(&place.root));
    copied.map(Some).ok_or(Fault::Gone)
}
