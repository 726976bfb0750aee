//! Files that the operator puts on the customer's clipboard: received like any others into a folder that nobody else looks into, and
//! handed over once all of them are here. Both have to be allowed, files and the clipboard towards the customer.

use temoto_wire::proto::refused::Reason;

use super::Purpose;
use crate::agent::{Agent, AgentEvent};
use crate::channel::files::{DiskAnswer, DiskWork, Fault, Place, pasted};
use crate::output::Output;
use crate::permission::Capability;

const BOTH: [Capability; 2] = [Capability::ClipboardIn, Capability::FilesIn];

/// What the session knows of it.
#[derive(Debug, Default)]
pub(super) struct Pasted {
    /// The transfer that brings them; the disk has a folder for it.
    coming: Option<u32>,
    /// Some were handed over: the disk has them until the end.
    handed: bool,
}

impl Pasted {
    /// This transfer brought all of them; `false` if it was another one.
    pub(super) fn came(&mut self, transfer: u32) -> bool {
        self.coming.take_if(|coming| *coming == transfer).is_some()
    }
}

impl Agent {
    /// An offer goes to such a root: whether it is taken.
    pub(super) fn paste_offered(&mut self, transfer: u32, place: &Place) -> bool {
        let known = pasted::number(&place.root).is_some() && place.path.is_empty();
        let taken = known && self.may_paste();
        if taken {
            self.files.pasted.coming = Some(transfer);
        }
        taken
    }

    /// All of it is here.
    pub(super) fn hand_over(&mut self, transfer: u32) {
        self.files.pasted.handed = true;
        self.ask_disk(transfer, DiskWork::HandOver, Purpose::HandOver);
    }

    /// The disk handed it over, as whole paths: it takes the place of whatever is on the clipboard.
    pub(super) fn handed_over(&mut self, now_ms: u64, answer: DiskAnswer) {
        // It was allowed when the disk was asked.
        if !self.may_paste() {
            return self.end_pasted();
        }
        if let DiskAnswer::Paths(paths) = answer {
            self.replace_clipboard();
            self.outputs
                .push_back(Output::Event(AgentEvent::SetClipboardFiles(paths)));
        } else {
            self.refuse(
                now_ms,
                Reason::NoClipboard,
                Capability::ClipboardIn,
                String::new(),
            );
        }
    }

    /// What is allowed changed. Nothing half stays: after a pause all of it comes again.
    pub(super) fn follow_pasted(&mut self, now_ms: u64) {
        let Some(transfer) = self.files.pasted.coming.filter(|_| !self.may_paste()) else {
            return;
        };
        self.drop_receiver(true);
        if !BOTH.into_iter().all(|capability| self.grants.has(capability)) {
            self.say_stop(now_ms, transfer, Fault::Canceled);
        }
    }

    /// This transfer is closed: if it was to bring files for the clipboard, none of them stays.
    pub(super) fn forget_pasted(&mut self, transfer: u32) {
        if self.files.pasted.came(transfer) {
            self.ask_disk(transfer, DiskWork::ForgetPasted { all: false }, Purpose::Nothing);
        }
    }

    /// The session is over, or what was handed over must not be used: nothing of it stays.
    pub(super) fn end_pasted(&mut self) {
        if std::mem::take(&mut self.files.pasted.handed) {
            self.ask_disk(0, DiskWork::ForgetPasted { all: true }, Purpose::Nothing);
        }
    }

    fn may_paste(&self) -> bool {
        BOTH.into_iter().all(|capability| self.grants.allows(capability))
    }
}
