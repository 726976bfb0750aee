//! Folders on the wire: roots, entries and their parts.

use std::collections::VecDeque;

use temoto_wire::proto::{self, file_entry, file_root};

use super::{Fault, Listed, ListedKind, Root, RootKind, is_plain_name};

/// A part of a listing has about so many bytes.
const PART_BYTES: usize = 14 << 10;
/// Roots that are taken.
const ROOTS: usize = 64;
/// Longest name of a root that is kept, in bytes.
const ROOT_NAME_BYTES: usize = 128;

/// Where paths may begin, for the wire.
#[must_use]
pub fn places(roots: &[Root]) -> proto::FilePlaces {
    use file_root::Kind;
    let roots = roots.iter().take(ROOTS).map(|root| proto::FileRoot {
        id: root.id.clone(),
        kind: match root.kind {
            RootKind::Desktop => Kind::Desktop,
            RootKind::Documents => Kind::Documents,
            RootKind::Downloads => Kind::Downloads,
            RootKind::Home => Kind::Home,
            RootKind::Drive => Kind::Drive,
            RootKind::Copied => Kind::Copied,
        }
        .into(),
        name: root.name.clone(),
        free: root.free,
        size: root.size,
    });
    proto::FilePlaces {
        roots: roots.collect(),
    }
}

/// The same, as a console takes it: what it does not know is left out.
#[must_use]
pub fn roots(places: proto::FilePlaces) -> Vec<Root> {
    use file_root::Kind;
    let root = |root: proto::FileRoot| {
        let kind = match Kind::try_from(root.kind).ok()? {
            Kind::Desktop => RootKind::Desktop,
            Kind::Documents => RootKind::Documents,
            Kind::Downloads => RootKind::Downloads,
            Kind::Home => RootKind::Home,
            Kind::Drive => RootKind::Drive,
            Kind::Copied => RootKind::Copied,
            Kind::Unspecified => return None,
        };
        if root.id.is_empty() || root.id.len() > temoto_wire::limits::GIVEN_NAME_BYTES {
            return None;
        }
        let mut name = temoto_wire::input::cut(&root.name, ROOT_NAME_BYTES).to_owned();
        name.retain(|c| !c.is_control());
        Some(Root {
            id: root.id,
            kind,
            name,
            free: root.free,
            size: root.size,
        })
    };
    places.roots.into_iter().take(ROOTS).filter_map(root).collect()
}

/// The next part of what is left; always at least one entry if there is one.
pub fn part(left: &mut VecDeque<Listed>) -> Vec<proto::FileEntry> {
    use file_entry::Kind;
    let (mut out, mut bytes) = (Vec::new(), 0);
    while let Some(entry) = left.front() {
        let more = entry.name.len() + 24;
        if bytes > 0 && bytes + more > PART_BYTES {
            break;
        }
        bytes += more;
        if let Some(entry) = left.pop_front() {
            out.push(proto::FileEntry {
                name: entry.name,
                kind: match entry.kind {
                    ListedKind::Folder => Kind::Folder,
                    ListedKind::File => Kind::File,
                    ListedKind::Link => Kind::Link,
                    ListedKind::Other => Kind::Other,
                }
                .into(),
                size: entry.size,
                modified_ms: entry.modified_ms,
            });
        }
    }
    out
}

/// Entries as a console takes them: what is no name is left out.
#[must_use]
pub fn entries(part: Vec<proto::FileEntry>) -> Vec<Listed> {
    use file_entry::Kind;
    let entry = |entry: proto::FileEntry| {
        if !is_plain_name(&entry.name) {
            return None;
        }
        Some(Listed {
            kind: match Kind::try_from(entry.kind) {
                Ok(Kind::Folder) => ListedKind::Folder,
                Ok(Kind::File) => ListedKind::File,
                Ok(Kind::Link) => ListedKind::Link,
                Ok(Kind::Other | Kind::Unspecified) | Err(_) => ListedKind::Other,
            },
            name: entry.name,
            size: entry.size,
            modified_ms: entry.modified_ms,
        })
    };
    part.into_iter().filter_map(entry).collect()
}

/// The only part of a listing that cannot be made.
#[must_use]
pub fn fault(request: u32, fault: Fault) -> proto::FilePart {
    proto::FilePart {
        request,
        entries: Vec::new(),
        last: true,
        truncated: false,
        fault: Fault::to_wire(Some(fault)),
    }
}
