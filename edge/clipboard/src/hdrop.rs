//! Files as Windows has them on the clipboard (`CF_HDROP`): a head that says where the list begins, then whole paths, each with a zero
//! at its end.
//!
//! The system's own call walks the memory of whatever program put it there without knowing its length; this reads what was copied out.

use std::path::{Component, Path, PathBuf, Prefix};

/// The most bytes of a list that are read: a longer one is of no use.
pub const LIST_BYTES: usize = 4 << 20;
/// Longest path, in units of UTF-16.
const PATH_UNITS: usize = 4_096;
/// Bytes of the head.
const HEAD_BYTES: usize = 20;

/// The texts of a list, `most` at the most, and whether there are more. None of a list of the time before Unicode.
#[must_use]
pub fn listed(bytes: &[u8], most: usize) -> (Vec<String>, bool) {
    let word = |at: usize| {
        let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
        word.map_or(0, u32::from_le_bytes)
    };
    let start = usize::try_from(word(0)).unwrap_or(usize::MAX);
    let wide = word(16) != 0;
    let (mut found, mut more) = (Vec::new(), false);
    let Some(list) = bytes.get(start..).filter(|_| wide && start >= HEAD_BYTES) else {
        return (found, more);
    };
    let units: Vec<u16> = list
        .chunks_exact(2)
        .filter_map(|unit| unit.try_into().ok().map(u16::from_le_bytes))
        .collect();
    // An empty one is the end.
    for path in units.split(|&unit| unit == 0).take_while(|path| !path.is_empty()) {
        let Some(path) = String::from_utf16(path).ok().filter(|_| path.len() <= PATH_UNITS) else {
            continue;
        };
        if found.len() >= most {
            more = true;
            break;
        }
        found.push(path);
    }
    (found, more)
}

/// A whole path of a drive or of a share, without detours; `None` for devices and whatever else Windows has names for.
#[must_use]
pub fn whole(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return None;
    };
    let known = matches!(prefix.kind(), Prefix::Disk(_) | Prefix::UNC(..));
    let rooted = parts.next() == Some(Component::RootDir);
    let plain = parts.all(|part| matches!(part, Component::Normal(_)));
    (known && rooted && plain).then(|| path.to_owned())
}

/// A list as Windows has it, of whole paths.
#[must_use]
pub fn for_windows(paths: &[&str]) -> Vec<u8> {
    let head = [20_u32, 0, 0, 0, 1].into_iter().flat_map(u32::to_le_bytes);
    let units = paths.iter().flat_map(|path| path.encode_utf16().chain([0]));
    head.chain(units.chain([0]).flat_map(u16::to_le_bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_and_its_end_is_its_end() {
        let paths = ["C:\\Users\\a\\請求書 #2.pdf", "\\\\server\\share\\😀"];
        let mut bytes = for_windows(&paths);
        assert_eq!(listed(&bytes, 2), (paths.map(str::to_owned).to_vec(), false));
        bytes.extend(b"behind the end");
        assert_eq!(listed(&bytes, 1), (vec![paths[0].to_owned()], true));
        // The zeros at the end are missing.
        bytes.truncate(for_windows(&paths).len() - 4);
        assert_eq!(listed(&bytes, 256).0, paths);
    }

    #[test]
    fn what_does_not_hold_has_no_files() {
        let good = for_windows(&["C:\\a"]);
        let with = |at: usize, word: u32| {
            let mut bytes = good.clone();
            bytes.splice(at..at + 4, word.to_le_bytes());
            bytes
        };
        for bytes in [
            Vec::new(),
            good[..19].to_vec(),
            with(0, 0),
            with(0, 19),
            with(0, u32::MAX),
            with(16, 0),
            for_windows(&[]),
            for_windows(&[&"a".repeat(PATH_UNITS + 1)]),
        ] {
            assert_eq!(listed(&bytes, 256), (Vec::new(), false));
        }
        // Half a letter.
        let mut half = for_windows(&["C:\\a", "C:\\b"]);
        half.splice(26..28, 0xd800_u16.to_le_bytes());
        assert_eq!(listed(&half, 256).0, ["C:\\b"]);
    }
}
