//! What a hostile end says about files and clipboards: messages that can be read and are believed for a while, with sizes, names,
//! places and an order that lie.

use prost::Message;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use temoto_session::Misbehavior;
use temoto_wire::file::{Block, kind};
use temoto_wire::frame::Channel;
use temoto_wire::limits::FILE_PIECE_BYTES;
use temoto_wire::proto::files::Body;
use temoto_wire::proto::{self, clipboard};

use crate::Who;

/// Sizes and places at which something tips over.
const SIZES: [u64; 12] = [
    0,
    1,
    2,
    100,
    49_152,
    1 << 20,
    (1 << 20) + 1,
    4 << 20,
    1 << 32,
    1 << 40,
    1 << 63,
    u64::MAX,
];
/// Names that mean something to somebody.
const NAMES: [&str; 22] = [
    "a.txt",
    "A.TXT",
    "b",
    "写真",
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/shadow",
    "C:\\Windows\\win.ini",
    "\\\\server\\share\\x",
    "CON",
    "nul.txt",
    "a/b",
    "a\\..\\b",
    "a.txt:stream",
    "\u{202e}gpj.exe",
    "file\0.txt",
    "x.temoto-part",
    "x.temoto-journal",
    "trailing. . .",
    "\u{feff}\r\n\t\u{1b}[2J",
];
/// Where a path may begin, and where not.
const ROOTS: [&str; 10] = [
    "desktop",
    "desktop",
    "desktop",
    "copied-1",
    "paste-1",
    "paste-../x",
    "..",
    "/",
    "",
    "C:",
];

/// One hostile end.
pub struct Mischief {
    rng: ChaCha20Rng,
    from: Who,
    /// The transfer that it offered last.
    offered: u32,
    /// The number of the next file of it.
    next: u32,
    /// Where the next piece of the last file would go.
    at: u64,
    /// A message that only the other side may send, now and then.
    wrong_way: bool,
}

impl Mischief {
    /// The console or the program.
    #[must_use]
    pub fn new(seed: u64, from: Who) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            from,
            offered: u32::from(from == Who::Program) * 2,
            next: 0,
            at: 0,
            wrong_way: seed.is_multiple_of(8),
        }
    }

    /// A number below this one.
    pub fn below(&mut self, end: u32) -> u32 {
        self.rng.next_u32() % end
    }

    /// The next thing that it says.
    pub fn message(&mut self) -> Misbehavior {
        match self.below(20) {
            0..=3 => self.clipboard(),
            4..=6 => self.piece(),
            7 => {
                let total = self.one(&SIZES).to_be_bytes().to_vec();
                Misbehavior::Frame(Channel::Files, kind::GOT, total)
            }
            _ => self.files(),
        }
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.next_u32() as usize % of.len()]
    }

    fn mostly(&mut self) -> bool {
        self.below(8) > 0
    }

    fn number(&mut self) -> u32 {
        self.one(&[0, 1, 2, 3, 15, 16, 255, 49_999, 50_000, 0x7fff_ffff, u32::MAX])
    }

    /// One that is under way, mostly.
    fn transfer(&mut self) -> u32 {
        if !self.mostly() {
            return self.number();
        }
        // The console counts its own from 1.
        if self.from == Who::Console {
            self.offered
        } else {
            1 + self.below(2)
        }
    }

    fn index(&mut self) -> u32 {
        if self.mostly() {
            let next = self.next.max(1);
            self.below(next)
        } else {
            self.number()
        }
    }

    fn name(&mut self) -> String {
        match self.below(12) {
            0 => "n".repeat(5_000),
            1 => "\u{fdfa}".repeat(300),
            2..=4 => format!("{}.bin", self.below(9)),
            _ => self.one(&NAMES).to_owned(),
        }
    }

    /// Names that could be some, mostly: whoever names others is gone at once.
    fn plain(&mut self) -> String {
        if self.mostly() {
            self.one(&[
                "a.txt",
                "A.TXT",
                "b",
                "写真",
                "CON",
                "trailing. . .",
                "\u{202e}gpj.exe",
            ])
            .to_owned()
        } else {
            self.name()
        }
    }

    fn path(&mut self) -> Vec<String> {
        let names = self.one(&[1, 1, 1, 2, 3, 0, 64, 65]);
        (0..names).map(|_| self.name()).collect()
    }

    fn place(&mut self) -> Option<proto::FilePlace> {
        let names = self.one(&[0, 0, 0, 1, 2, 65]);
        let root = self.one(&ROOTS).to_owned();
        let path = (0..names).map(|_| self.plain()).collect();
        self.mostly().then_some(proto::FilePlace { root, path })
    }

    fn names(&mut self) -> Vec<String> {
        let names = self.one(&[1, 1, 1, 2, 2, 0, 256, 257]);
        (0..names).map(|_| self.plain()).collect()
    }

    fn fault(&mut self) -> i32 {
        self.one(&[0, 0, 1, 3, 9, 17, 18, -1, i32::MAX])
    }

    /// A message of the files channel.
    fn files(&mut self) -> Misbehavior {
        let console = (self.from == Who::Console) != (self.wrong_way && self.below(12) == 0);
        let body = match self.below(16) {
            0 => self.offer(),
            1..=4 => self.item(),
            5 => Body::End(proto::FileEnd {
                transfer: self.transfer(),
                index: self.index(),
                hash: vec![7; self.one(&[32, 32, 32, 0, 31, 4_096])],
            }),
            6 => Body::Lost(proto::FileLost {
                transfer: self.transfer(),
                index: self.index(),
                fault: self.fault(),
            }),
            7 if self.below(4) == 0 => Body::Stop(proto::FileStop {
                transfer: self.transfer(),
                fault: self.fault(),
            }),
            7 | 8 => Body::Take(proto::FileTake {
                transfer: self.transfer(),
                index: self.index(),
                from: self.one(&[0, 0, 0, 1, 100, u64::MAX]),
            }),
            9 => Body::Have(proto::FileHave {
                transfer: self.transfer(),
                index: self.index(),
                at: self.one(&[0, 0, 1, u64::MAX]),
            }),
            10 => Body::Over(proto::FileOver {
                transfer: self.transfer(),
                index: self.index(),
                fault: self.fault(),
                name: self.name(),
            }),
            11..=15 if console => self.of_console(),
            _ => self.of_program(),
        };
        said(body)
    }

    fn offer(&mut self) -> Body {
        if self.from == Who::Console {
            self.offered = self.offered.wrapping_add(1);
        }
        (self.next, self.at) = (0, 0);
        Body::Offer(proto::FileOffer {
            transfer: self.transfer(),
            items: self.one(&[1, 3, 40, 40, 50_000, 50_000, 50_001, u32::MAX]),
            bytes: self.one(&[100, 1 << 20, 1 << 40, 1 << 63, u64::MAX, u64::MAX]),
            place: self.place(),
            choice: self.one(&[0, 0, 1, 2, 3, 4, -1]),
        })
    }

    fn item(&mut self) -> Body {
        let index = if self.mostly() { self.next } else { self.number() };
        if index == self.next {
            (self.next, self.at) = (self.next + 1, 0);
        }
        let size = self.one(&SIZES);
        Body::Item(proto::FileItem {
            transfer: self.transfer(),
            index,
            path: self.path(),
            folder: self.below(6) == 0,
            size: if self.mostly() { size % (1 << 33) } else { size },
            modified_ms: self.one(&SIZES),
        })
    }

    fn of_console(&mut self) -> Body {
        match self.below(8) {
            0 => {
                self.offered = self.offered.wrapping_add(1);
                Body::Fetch(proto::FileFetch {
                    transfer: self.transfer(),
                    place: self.place(),
                    names: self.names(),
                })
            }
            1 => Body::List(proto::FileList {
                request: self.number(),
                place: self.place(),
            }),
            2 => Body::Hold(proto::FileHold {
                transfer: self.transfer(),
                held: self.below(2) == 0,
            }),
            3 | 4 => Body::Choice(proto::FileChoice {
                transfer: self.transfer(),
                index: self.index(),
                kind: self.one(&[0, 1, 2, 3, 9]),
                all: self.below(3) == 0,
            }),
            _ => Body::Change(proto::FileChange {
                request: self.number(),
                kind: self.one(&[0, 1, 2, 3, 3, 4, 7]),
                place: self.place(),
                names: self.names(),
                name: self.plain(),
                token: self.number(),
            }),
        }
    }

    fn of_program(&mut self) -> Body {
        match self.below(6) {
            0 => {
                let roots = self.one(&[1, 2, 64, 2_000]);
                let root = |n: u32, name: String| proto::FileRoot {
                    id: format!("{name}{n}"),
                    kind: i32::from(n as u8 % 8),
                    name: name.repeat(3),
                    free: u64::MAX,
                    size: 0,
                };
                let roots = (0..roots).map(|n| root(n, self.one(&NAMES).to_owned())).collect();
                Body::Places(proto::FilePlaces { roots })
            }
            1 | 2 => {
                let entries = self.one(&[0, 1, 200, 2_000]);
                let entry = |name: String, size| proto::FileEntry {
                    name,
                    kind: (size % 6) as i32,
                    size,
                    modified_ms: size,
                };
                let entries = (0..entries).map(|_| entry(self.one(&NAMES).to_owned(), self.one(&SIZES)));
                let entries = entries.collect();
                Body::Part(proto::FilePart {
                    request: 1 + self.below(4),
                    entries,
                    last: self.below(4) == 0,
                    truncated: self.below(2) == 0,
                    fault: if self.mostly() { 0 } else { self.fault() },
                })
            }
            3 => Body::Changed(proto::FileChanged {
                request: 1 + self.below(4),
                fault: self.fault(),
                token: self.number(),
            }),
            _ => Body::Exists(proto::FileExists {
                transfer: self.transfer(),
                index: self.index(),
                size: self.one(&SIZES),
                modified_ms: self.one(&SIZES),
            }),
        }
    }

    /// Content of a file, perhaps in its place.
    fn piece(&mut self) -> Misbehavior {
        let length = self.one(&[1, 1, 100, 9_000, FILE_PIECE_BYTES, FILE_PIECE_BYTES]);
        let last = self.next.saturating_sub(1);
        let (index, at) = if self.mostly() {
            (last, self.at)
        } else {
            (self.index(), self.one(&SIZES))
        };
        self.at = at.saturating_add(length as u64);
        let bytes = vec![0x5a; length];
        let block = Block {
            transfer: self.transfer(),
            index,
            at,
            bytes: &bytes,
        };
        Misbehavior::Frame(Channel::Files, kind::BLOCK, block.encode())
    }

    /// A message of the clipboard channel.
    fn clipboard(&mut self) -> Misbehavior {
        let body = match self.below(4) {
            0 | 1 => {
                let parts = self.one(&[1, 1, 1, 2, 2, 0, 9]);
                let part = |kind, bytes| proto::ClipPart { kind, bytes };
                let bytes = |it: &mut Self| it.one(&[1, 8, 8, 40_000, 1 << 20, 33 << 20, u32::MAX, 0]);
                let mut parts: Vec<_> = (0..parts).map(|n| part(1 + n % 3, bytes(self))).collect();
                if !self.mostly() {
                    parts.reverse();
                }
                clipboard::Body::Offer(proto::ClipOffer {
                    number: 1 + self.below(2),
                    parts,
                })
            }
            2 => clipboard::Body::Piece(proto::ClipPiece {
                number: 1 + self.below(2),
                at: self.one(&[0, 0, 0, 8, 16_384, u32::MAX]),
                data: vec![self.one(&[b'a', 0xff]); self.one(&[8, 8, 8, 1, 0, 16_384, 16_385])],
                kind: self.one(&[1, 1, 2, 3, 0, 9]),
            }),
            _ => {
                let kinds = self.one(&[1, 2, 0, 3_000]);
                clipboard::Body::Fetch(proto::ClipFetch {
                    number: self.number(),
                    kinds: (0..kinds).map(|_| self.one(&[1, 2, 3, 0, 9])).collect(),
                })
            }
        };
        let message = proto::Clipboard { body: Some(body) };
        Misbehavior::Message(Channel::Clipboard, message.encode_to_vec())
    }
}

/// A message of the files channel, as it is carried.
#[must_use]
pub fn said(body: Body) -> Misbehavior {
    Misbehavior::Message(Channel::Files, proto::Files { body: Some(body) }.encode_to_vec())
}
