//! What an end asks of its disk, and what that answers. The session does nothing on a disk itself.

use std::path::PathBuf;

use super::{Choice, Fault, Item, Listed, Place, Root};

/// Something to do on the disk. Asks of one transfer are done in the order in which they come.
#[derive(Debug)]
pub struct DiskAsk {
    /// Comes back with the answer.
    pub id: u32,
    /// The transfer that it belongs to; 0 for none.
    pub transfer: u32,
    /// What to do.
    pub work: DiskWork,
}

/// What an end asks of its disk. Those that only a customer's program is asked say so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DiskWork {
    /// Read a block of the file `index` of what is sent. Answer: [`DiskAnswer::Bytes`] with exactly so many, or a fault;
    /// [`Fault::Changed`] if size or time are not those that it was announced with.
    Read {
        /// Number within the transfer.
        index: u32,
        /// Bytes before it.
        at: u64,
        /// Bytes, at most one block.
        length: u32,
    },
    /// Make ready to receive this file under its safe path, or make this folder (one that is there is fine).
    /// Answer: [`DiskAnswer::Created`] with the bytes that an earlier part of the very same file (path, size, time) holds,
    /// [`DiskAnswer::Exists`] if there is a finished file of this name and `choice` is to ask, or a fault.
    Create {
        /// Number within the transfer.
        index: u32,
        /// Safe names.
        path: Vec<String>,
        /// It is a folder.
        folder: bool,
        /// Bytes that will come.
        size: u64,
        /// Unix ms.
        modified_ms: u64,
        /// What to do where one is.
        choice: Choice,
    },
    /// Read a block of what is already here of it. Answer: [`DiskAnswer::Bytes`], or a fault.
    ReadPart {
        /// Number within the transfer.
        index: u32,
        /// Bytes before it.
        at: u64,
        /// Bytes, at most one block.
        length: u32,
    },
    /// Write this block; one at 0 begins anew. Answer: [`DiskAnswer::Done`], or a fault.
    Write {
        /// Number within the transfer.
        index: u32,
        /// Bytes before it.
        at: u64,
        /// Content, at most one block.
        bytes: Vec<u8>,
    },
    /// All is there and the hash agrees: bring it to the disk for good and give it its name.
    /// Answer: [`DiskAnswer::Finished`], [`DiskAnswer::Exists`] as with `Create`, or a fault.
    Finish {
        /// Number within the transfer.
        index: u32,
        /// What to do where one is.
        choice: Choice,
    },
    /// Nothing stays of this unfinished file. No answer.
    Discard {
        /// Number within the transfer.
        index: u32,
    },
    /// The transfer is over here: close what is open; unfinished parts stay, to be gone on with, and are remembered. No answer.
    Close,
    /// Nothing stays of what this transfer left unfinished when it was closed; transfer 0: of what any of this session left. No answer.
    DiscardLeft,
    /// Program only: what is received goes into this folder, or, with a root of [`super::pasted`], into a new one. Answer: [`DiskAnswer::Done`], or a fault.
    Target(Place),
    /// Program only: what this transfer brought to a root of [`super::pasted`] is to be put on the clipboard, in place of what was handed over
    /// before. Answer: [`DiskAnswer::Paths`], or a fault.
    HandOver,
    /// Program only: nothing stays of what this transfer brought to a root of [`super::pasted`]; `all`: of what any of this session did. No answer.
    ForgetPasted {
        /// The session is over.
        all: bool,
    },
    /// Program only: these files and folders, with all that is in them, are to be sent. Answer: [`DiskAnswer::Gathered`], or a fault.
    Gather {
        /// Where they are.
        place: Place,
        /// Names there.
        names: Vec<String>,
    },
    /// Program only: where paths may begin. Answer: [`DiskAnswer::Roots`].
    Roots,
    /// Program only: what is in this folder. Answer: [`DiskAnswer::Listed`], or a fault.
    List(Place),
    /// Program only: make a folder. Answer: [`DiskAnswer::Done`], or a fault.
    Make {
        /// Where.
        place: Place,
        /// Its name.
        name: String,
    },
    /// Program only: give another name; one that is taken is a fault. Answer: [`DiskAnswer::Done`], or a fault.
    Rename {
        /// Where.
        place: Place,
        /// The old name.
        from: String,
        /// The new one.
        to: String,
    },
    /// Program only: throw these away, so that a person can take them back. Answer: [`DiskAnswer::Trashed`], or a fault.
    Trash {
        /// Where.
        place: Place,
        /// Names there.
        names: Vec<String>,
    },
    /// Program only: take back what was thrown away under this token. Answer: [`DiskAnswer::Done`], or a fault.
    Restore(u32),
    /// Program only: what the customer copied is no root any more. No answer.
    ForgetCopied,
}

impl DiskWork {
    /// Whether it has no answer.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        matches!(
            self,
            Self::Discard { .. }
                | Self::Close
                | Self::DiscardLeft
                | Self::ForgetCopied
                | Self::ForgetPasted { .. }
        )
    }
}

/// What the disk answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DiskAnswer {
    /// It is done.
    Done,
    /// Content.
    Bytes(Vec<u8>),
    /// Ready to receive, with so many bytes of it here already.
    Created {
        /// Bytes from its beginning, at most its size.
        have: u64,
    },
    /// There is one of this name.
    Exists {
        /// Its bytes.
        size: u64,
        /// Unix ms.
        modified_ms: u64,
    },
    /// The file is there, under this name.
    Finished {
        /// Its last name.
        name: String,
    },
    /// Everything that is to be sent, folders before what is in them.
    Gathered(Vec<Item>),
    /// Where paths may begin.
    Roots(Vec<Root>),
    /// What is in the folder.
    Listed {
        /// Entries, at most [`temoto_wire::limits::FOLDER_ENTRIES`].
        entries: Vec<Listed>,
        /// There are more.
        truncated: bool,
    },
    /// Whole paths of what is to be put on the clipboard: for the shell, told to nobody.
    Paths(Vec<PathBuf>),
    /// Thrown away; the token takes it back, 0 where that cannot be done.
    Trashed {
        /// Of this session.
        token: u32,
    },
    /// It went wrong.
    Fault(Fault),
}

impl DiskAnswer {
    /// What went wrong, if this is not the answer that was waited for.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        if let Self::Fault(fault) = self {
            *fault
        } else {
            Fault::Failed
        }
    }
}
