//! Files and folders: what the two ends say to each other and what they ask of their disks.
//!
//! A transfer is many files, one after the other. [`send::Sender`] and [`receive::Receiver`] are its two halves; both ends have both.
//! Nothing here opens a file: an end asks its shell by [`DiskAsk`] and gets a [`DiskAnswer`] for each ask that has one.

mod apart;
pub mod copied;
mod disk;
pub mod listing;
pub mod names;
pub mod pasted;
pub mod receive;
pub mod send;
pub mod tally;

use serde::{Deserialize, Serialize};
use temoto_wire::limits::{
    FILE_PIECE_BYTES, FILES_OF_TRANSFER, GIVEN_NAME_BYTES, NAME_BYTES, NAMES_BYTES, PATH_BYTES, PATH_NAMES,
};
use temoto_wire::proto;

pub use self::disk::{DiskAnswer, DiskAsk, DiskWork};
use crate::SessionError;

/// Bytes of a piece with its header, at the most: with what each layer puts around it the message fills three records of TLS, and does not
/// begin a fourth.
pub const PIECE_BYTES: usize = FILE_PIECE_BYTES - 64;

/// What went wrong with a file, a folder or a whole transfer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No room on the disk.
    Full,
    /// Another program holds it.
    InUse,
    /// It changed while it was read.
    Changed,
    /// The system does not allow it.
    Denied,
    /// No name that a file can have.
    BadName,
    /// It is not there (any more).
    Gone,
    /// The path is longer than the system takes.
    TooLong,
    /// The file is larger than this disk takes.
    TooLarge,
    /// There is one of this name.
    Exists,
    /// What arrived is not what was sent.
    Damaged,
    /// More than is carried over in one go.
    TooMany,
    /// Nothing can be thrown away so that it could be taken back.
    NoTrash,
    /// Another one is on its way.
    Busy,
    /// A person stopped it, or the permission is gone.
    Canceled,
    /// It is no folder, or a link.
    NoFolder,
    /// Any other error of the system.
    Failed,
    /// A person said not to take this one.
    Skipped,
    /// Neither a file nor a folder.
    NoFile,
}

impl Fault {
    /// Every one, in the order of their numbers on the wire, which begin with 1.
    pub const ALL: [Self; 18] = [
        Self::Full,
        Self::InUse,
        Self::Changed,
        Self::Denied,
        Self::BadName,
        Self::Gone,
        Self::TooLong,
        Self::TooLarge,
        Self::Exists,
        Self::Damaged,
        Self::TooMany,
        Self::NoTrash,
        Self::Busy,
        Self::Canceled,
        Self::NoFolder,
        Self::Failed,
        Self::Skipped,
        Self::NoFile,
    ];

    /// From its number on the wire: 0 is none; one of a newer peer is some failure.
    #[must_use]
    pub fn from_wire(n: i32) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let index = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
        Some(
            index
                .and_then(|index| Self::ALL.get(index).copied())
                .unwrap_or(Self::Failed),
        )
    }

    /// Its number on the wire; 0 for none.
    #[must_use]
    pub fn to_wire(fault: Option<Self>) -> i32 {
        fault
            .and_then(|fault| Self::ALL.iter().position(|&one| one == fault))
            .and_then(|index| i32::try_from(index + 1).ok())
            .unwrap_or(0)
    }
}

/// What to do where a file of the same name is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Nobody said yet.
    #[default]
    Ask,
    /// The new one takes its place.
    Replace,
    /// The new one gets another name.
    Both,
    /// The new one does not come.
    Skip,
}

impl Choice {
    /// From its number on the wire.
    #[must_use]
    pub fn from_wire(n: i32) -> Self {
        use proto::file_choice::Kind;
        match Kind::try_from(n) {
            Ok(Kind::Replace) => Self::Replace,
            Ok(Kind::Both) => Self::Both,
            Ok(Kind::Skip) => Self::Skip,
            Ok(Kind::Unspecified) | Err(_) => Self::Ask,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub fn to_wire(self) -> i32 {
        use proto::file_choice::Kind;
        match self {
            Self::Ask => Kind::Unspecified,
            Self::Replace => Kind::Replace,
            Self::Both => Kind::Both,
            Self::Skip => Kind::Skip,
        }
        .into()
    }
}

/// A folder on the customer's computer: where it begins, and the names from there.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Place {
    /// Where it begins: one of the program's own roots.
    pub root: String,
    /// Names from there.
    pub path: Vec<String>,
}

impl Place {
    /// As the program takes it: every name must be one that a folder can have. They are the program's own names that come back,
    /// so nothing is reduced here; the disk opens them one by one and follows no link.
    ///
    /// # Errors
    /// A name is none, or the path is too long.
    pub fn from_wire(place: Option<proto::FilePlace>) -> Result<Self, SessionError> {
        let place = place.ok_or(SessionError::Peer("no place"))?;
        if place.root.len() > GIVEN_NAME_BYTES {
            return Err(SessionError::Peer("root too long"));
        }
        plain_path(&place.path)?;
        Ok(Self {
            root: place.root,
            path: place.path,
        })
    }

    /// For the wire.
    #[must_use]
    pub fn to_wire(&self) -> proto::FilePlace {
        proto::FilePlace {
            root: self.root.clone(),
            path: self.path.clone(),
        }
    }
}

/// Whether this is one name and nothing more: no separator, not the folder itself nor the one above.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_BYTES
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\', '\0'])
}

/// Whether so many names go into one request.
#[must_use]
pub fn names_fit(names: &[String]) -> bool {
    names.iter().map(String::len).sum::<usize>() <= NAMES_BYTES
}

/// Checks the names of a path and its length.
///
/// # Errors
/// One of them is no name, or there are too many.
pub fn plain_path(path: &[String]) -> Result<(), SessionError> {
    let bytes: usize = path.iter().map(|name| name.len() + 1).sum();
    if path.len() > PATH_NAMES || bytes > PATH_BYTES || !path.iter().all(|name| is_plain_name(name)) {
        return Err(SessionError::Peer("path that cannot be"));
    }
    Ok(())
}

/// One file or folder of a transfer, as its sender has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Names from what was chosen, its own last.
    pub path: Vec<String>,
    /// It is a folder.
    #[serde(default)]
    pub folder: bool,
    /// Bytes; 0 for a folder.
    #[serde(default)]
    pub size: u64,
    /// Unix ms.
    #[serde(default)]
    pub modified_ms: u64,
    /// It is there and cannot be sent: announced, so that nothing is left out without a word, and lost when it is taken.
    #[serde(default)]
    pub fault: Option<Fault>,
}

/// One entry of a listed folder.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ListedKind,
    /// Bytes; 0 for anything but a file.
    pub size: u64,
    /// Unix ms.
    pub modified_ms: u64,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListedKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A link or a junction: never followed.
    Link,
    /// A device, a pipe.
    Other,
}

/// Where a path may begin.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Root {
    /// Its name in a [`Place`].
    pub id: String,
    /// Which one it is.
    pub kind: RootKind,
    /// Of a drive: how it is called.
    pub name: String,
    /// Free bytes.
    pub free: u64,
    /// All bytes.
    pub size: u64,
}

/// Which root it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RootKind {
    /// The desktop.
    Desktop,
    /// Documents.
    Documents,
    /// Downloads.
    Downloads,
    /// The person's own folder.
    Home,
    /// A drive, or the whole tree.
    Drive,
    /// What the customer copied, see [`copied`].
    Copied,
}

/// Which ask of a transfer an answer belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// Which file of the transfer.
    pub index: u32,
    /// Which kind of ask.
    pub ask: AskKind,
    /// Bytes before the block, where it is one.
    pub at: u64,
    /// Its bytes.
    pub length: u32,
    /// Counts how often the file was begun: answers of before mean nothing.
    pub epoch: u32,
}

/// Which kind of ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AskKind {
    /// [`DiskWork::Read`].
    Read,
    /// [`DiskWork::Create`].
    Create,
    /// [`DiskWork::ReadPart`].
    ReadPart,
    /// [`DiskWork::Write`].
    Write,
    /// [`DiskWork::Finish`].
    Finish,
    /// One that is not answered.
    Silent,
}

/// What a half of a transfer wants done next.
#[derive(Debug)]
pub enum Step {
    /// Say this to the other end.
    Say(proto::files::Body),
    /// Ask the disk.
    Ask(Key, DiskWork),
    /// A person has to decide: there is a file of this name.
    Question {
        /// Which file of the transfer.
        index: u32,
        /// Bytes of the one that is there.
        size: u64,
        /// Unix ms of the one that is there.
        modified_ms: u64,
    },
    /// One is over, well or not.
    Over(Box<Over>),
    /// Nothing more of this transfer can be done here.
    Stop(Fault),
}

/// A file or folder that is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Over {
    /// Which one.
    pub index: u32,
    /// Names, as the sender has them.
    pub path: Vec<String>,
    /// It is a folder.
    pub folder: bool,
    /// Bytes.
    pub size: u64,
    /// Why it is not there.
    pub fault: Option<Fault>,
    /// The name that it got.
    pub name: String,
    /// BLAKE3 of its content.
    pub hash: Option<[u8; 32]>,
}

/// Whether a list is one that a transfer can have.
///
/// # Errors
/// Too many, or a path that cannot be.
pub fn check_items(items: &[Item]) -> Result<(), Fault> {
    if items.len() > FILES_OF_TRANSFER {
        return Err(Fault::TooMany);
    }
    let plain = |item: &Item| !item.path.is_empty() && plain_path(&item.path).is_ok();
    if !items.iter().all(plain) {
        return Err(Fault::BadName);
    }
    Ok(())
}

#[cfg(test)]
#[path = "files/tests.rs"]
mod halves;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_and_choices_come_back_from_the_wire() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_wire(Fault::to_wire(Some(fault))), Some(fault));
        }
        assert_eq!(Fault::from_wire(Fault::to_wire(None)), None);
        assert_eq!(Fault::from_wire(999), Some(Fault::Failed));
        assert_eq!(Fault::from_wire(-1), Some(Fault::Failed));
        assert_eq!(
            proto::FileFault::Skipped as i32,
            Fault::to_wire(Some(Fault::Skipped))
        );
        assert_eq!(
            proto::FileFault::NoFile as i32,
            Fault::to_wire(Some(Fault::NoFile))
        );
        assert_eq!(proto::FileFault::Full as i32, Fault::to_wire(Some(Fault::Full)));
        for choice in [Choice::Ask, Choice::Replace, Choice::Both, Choice::Skip] {
            assert_eq!(Choice::from_wire(choice.to_wire()), choice);
        }
    }

    #[test]
    fn a_place_is_made_of_names_and_of_nothing_else() {
        let place = |path: &[&str]| {
            Place::from_wire(Some(proto::FilePlace {
                root: "home".to_owned(),
                path: path.iter().map(|&n| n.to_owned()).collect(),
            }))
        };
        assert!(place(&["書類", "a b"]).is_ok());
        for bad in ["", ".", "..", "a/b", "a\\b", "a\0", "/", "\\"] {
            assert!(place(&["x", bad]).is_err(), "{bad:?}");
        }
        assert!(place(&["x"; PATH_NAMES + 1]).is_err());
        assert!(place(&[&"長".repeat(255)]).is_ok());
        assert!(place(&[&"x".repeat(NAME_BYTES + 1)]).is_err());
        assert!(Place::from_wire(None).is_err());
    }
}
