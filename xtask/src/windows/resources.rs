//! What Windows reads about a program before it starts it: icon, version and manifest, in the resources of the file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Kinds of resources, by the numbers that Windows gave them.
const GROUP_ICON: u32 = 14;
const VERSION: u32 = 16;
const MANIFEST: u32 = 24;

/// What the manifest has to say, each with what for.
const SAYS: &[(&str, &str)] = &[
    ("asInvoker", "no question for administrator rights"),
    ("PerMonitorV2", "sharp on every display"),
    ("longPathAware", "long paths"),
    ("UTF-8", "names and texts in UTF-8"),
    (
        "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}",
        "made for Windows 10 and 11",
    ),
    ("Microsoft.Windows.Common-Controls", "controls of this century"),
];
/// What the version has to say: these names, as Windows shows them in the properties of a file and in its questions.
const NAMES: &[&str] = &["ProductName", "FileDescription", "FileVersion", "ProductVersion"];
/// The first word of the fixed part of a version.
const FIXED: [u8; 4] = 0xFEEF_04BD_u32.to_le_bytes();

/// Fails with everything that the file lacks.
pub fn are_there(program: &Path) -> Result<()> {
    let file = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let missing = missing(&file)?;
    if missing.is_empty() {
        return Ok(());
    }
    bail!("{} lacks {}", program.display(), missing.join(", "))
}

fn missing(file: &[u8]) -> Result<Vec<String>> {
    let resources = Resources::of(file)?;
    let mut missing = Vec::new();
    if resources.find(GROUP_ICON).is_none() {
        missing.push("an icon".to_owned());
    }
    match resources.find(VERSION) {
        Some(version) if holds(version, &FIXED) => {
            let lacks = |name: &&&str| !holds(version, &wide(name));
            missing.extend(
                NAMES
                    .iter()
                    .filter(lacks)
                    .map(|name| format!("{name} in its version")),
            );
        }
        _ => missing.push("a version".to_owned()),
    }
    match resources.find(MANIFEST) {
        Some(manifest) => {
            let lacks = |(word, _): &&(&str, &str)| !holds(manifest, word.as_bytes());
            missing.extend(
                SAYS.iter()
                    .filter(lacks)
                    .map(|(word, what)| format!("{word} in its manifest ({what})")),
            );
        }
        None => missing.push("a manifest".to_owned()),
    }
    Ok(missing)
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The section `.rsrc`: a tree of three storeys (kind, name, language), all offsets from its beginning.
struct Resources<'a> {
    section: &'a [u8],
    /// Where Windows puts the section into memory: places of data are told from there.
    address: u32,
}

impl<'a> Resources<'a> {
    fn of(file: &'a [u8]) -> Result<Self> {
        let header = u32_at(file, 0x3C)? as usize;
        if file.get(header..header + 4) != Some(b"PE\0\0") {
            bail!("this is no program for Windows");
        }
        let sections = u16_at(file, header + 6)?;
        let table = header + 24 + usize::from(u16_at(file, header + 20)?);
        for number in 0..usize::from(sections) {
            let entry = table + number * 40;
            if file.get(entry..entry + 8) != Some(b".rsrc\0\0\0") {
                continue;
            }
            let (bytes, at) = (
                u32_at(file, entry + 16)? as usize,
                u32_at(file, entry + 20)? as usize,
            );
            let section = file.get(at..at + bytes).context("the resources are cut off")?;
            return Ok(Self {
                section,
                address: u32_at(file, entry + 12)?,
            });
        }
        Ok(Self {
            section: &[],
            address: 0,
        })
    }

    /// The first resource of a kind, in whatever name and language.
    fn find(&self, kind: u32) -> Option<&'a [u8]> {
        let names = self.branch(0, Some(kind))?;
        let languages = self.branch(names, None)?;
        let leaf = self.branch(languages, None)?;
        let at = u32_at(self.section, leaf).ok()?.checked_sub(self.address)? as usize;
        let bytes = u32_at(self.section, leaf + 4).ok()? as usize;
        self.section.get(at..at.checked_add(bytes)?)
    }

    /// Where a directory leads to: by a number, or with its first entry.
    fn branch(&self, directory: usize, wanted: Option<u32>) -> Option<usize> {
        let named = u16_at(self.section, directory + 12).ok()?;
        let numbered = u16_at(self.section, directory + 14).ok()?;
        (0..usize::from(named) + usize::from(numbered)).find_map(|number| {
            let entry = directory + 16 + number * 8;
            let name = u32_at(self.section, entry).ok()?;
            let place = u32_at(self.section, entry + 4).ok()?;
            // The highest bit says that a directory follows, and not data.
            wanted
                .is_none_or(|wanted| wanted == name)
                .then_some((place & 0x7FFF_FFFF) as usize)
        })
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16> {
    let found = bytes.get(at..at + 2).context("the file is cut off")?;
    Ok(u16::from_le_bytes([found[0], found[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    Ok(u32::from(u16_at(bytes, at)?) | u32::from(u16_at(bytes, at + 2)?) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one section of resources, each of another kind.
    fn program(resources: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let count = resources.len();
        // The root, then for each resource two directories of one entry and a leaf, then the data.
        let (root, each) = (16 + count * 8, 24 + 24 + 16);
        let directory = |entries: usize| {
            let mut bytes = vec![0; 16];
            bytes[14] = u8::try_from(entries).expect("few");
            bytes
        };
        let words = |words: &[usize]| -> Vec<u8> {
            let word = |word: &usize| u32::try_from(*word).expect("small").to_le_bytes();
            words.iter().flat_map(word).collect()
        };
        let mut section = directory(count);
        for (number, (kind, _)) in resources.iter().enumerate() {
            section.extend(words(&[*kind as usize, 0x8000_0000 | (root + number * each)]));
        }
        let mut data = root + count * each;
        for (number, (_, bytes)) in resources.iter().enumerate() {
            let here = root + number * each;
            section.extend([directory(1), words(&[1, 0x8000_0000 | (here + 24)])].concat());
            section.extend([directory(1), words(&[0x411, here + 48])].concat());
            section.extend(words(&[0x1000 + data, bytes.len(), 0, 0]));
            data += bytes.len();
        }
        for (_, bytes) in resources {
            section.extend(bytes);
        }
        let mut file = vec![0; 0x40];
        file[0x3C] = 0x40;
        file.extend(b"PE\0\0\0\0\x01\0");
        file.resize(0x40 + 24, 0);
        file.extend([b".rsrc\0\0\0".to_vec(), words(&[0, 0x1000, section.len(), 0x80])].concat());
        file.resize(0x80, 0);
        file.extend(section);
        file
    }

    fn version() -> Vec<u8> {
        let names = NAMES.iter().flat_map(|name| wide(name));
        FIXED.into_iter().chain(names).collect()
    }

    fn manifest() -> Vec<u8> {
        SAYS.iter()
            .map(|(word, _)| *word)
            .collect::<String>()
            .into_bytes()
    }

    #[test]
    fn a_program_with_everything_lacks_nothing() {
        let file = program(&[
            (3, vec![1]),
            (GROUP_ICON, vec![1]),
            (VERSION, version()),
            (MANIFEST, manifest()),
        ]);
        assert_eq!(missing(&file).expect("a program"), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_there_is_named() {
        let file = program(&[(3, vec![1])]);
        assert_eq!(
            missing(&file).expect("a program"),
            ["an icon", "a version", "a manifest"]
        );
        let file = program(&[
            (GROUP_ICON, vec![1]),
            (VERSION, version()),
            (MANIFEST, b"asInvoker".to_vec()),
        ]);
        let missing = missing(&file).expect("a program");
        assert_eq!(missing.len(), SAYS.len() - 1);
        assert_eq!(
            missing[0],
            "PerMonitorV2 in its manifest (sharp on every display)"
        );
    }

    #[test]
    fn what_is_no_program_or_cut_off_is_an_error() {
        assert!(missing(b"MZ").is_err());
        let whole = program(&[(VERSION, version())]);
        assert!(missing(&whole[..whole.len() - 1]).is_err());
    }
}
