//! Files that the customer copied: a root as long as they are on the clipboard and the operator may have both, copies and files.

use temoto_wire::proto::files::Body;

use crate::agent::Agent;
use crate::channel::files::send::Sender;
use crate::channel::files::{DiskWork, Fault, Place, copied, listing};
use crate::permission::Capability;

/// What of it the session knows: that there is something, not what.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// Counts the copies.
    number: u32,
    /// The newest one is still on the clipboard.
    there: bool,
    /// What is sent comes from there.
    leaving: bool,
}

impl Copied {
    /// The next transfer to the operator is of this place.
    pub(super) fn leaves(&mut self, place: &Place) {
        self.leaving = copied::is_root(&place.root);
    }
}

impl Agent {
    /// The customer copied files or folders. The shell gives them to its disk as the root of this number ([`copied::root`]) before it
    /// asks the disk anything more. `None` if that is not allowed: then nothing is told of them.
    pub fn copied_files(&mut self, now_ms: u64) -> Option<u32> {
        let number = self.grants.allows(Capability::ClipboardOut).then(|| {
            let copied = &mut self.files.copied;
            copied.number = copied.number.wrapping_add(1);
            copied.there = true;
            copied.number
        });
        if number.is_some() {
            self.say_places();
        }
        self.settle(now_ms);
        number
    }

    /// The customer copied something that is not carried over at all, or nothing is on the clipboard any more.
    pub fn copied_nothing(&mut self, now_ms: u64) {
        self.forget_copied();
        self.settle(now_ms);
    }

    /// Something else is on the clipboard: the root is gone. What the operator takes of it already goes on.
    pub(in crate::agent) fn forget_copied(&mut self) {
        if std::mem::take(&mut self.files.copied.there) {
            self.ask_disk(0, DiskWork::ForgetCopied, super::Purpose::Nothing);
            self.say_places();
        }
    }

    /// What is granted changed: without copies nothing of it goes on, and nobody tells what the clipboard has by now.
    pub(super) fn follow_copied(&mut self, now_ms: u64) {
        if self.grants.allows(Capability::ClipboardOut) {
            return;
        }
        if std::mem::take(&mut self.files.copied.there) {
            self.ask_disk(0, DiskWork::ForgetCopied, super::Purpose::Nothing);
        }
        let (copied, others) = std::mem::take(&mut self.files.listings)
            .into_iter()
            .partition::<Vec<_>, _>(|listing| listing.copied);
        self.files.listings = others.into();
        for listing in copied {
            self.say_file(now_ms, Body::Part(listing::fault(listing.request, Fault::Gone)));
        }
        if self.files.copied.leaving {
            let transfer = self.files.sender.as_ref().map(Sender::transfer);
            if let Some(transfer) = transfer.or(self.files.gathering) {
                self.drop_sender();
                self.say_stop(now_ms, transfer, Fault::Canceled);
            }
        }
    }

    /// Whether this root is what the customer copied last, and the operator may have it now.
    pub(super) fn offers(&self, root: &str) -> bool {
        let both = [Capability::ClipboardOut, Capability::FilesOut];
        let copied = &self.files.copied;
        both.into_iter().all(|capability| self.grants.allows(capability))
            && copied.there
            && root == copied::root(copied.number)
    }

    /// Whether it is what the customer copied, and not to be had.
    pub(super) fn is_withheld(&self, place: &Place) -> bool {
        copied::is_root(&place.root) && !self.offers(&place.root)
    }
}
