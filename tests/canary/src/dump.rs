//! Dumps: everything that a process has in its memory, and everything in a folder.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Read at once.
const PIECE: usize = 1 << 20;
const PAGE: usize = 4096;
/// Made by the kernel and the same for every process; reading them fails.
const KERNELS: [&str; 4] = ["[vvar]", "[vvar_vclock]", "[vsyscall]", "[vdso]"];

/// A piece of a dump: bytes that stand together.
pub struct Piece {
    /// Where they were.
    pub place: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Bytes to be searched.
pub struct Dump {
    /// Of what.
    pub name: String,
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// Bytes that should have been there and could not be read.
    pub unreadable: usize,
}

impl Dump {
    /// How many bytes it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }
}

/// All readable memory of a process, private and shared, its program and libraries too.
///
/// # Panics
/// The memory may not be read; the words say why.
#[must_use]
pub fn memory(name: &str, pid: u32) -> Dump {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))
        .unwrap_or_else(|error| panic!("{name} (process {pid}) has no maps: {error}"));
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap_or_else(|error| forbidden(name, pid, &error));
    let mut dump = Dump {
        name: name.to_owned(),
        pieces: Vec::new(),
        unreadable: 0,
    };
    for map in maps.lines() {
        let Some((start, end, path)) = readable(map) else {
            continue;
        };
        let mut bytes = vec![0; end - start];
        let mut at = 0;
        while at < bytes.len() {
            let until = (at + PIECE).min(bytes.len());
            match read_exact_at(&memory, &mut bytes[at..until], start + at) {
                Ok(()) => at = until,
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => forbidden(name, pid, &error),
                Err(_) => {
                    // Page by page; behind the end of a file that is mapped there is nothing to read.
                    for page in (at..until).step_by(PAGE) {
                        let to = (page + PAGE).min(until);
                        if read_exact_at(&memory, &mut bytes[page..to], start + page).is_err() {
                            dump.unreadable += to - page;
                        }
                    }
                    at = until;
                }
            }
        }
        dump.pieces.push(Piece {
            place: format!("{name}, memory from {start:#x} {path}"),
            bytes,
        });
    }
    assert!(dump.length() > 0, "the memory of {name} is empty");
    dump
}

fn read_exact_at(memory: &File, bytes: &mut [u8], at: usize) -> io::Result<()> {
    memory.read_exact_at(bytes, u64::try_from(at).expect("an address"))
}

/// Start, end and path of a mapping that can be read.
fn readable(map: &str) -> Option<(usize, usize, &str)> {
    let mut words = map.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let path = words.nth(3).unwrap_or("[anonymous]");
    if !rights.starts_with('r') || KERNELS.contains(&path) {
        return None;
    }
    Some((
        usize::from_str_radix(start, 16).ok()?,
        usize::from_str_radix(end, 16).ok()?,
        path,
    ))
}

fn forbidden(name: &str, pid: u32, error: &io::Error) -> ! {
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope = scope.map_or_else(|_| "none".to_owned(), |scope| scope.trim().to_owned());
    panic!(
        "the memory of {name} (process {pid}) may not be read: {error}. \
         kernel.yama.ptrace_scope is {scope}; with 2 or more only root may read it, even a parent may not: \
         run this test as root, or set it to 1 or 0"
    )
}

/// Every file of a folder and of those within it.
///
/// # Panics
/// A file cannot be read.
#[must_use]
pub fn folder(name: &str, path: &Path) -> Dump {
    let mut dump = Dump {
        name: name.to_owned(),
        pieces: Vec::new(),
        unreadable: 0,
    };
    add_folder(&mut dump, path);
    dump
}

fn add_folder(dump: &mut Dump, path: &Path) {
    let entries = fs::read_dir(path).expect("a folder of this test");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort_unstable();
    for path in paths {
        if path.is_dir() {
            add_folder(dump, &path);
        } else if let Ok(bytes) = fs::read(&path) {
            // What is gone between the two lines is gone.
            dump.pieces.push(Piece {
                place: format!("{}, file {}", dump.name, path.display()),
                bytes,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_of_the_kernel_and_maps_that_cannot_be_read_are_left_out() {
        assert_eq!(
            readable("55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]"),
            Some((0x55d0_c000_0000, 0x55d0_c002_1000, "[heap]"))
        );
        assert_eq!(
            readable("7f0000000000-7f0000001000 rw-s 00000000 08:01 42 /tmp/data/temoto.db-shm"),
            Some((0x7f00_0000_0000, 0x7f00_0000_1000, "/tmp/data/temoto.db-shm"))
        );
        assert_eq!(
            readable("7f0000000000-7f0000001000 rw-p 00000000 00:00 0"),
            Some((0x7f00_0000_0000, 0x7f00_0000_1000, "[anonymous]"))
        );
        assert_eq!(readable("7f0000000000-7f0000001000 ---p 00000000 00:00 0"), None);
        assert_eq!(
            readable("ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0 [vsyscall]"),
            None
        );
    }
}
